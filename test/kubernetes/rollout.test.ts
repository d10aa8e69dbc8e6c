import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetes } from '../../lib';
import { authority } from '../support/kubernetes/everything';
import { mayReach } from '../support/kubernetes/network-policies';
import { KubernetesObject, objectOf } from '../support/kubernetes/objects';
import { KubernetesStack, synthCluster } from '../support/kubernetes/synth';
import { ROOT } from '../support/programs';

const job = ({ objects }: KubernetesStack) => objectOf(objects, 'Job');
const service = ({ objects }: KubernetesStack) => objectOf(objects, 'Service', '-rollout-');
const template = ({ objects }: KubernetesStack) => objectOf(objects, 'StatefulSet').spec.template;
const revision = (stack: KubernetesStack) => template(stack).metadata.labels['cdktf-qdrant/revision'];

describe('a rollout', () => {
  const stack = synthCluster();

  test('is waited for by a job, so that one which takes too long leaves no StatefulSet that Terraform would replace', () => {
    const [statefulSet] = stack.resources('kubernetes_stateful_set_v1');
    expect(statefulSet.wait_for_rollout).toBe(false);
    const [waiting] = stack.resources('kubernetes_job_v1');
    expect(waiting).toMatchObject({ wait_for_completion: true, timeouts: { create: '96m' } });
    expect(waiting).not.toHaveProperty('lifecycle');
    expect(waiting.depends_on.join()).toContain('kubernetes_stateful_set_v1.');
    expect(job(stack).spec.template.spec.containers[0].command).toEqual([
      '/opt/qdrant/await-rollout.sh',
      `vectors-cluster-rollout-${revision(stack)}.search.svc.cluster.local`,
      '3',
      '1800',
    ]);
  });

  test('is over once pods of that revision are ready, and no others', () => {
    const { spec } = service(stack);
    expect(spec).toMatchObject({ clusterIP: 'None' });
    expect(spec).not.toHaveProperty('publishNotReadyAddresses');
    expect(template(stack).metadata.labels).toMatchObject(spec.selector);
    const other = synthCluster({ settings: { logLevel: 'DEBUG' } });
    expect(template(other).metadata.labels).not.toMatchObject(spec.selector);
    expect([job(other).metadata.name, service(other).metadata.name]).not.toEqual([
      job(stack).metadata.name,
      service(stack).metadata.name,
    ]);
  });

  test('of more nodes is waited for anew', () => {
    expect(job(synthCluster({ nodeCount: 5 })).metadata.name).not.toBe(job(stack).metadata.name);
  });

  test.each<[string, Partial<kubernetes.QdrantClusterProps>]>([
    ['a new founding', { foundingGeneration: 2 }],
    ['more nodes', { nodeCount: 5 }],
    ['a client service', { clientService: kubernetes.ClientService.loadBalancer({ sourceRanges: ['203.0.113.0/24'] }) }],
  ])('is not what %s is: no pod restarts for it', (_what, props) => {
    expect(template(synthCluster(props))).toEqual(template(stack));
  });

  test('is not waited for where that is not wanted', () => {
    const { objects } = synthCluster({ rollingUpdate: { waitForRollout: false } });
    expect(objects.filter(({ kind, metadata }) => kind === 'Job' || /rollout/.test(metadata.name))).toEqual([]);
  });

  test('is watched by a pod that nothing of the cluster selects, and that reaches the DNS only', () => {
    const verified = synthCluster({ clientVerification: kubernetes.ClientVerification.required(authority) });
    const { metadata, spec } = job(verified).spec.template;
    const labels: { [name: string]: string } = metadata.labels;
    const selectors = verified.objects.flatMap((object: KubernetesObject) => {
      if (object.kind === 'Service') return [object.spec.selector];
      if (object.kind === 'NetworkPolicy' && /-rollout$/.test(object.metadata.name)) return [];
      return [object.spec?.selector?.matchLabels, object.spec?.podSelector?.matchLabels].filter((one) => one !== undefined);
    });
    expect(selectors.length).toBeGreaterThan(4);
    for (const selector of selectors) {
      expect(Object.entries(selector).every(([name, value]) => labels[name] === value)).toBe(false);
    }
    const policies = verified.objects.filter(({ kind }) => kind === 'NetworkPolicy');
    const watcher = { address: '10.0.0.9', namespace: 'search', labels };
    const node = { address: '10.0.0.1', namespace: 'search', labels: template(verified).metadata.labels };
    for (const port of [6333, 6334, 6335, 6337]) {
      expect(mayReach(policies, watcher, node, port)).toBe(false);
      expect(mayReach(policies, node, watcher, port)).toBe(false);
    }
    const others = [{ address: '203.0.113.9' }, { address: '10.0.0.7', namespace: 'search', labels: { app: 'vault' } }];
    for (const other of others) expect(mayReach(policies, watcher, other, 443)).toBe(false);
    const dns = { address: '10.96.0.10', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
    expect(mayReach(policies, watcher, dns, 53, 'UDP')).toBe(true);
    expect(spec.volumes.map(({ name }: any) => name)).toEqual(['programs']);
    expect(spec).toMatchObject({ automountServiceAccountToken: false, restartPolicy: 'Never' });
  });

  test('is watched where the nodes may run', () => {
    const placement = {
      nodeSelector: { pool: 'qdrant' },
      tolerations: [{ key: 'dedicated' }],
      machines: [kubernetes.MachineRequirement.present('nvme')],
    };
    const { spec } = job(synthCluster({ placement })).spec.template;
    expect(spec).toMatchObject({
      nodeSelector: { pool: 'qdrant' },
      tolerations: [{ key: 'dedicated', operator: 'Exists' }],
    });
    expect(Object.keys(spec.affinity)).toEqual(['nodeAffinity']);
  });
});

describe('the program that waits', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rollout-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs it where the name resolves, one look after the other, to these addresses; after the last, to those for good. */
  function run(looks: string[][], limit = '30') {
    writeFileSync(join(folder, 'looks'), looks.map((addresses) => `${addresses.join(' ')}\n`).join(''));
    const getent = `#!/bin/bash
      # getent ahostsv4|ahostsv6 NAME
      [[ $2 == vectors-rollout-1.search.svc ]] || exit 3
      [[ $1 == ahostsv6 ]] || echo look >>${folder}/count
      look=$(wc -l <${folder}/count) total=$(wc -l <${folder}/looks)
      line=$(sed -n "$((look > total ? total : look))p" ${folder}/looks)
      [[ -n $line ]] || exit 2
      for address in $line; do
        # As the C library does: IPv4 in the form of IPv6 where there is no IPv6.
        [[ $address != *:* && $1 == ahostsv6 && $line == *:* ]] && continue
        [[ $address != *:* && $1 == ahostsv6 ]] && address=::ffff:$address
        [[ $address == *:* && $1 == ahostsv4 ]] && continue
        for type in STREAM DGRAM RAW; do echo "$address $type"; done
      done`;
    writeFileSync(join(folder, 'getent'), getent);
    chmodSync(join(folder, 'getent'), 0o755);
    const program = join(ROOT, 'lib', 'kubernetes', 'pod', 'files', 'await-rollout.sh');
    return spawnSync(program, ['vectors-rollout-1.search.svc', '3', limit], {
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, PAUSE_SECONDS: '0.1' },
      encoding: 'utf8',
      timeout: 20000,
    });
  }

  test('ends once as many nodes serve as the cluster has', () => {
    const { status, stdout } = run([[], ['10.0.0.1'], ['10.0.0.1', '10.0.0.2'], ['10.0.0.1', '10.0.0.2', '10.0.0.3']]);
    expect(status).toBe(0);
    expect(stdout).toBe([0, 1, 2, 3].map((count) => `${count} of 3 nodes serve the new revision\n`).join(''));
    expect(readFileSync(join(folder, 'count'), 'utf8').split('\n')).toHaveLength(5);
  });

  test('counts a node with an address of each family once', () => {
    const { status, stderr } = run([['10.0.0.1', '2001:db8::1', '10.0.0.2', '2001:db8::2']], '1');
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('for 1 s no other node came to serve') });
  });

  test('ends when each node has an address of each family', () => {
    expect(run([['10.0.0.1', '2001:db8::1', '10.0.0.2', '2001:db8::2', '10.0.0.3', '2001:db8::3']]).status).toBe(0);
  });

  test('counts nodes whose only family is IPv6', () => {
    expect(run([['2001:db8::1', '2001:db8::2', '2001:db8::3']]).status).toBe(0);
  });

  test('gives up when no other node comes in for the time that one has', () => {
    const { status, stdout, stderr } = run([[], ['10.0.0.1']], '1');
    expect({ status, stdout }).toEqual({
      status: 1,
      stdout: '0 of 3 nodes serve the new revision\n1 of 3 nodes serve the new revision\n',
    });
    expect(stderr).toMatch(/^error: .*why\n$/);
  });
});
