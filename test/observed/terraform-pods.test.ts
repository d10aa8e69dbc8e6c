import { ObservedCluster } from '../../lib/observed/found-cluster';
import { clustersIn } from '../../lib/observed/judge';
import { fromState } from '../../lib/observed/readers/terraform-json';
import { kubernetes } from '../../lib';
import { fromSynthesized } from '../../lib/observed/readers/synthesized';
import { terraformOf } from '../support/properties';
import { rulesThatFind } from './pairs/pair';

const only = ([cluster, ...others]: ObservedCluster[]) => {
  expect(others).toEqual([]);
  return cluster;
};

describe('pods of this library that somebody changes', () => {
  /** As an override does, past what the cluster was told. */
  const changed = (change: (pod: any, resources: any) => void) => {
    const json: any = terraformOf((stack) => {
      new kubernetes.QdrantCluster(stack, 'Cluster', {
        clusterName: 'vectors',
        namespace: 'vectors',
        resources: { memory: '8Gi' },
        dataVolume: { size: '10Gi' },
        tls: kubernetes.Tls.fromSecret('vectors-tls'),
      });
    });
    const [set] = Object.values<any>(json.resource.kubernetes_stateful_set_v1);
    change(set.spec, json.resource);
    return rulesThatFind(only(clustersIn(fromSynthesized([{ stack: 'vectors', json }]))));
  };
  const podOf = (spec: any) => spec.template.spec;
  const serverOf = (spec: any) => podOf(spec).container[0];

  test.each<[string, string[], (spec: any, resources: any) => void]>([
    ['nothing', [], () => {}],
    ['a privileged container', ['QDR071'], (spec) => (serverOf(spec).security_context.privileged = true)],
    ['privileges to gain', ['QDR072'], (spec) => (serverOf(spec).security_context.allow_privilege_escalation = true)],
    ['capabilities', ['QDR073'], (spec) => delete serverOf(spec).security_context.capabilities],
    ['a root file system to write', ['QDR074'], (spec) => delete serverOf(spec).security_context.read_only_root_filesystem],
    ['the token of the account', ['QDR037'], (spec) => (podOf(spec).automount_service_account_token = true)],
    ['no limit of memory', ['QDR047'], (spec) => delete serverOf(spec).resources.limits],
    ['pods that may stand together', ['QDR046'], (spec) => delete podOf(spec).affinity],
    ['pods that wait for each other', ['QDR049'], (spec) => (spec.pod_management_policy = 'OrderedReady')],
    ['no readiness probe', ['QDR048'], (spec) => delete serverOf(spec).readiness_probe],
    ['no budget', ['QDR045'], (_, resources) => delete resources.kubernetes_pod_disruption_budget_v1],
    ['a tag that moves', ['QDR060'], (spec) => (serverOf(spec).image = 'qdrant/qdrant:latest')],
    [
      'data on an emptyDir',
      ['QDR041'],
      (spec) => {
        spec.volume_claim_template = [];
        podOf(spec).volume.push({ name: 'storage', empty_dir: {} });
      },
    ],
    [
      'claims that go with the set',
      ['QDR043'],
      (spec) => (spec.persistent_volume_claim_retention_policy = { when_deleted: 'Delete', when_scaled: 'Retain' }),
    ],
  ])('%s: %j', (_what, expected, change) => {
    expect(changed(change)).toEqual(expected);
  });
});

test('in a state a block has members that nobody gave: false, and empty', () => {
  const container = {
    name: 'qdrant',
    image: 'qdrant/qdrant:v1.19.0',
    port: [{ container_port: 6333 }],
    security_context: [
      { run_as_user: '', run_as_non_root: false, privileged: false, capabilities: [], read_only_root_filesystem: true },
    ],
  };
  const of = (security_context: object) => {
    const spec = { security_context: [security_context], container: [container], host_network: false, host_pid: false };
    const values = {
      metadata: [{ name: 'vectors', namespace: 'search' }],
      spec: [{ replicas: '1', template: [{ metadata: [{ labels: { app: 'q' } }], spec: [spec] }] }],
    };
    const resource = {
      type: 'kubernetes_stateful_set_v1',
      name: 'it',
      address: 'kubernetes_stateful_set_v1.it',
      mode: 'managed',
    };
    const state = { values: { root_module: { resources: [{ ...resource, values }] } } };
    return rulesThatFind(only(clustersIn(fromState(state))));
  };
  expect(of({ run_as_user: '', run_as_non_root: true })).not.toContain('QDR070');
  expect(of({ run_as_user: '1000', run_as_non_root: false })).not.toContain('QDR070');
  expect(of({ run_as_user: '', run_as_non_root: false })).toContain('QDR070');
  for (const rule of ['QDR009', 'QDR071', 'QDR074']) expect(of({ run_as_user: '' })).not.toContain(rule);
});
