import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { kubernetes, QdrantVersion } from '../../lib';
import { KubernetesApi } from '../support/kubernetes/api';
import { addEverything, authority, restrictedNamespace } from '../support/kubernetes/everything';
import { minimal } from '../support/kubernetes/synth';
import { describeWith } from '../support/programs';
import { PlannedChange, TerraformRun } from '../support/terraform';

const PROVIDER = {
  name: "Terraform's Kubernetes provider",
  isThere: () => TerraformRun.canGet('hashicorp/kubernetes', 'hashicorp/random'),
};
const NEEDED = ['terraform', PROVIDER, ...KubernetesApi.PROGRAMS];
type Options = Partial<kubernetes.QdrantClusterProps>;

describeWith(NEEDED, 'a cluster that the real Kubernetes provider makes', () => {
  let api: KubernetesApi;
  let terraform: TerraformRun;

  const synth = (options: Options = {}, more: (cluster: kubernetes.QdrantCluster) => void = () => {}) =>
    terraform.synth((stack) => {
      new KubernetesProvider(stack, 'Kubernetes');
      const namespace = restrictedNamespace(stack, 'search').metadata.name;
      more(new kubernetes.QdrantCluster(stack, 'Cluster', { ...minimal, clusterName: 'vectors', ...options, namespace }));
    });
  const plan = (options: Options = {}, more?: (cluster: kubernetes.QdrantCluster) => void): PlannedChange[] => {
    synth(options, more);
    return terraform.plan();
  };
  const secretValue = async (name: string) =>
    Buffer.from((await api.call('GET', `/api/v1/namespaces/search/secrets/${name}`)).body.data['api-key'], 'base64').toString();
  const destroys = (changes: PlannedChange[]) => changes.filter(({ actions }) => actions.includes('delete'));

  beforeAll(async () => {
    api = await KubernetesApi.start();
    await api.addDefinitions();
    api.startControllers();
    terraform = new TerraformRun({ kubernetes: api.provider });
    synth();
    terraform.init();
    terraform.apply();
  }, 600000);
  afterAll(() => api?.stop());

  test('needs no change when it is planned again', () => {
    expect(plan()).toEqual([]);
  });

  test('keeps no secret in its state, its plan or what it prints', async () => {
    plan();
    const keys = await Promise.all(['vectors-admin-key-1', 'vectors-read-only-key'].map(secretValue));
    const state = readFileSync(join(terraform.directory, 'terraform.tfstate'), 'utf8');
    const kept = `${state}${terraform.log}${JSON.stringify(terraform.planJson())}`;
    for (const key of keys) {
      expect(key).toMatch(/^[A-Za-z0-9]{48}$/);
      expect(kept.includes(key)).toBe(false);
    }
    expect(keys[0]).not.toBe(keys[1]);
  });

  const changes: Array<[string, Options]> = [
    ['another version', { version: QdrantVersion.V1_18_3 }],
    ['another setting', { settings: { logLevel: 'DEBUG' } }],
    ['more nodes', { nodeCount: 5 }],
    ['more memory', { resources: { memory: '16Gi', cpu: '4' } }],
    ['a larger volume', { dataVolume: { size: '500Gi' } }],
    ['another storage class', { dataVolume: { size: '50Gi', storageClassName: 'gp3' } }],
    ['client verification', { clientVerification: kubernetes.ClientVerification.required(authority) }],
    ['no gRPC', { grpc: false }],
    ['a metrics port', { metricsPort: 9153 }],
    ['a load balancer', { clientService: kubernetes.ClientService.loadBalancer({ sourceRanges: ['203.0.113.0/24'] }) }],
    ['another placement', { placement: { overHosts: kubernetes.Spread.PREFERRED } }],
    ['a key that is rotated', { apiKeys: kubernetes.ApiKeys.generated({ generation: 1, alternateGeneration: 2 }) }],
    ['a certificate that lives longer', { tls: kubernetes.Tls.generated({ validityDays: 180 }) }],
    ['a certificate of another place', { tls: kubernetes.Tls.fromSecret('vectors-tls') }],
    ['labels', { labels: { team: 'search' } }],
  ];

  test.each(changes)('%s replaces no StatefulSet and deletes no claim', (_what, options) => {
    const touched = destroys(plan(options)).map(({ type }) => type);
    expect(touched).not.toContain('kubernetes_stateful_set_v1');
    expect(touched.join()).not.toContain('persistent_volume_claim');
    // What is made in place of another by its name, or no longer asked for.
    const replaceable = ['config_map_v1', 'job_v1', 'manifest', 'service_v1', 'secret_v1'].map((type) => `kubernetes_${type}`);
    expect(replaceable).toEqual(expect.arrayContaining(touched));
  });

  test('claims that are smaller than is asked for are warned of', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: 'storage-vectors-0',
        namespace: 'search',
        labels: { 'app.kubernetes.io/name': 'qdrant', 'app.kubernetes.io/instance': 'vectors' },
      },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '50Gi' } } },
    };
    expect((await api.create(claim)).status).toBe(201);
    const warned = (size: string) => {
      const before = terraform.log.length;
      plan({ dataVolume: { size } });
      return terraform.log.slice(before).includes(`another size than ${size}: storage-vectors-0.`);
    };
    expect(warned('50Gi')).toBe(false);
    expect(warned('100Gi')).toBe(true);
  });

  test('another name, which would be another StatefulSet, is refused', () => {
    synth({ clusterName: 'others' });
    const { output } = terraform.terraform(['plan', '-input=false'], [1]);
    expect(`${output}${terraform.log}`).toContain('prevent_destroy');
  });

  test('fewer nodes fail the plan until each is unprotected', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'vectors-2',
        namespace: 'search',
        labels: {
          'app.kubernetes.io/name': 'qdrant',
          'app.kubernetes.io/instance': 'vectors',
          'apps.kubernetes.io/pod-index': '2',
        },
      },
      spec: {
        ...{ serviceAccountName: 'vectors', automountServiceAccountToken: false },
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            ...{ name: 'qdrant', image: 'qdrant' },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    };
    expect((await api.create(pod)).status).toBe(201);
    synth({ nodeCount: 1 });
    expect(terraform.terraform(['plan', '-input=false'], [1]).code).toBe(1);
    expect(terraform.log).toContain('unprotectNode(NUMBER)');
    const released = plan({ nodeCount: 1 }, (cluster) => [1, 2].forEach((node) => cluster.unprotectNode(node)));
    expect(destroys(released).map(({ type }) => type)).not.toContain('kubernetes_stateful_set_v1');
  });

  test('a construct that is renamed fails the plan, which would make the cluster anew', () => {
    terraform.synth((stack) => {
      new KubernetesProvider(stack, 'Kubernetes');
      const namespace = restrictedNamespace(stack, 'search').metadata.name;
      new kubernetes.QdrantCluster(stack, 'Renamed', { ...minimal, clusterName: 'vectors', namespace });
    });
    const before = terraform.log.length;
    terraform.terraform(['plan', '-input=false'], [1]);
    // Terraform breaks its messages into lines.
    const printed = terraform.log.slice(before).replace(/[\s│]+/g, ' ');
    expect(printed).toContain('Another construct has made the StatefulSet vectors in the namespace search');
  });

  test('a first rollout that fails leaves what it made, and the next apply waits anew', async () => {
    const first = new TerraformRun({ kubernetes: api.provider });
    const synthFirst = (image: string) =>
      first.synth((stack) => {
        new KubernetesProvider(stack, 'Kubernetes');
        const namespace = restrictedNamespace(stack, 'first').metadata.name;
        new kubernetes.QdrantCluster(stack, 'Cluster', { ...minimal, clusterName: 'first', image, namespace });
      });
    synthFirst('registry.example.com/qdrant:v1.19.0-broken');
    first.init();
    first.terraform(['apply', '-auto-approve', '-input=false'], [1]);
    expect(first.log).toContain('is in failed state');
    const uid = async () => (await api.call('GET', '/apis/apps/v1/namespaces/first/statefulsets/first')).body.metadata.uid;
    const made = await uid();
    // The same again: nothing but the job is made anew, and fails again.
    expect(destroys(first.plan()).map(({ type }) => type)).toEqual(['kubernetes_job_v1']);
    first.terraform(['apply', '-auto-approve', '-input=false'], [1]);
    synthFirst('registry.example.com/qdrant:v1.19.0');
    first.apply();
    expect(await uid()).toBe(made);
    expect(first.plan()).toEqual([]);
  });

  test('is verified anew by each apply that changes it, and by no other; a verification that fails is made anew', async () => {
    const verified = new TerraformRun({ kubernetes: api.provider });
    const synthVerified = (options: Options = {}, image = 'registry.example.com/node:22.20.0', peer = 'apps') =>
      verified.synth((stack) => {
        new KubernetesProvider(stack, 'Kubernetes');
        const namespace = restrictedNamespace(stack, 'verified').metadata.name;
        const cluster = new kubernetes.QdrantCluster(stack, 'Cluster', {
          ...{ ...minimal, clusterName: 'verified', removalPolicy: kubernetes.RemovalPolicy.DESTROY, namespace },
          ...options,
        });
        cluster.verifyAfterApply({ image });
        cluster.connections.allowRestFrom(kubernetes.Peer.namespace(peer));
      });
    const jobs = async () =>
      (await api.call('GET', '/apis/batch/v1/namespaces/verified/jobs')).body.items
        .filter(({ metadata }: any) => metadata.name.startsWith('verified-verify-'))
        .map(({ metadata }: any) => metadata.uid);
    synthVerified({}, 'registry.example.com/node:22.20.0-broken');
    verified.init();
    verified.terraform(['apply', '-auto-approve', '-input=false'], [1]);
    expect(verified.log).toContain('is in failed state');
    expect(verified.plan().map(({ type, actions }) => [type, actions])).toEqual([['kubernetes_job_v1', ['delete', 'create']]]);

    const changed = async (options: Options, peer?: string) => {
      const before = await jobs();
      synthVerified(options, undefined, peer);
      verified.apply();
      expect(verified.plan()).toEqual([]);
      const after = await jobs();
      expect(after).toHaveLength(1);
      return after[0] !== before[0];
    };
    expect(await changed({})).toBe(true);
    expect(await changed({})).toBe(false);
    expect(await changed({ settings: { logLevel: 'DEBUG' } })).toBe(true);
    expect(await changed({ settings: { logLevel: 'DEBUG' } }, 'others')).toBe(true);
    const apiKeys = kubernetes.ApiKeys.generated({ readOnlyGeneration: 2 });
    expect(await changed({ settings: { logLevel: 'DEBUG' }, apiKeys }, 'others')).toBe(true);
    // What changes without the code: an object that another has changed is put right, and looked at.
    const policy = '/apis/networking.k8s.io/v1/namespaces/verified/networkpolicies/verified-base';
    const open = { spec: { ingress: [{}] } };
    expect((await api.call('PATCH', policy, open, 'application/merge-patch+json')).status).toBe(200);
    expect(await changed({ settings: { logLevel: 'DEBUG' }, apiKeys }, 'others')).toBe(true);
  });

  test('changes reach the StatefulSet in place, and need no change afterwards', async () => {
    const identity = async () => {
      const { body } = await api.call('GET', '/apis/apps/v1/namespaces/search/statefulsets/vectors');
      return { uid: body.metadata.uid, generation: body.metadata.generation };
    };
    const before = await identity();
    const changed: Options = {
      nodeCount: 5,
      settings: { logLevel: 'DEBUG' },
      clientVerification: kubernetes.ClientVerification.required(authority),
      apiKeys: kubernetes.ApiKeys.generated({ generation: 1, alternateGeneration: 2, readOnlyGeneration: 2 }),
      dataVolume: { size: '100Gi' },
    };
    const readOnly = await secretValue('vectors-read-only-key');
    synth(changed);
    terraform.apply();
    expect(plan(changed)).toEqual([]);
    const after = await identity();
    expect(after.uid).toBe(before.uid);
    expect(after.generation).toBeGreaterThan(before.generation);
    expect(await secretValue('vectors-read-only-key')).not.toBe(readOnly);
    const { items } = (await api.call('GET', '/api/v1/namespaces/search/configmaps')).body;
    expect(items.map(({ metadata }: any) => metadata.name).filter((name: string) => name.includes('programs'))).toHaveLength(1);
    // Back to what the tests after this start from.
    synth({}, (cluster) => [3, 4].forEach((node) => cluster.unprotectNode(node)));
    terraform.apply();
  });

  test('everything that the library makes is made, and needs no change afterwards', () => {
    const all = new TerraformRun({ kubernetes: api.provider });
    const synthAll = () =>
      all.synth((stack) => {
        new KubernetesProvider(stack, 'Kubernetes');
        addEverything(stack, restrictedNamespace(stack, 'everything').metadata.name);
      });
    synthAll();
    all.init();
    all.apply();
    synthAll();
    expect(all.plan()).toEqual([]);
  });

  test('is destroyed only once it is no longer protected', () => {
    synth();
    expect(terraform.terraform(['destroy', '-auto-approve', '-input=false'], [1]).code).toBe(1);
    synth({ removalPolicy: kubernetes.RemovalPolicy.DESTROY });
    terraform.apply();
    terraform.terraform(['destroy', '-auto-approve', '-input=false']);
    expect(terraform.state().resources).toEqual([]);
  });
});
