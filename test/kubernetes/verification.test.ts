import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { SecretV1 } from '@cdktf/provider-kubernetes/lib/secret-v1';
import { TerraformResource, TerraformVariable, Testing } from 'cdktf';
import { FindingSeverity, kubernetes } from '../../lib';
import { exposureOf } from '../../lib/testing';
import '../../lib/testing/jest';
import { authority } from '../support/kubernetes/everything';
import { Endpoint, mayReach } from '../support/kubernetes/network-policies';
import { KubernetesObject, objectOf } from '../support/kubernetes/objects';
import { KubernetesStack, minimal, synthCluster, synthKubernetes } from '../support/kubernetes/synth';
import { ROOT } from '../support/programs';
import { stackOnKubernetes } from '../testing/stacks';

type Props = Partial<kubernetes.QdrantClusterProps>;

const verified = (
  options: kubernetes.VerifyAfterApplyProps = {},
  props: Props = {},
  more: (cluster: kubernetes.QdrantCluster) => void = () => {},
) =>
  synthCluster(props, (cluster) => {
    cluster.verifyAfterApply(options);
    more(cluster);
  });
const NAME = /^vectors-cluster-verify-[0-9a-f]{10}$/;
const job = ({ objects }: KubernetesStack) => objectOf(objects, 'Job', NAME);
const pod = (stack: KubernetesStack) => job(stack).spec.template;
const container = (stack: KubernetesStack) => pod(stack).spec.containers[0];
const program = ({ objects }: KubernetesStack) => objectOf(objects, 'ConfigMap', NAME);
const resource = (stack: KubernetesStack) =>
  stack.resources('kubernetes_job_v1').find(({ metadata }) => NAME.test(metadata.name));
const required = kubernetes.ClientVerification.required;
const skipped = (stack: KubernetesStack) => {
  const { command } = container(stack);
  return command.filter((_: string, index: number) => command[index - 1] === '--skip');
};

describe('a cluster that is verified after an apply', () => {
  const stack = verified();

  test('is attacked by the bundled program, which never changes in its ConfigMap', () => {
    expect(program(stack).data).toEqual({
      'verify.js': readFileSync(join(ROOT, 'lib/cluster/bundles/verify.js'), 'utf8'),
    });
    expect(program(stack).immutable).toBe(true);
    expect(Buffer.byteLength(program(stack).data['verify.js'])).toBeLessThan(1024 * 1024);
    expect(pod(stack).spec.volumes[0]).toMatchObject({ configMap: { name: program(stack).metadata.name } });
  });

  test('is attacked on each node, by a name of its certificate', () => {
    const hosts = [0, 1, 2].map((node) => `vectors-cluster-${node}.vectors-cluster-peers.search.svc.cluster.local`);
    expect(container(stack).command).toEqual([
      ...['node', '/opt/cdktf-qdrant/verify.js', ...hosts.flatMap((host) => ['--host', host])],
      ...['--require', 'rest', '--require', 'grpc'],
      ...['--ca', '/run/secrets/cdktf-qdrant/ca.crt', '--read-only-key-file', '/run/secrets/cdktf-qdrant/api-key'],
      ...['--skip', 'lost-copies'],
    ]);
    const [certificate] = stack.objects.filter(({ kind, metadata }) => kind === 'Certificate' && /-tls$/.test(metadata.name));
    expect(certificate.spec.dnsNames).toEqual(expect.arrayContaining(hosts));
  });

  test('fails the apply, once all nodes serve', () => {
    const { wait_for_completion: waits, timeouts, depends_on: after } = resource(stack);
    expect({ waits, timeouts }).toEqual({ waits: true, timeouts: { create: '26m', update: '26m' } });
    expect(after.join()).toMatch(/kubernetes_job_v1\.\w*Rollout_Job/);
    expect(job(stack).spec.activeDeadlineSeconds).toBe(25 * 60);
  });

  test('fails at once for a finding, and not for what passes', () => {
    const { backoffLimit, podFailurePolicy } = job(stack).spec;
    expect(backoffLimit).toBeGreaterThan(2);
    expect(podFailurePolicy.rules).toEqual([
      { action: 'FailJob', onExitCodes: { containerName: container(stack).name, operator: 'In', values: [1] } },
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    ]);
  });

  test.each([1, 3, 7])('has the time for every attempt, and for the pauses between them, with %i nodes', (nodeCount) => {
    const { backoffLimit, activeDeadlineSeconds } = job(verified({}, { nodeCount })).spec;
    // As Kubernetes doubles them, from ten seconds to six minutes.
    const pauses = Array.from({ length: backoffLimit }, (_, index) => Math.min(10 * 2 ** index, 360));
    const seconds = pauses.reduce((sum, pause) => sum + pause);
    expect(seconds).toBeGreaterThan(9 * 60);
    // Of the nodes, of what is behind the guard, and of the metrics.
    const closedPorts = 5;
    expect(activeDeadlineSeconds - seconds).toBeGreaterThan((backoffLimit + 1) * nodeCount * closedPorts * 5);
  });

  test('is attacked by a pod without rights, which is given a key and a CA as files, and no other secret', () => {
    const { spec } = pod(stack);
    expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false, restartPolicy: 'Never' });
    expect(container(stack)).not.toHaveProperty('env');
    expect(container(stack)).not.toHaveProperty('envFrom');
    expect(spec.volumes[1].projected).toEqual({
      defaultMode: 0o440,
      sources: [
        { secret: { name: 'vectors-cluster-read-only-key', items: [{ key: 'api-key', path: 'api-key' }] } },
        { secret: { name: 'vectors-cluster-tls', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      ],
    });
    expect(container(stack).volumeMounts.every(({ readOnly }: any) => readOnly)).toBe(true);
    const inState = Testing.fullSynth(stackOnKubernetes((cluster) => cluster.verifyAfterApply()));
    expect(inState).toKeepSecretsOutOfState();
  });

  test('is given the admin key where there is no other, and the CA where it is kept', () => {
    const bundle = kubernetes.CaBundle.fromConfigMap('company-ca', 'root.pem');
    const other = verified(
      {},
      {
        apiKeys: kubernetes.ApiKeys.fromSecrets({ admin: kubernetes.Secret.fromName('keys', 'admin') }),
        tls: kubernetes.Tls.fromSecret('own-tls', { clientCa: bundle }),
      },
    );
    expect(container(other).command.join(' ')).toContain(' --api-key-file /run/secrets/cdktf-qdrant/api-key');
    expect(pod(other).spec.volumes[1].projected.sources).toEqual([
      { secret: { name: 'keys', items: [{ key: 'admin', path: 'api-key' }] } },
      { configMap: { name: 'company-ca', items: [{ key: 'root.pem', path: 'ca.crt' }] } },
    ]);
  });
});

describe('a client certificate', () => {
  const presented = (stack: KubernetesStack) => {
    const secret = pod(stack).spec.volumes[1].projected.sources[2]?.secret.name;
    return { secret, options: container(stack).command.includes('--cert') && container(stack).command.includes('--key') };
  };

  test('is presented where one is required: one that the cluster’s own CA issues', () => {
    const stack = verified({}, { clientVerification: required() });
    const { secret, options } = presented(stack);
    expect(options).toBe(true);
    const issued = stack.objects.find(({ kind, spec }) => kind === 'Certificate' && spec.secretName === secret);
    expect(issued?.spec.usages).toContain('client auth');
    expect(presented(verified())).toEqual({ secret: undefined, options: false });
  });

  test.each(['Verify', 'Verification'])('of the user’s own may be called %s, before and after', (id) => {
    const issued: string[] = [];
    for (const isFirst of [true, false]) {
      const stack = synthCluster({ clientVerification: required() }, (cluster) => {
        if (isFirst) issued.push(cluster.issueClientCertificate(id).secretName);
        cluster.verifyAfterApply();
        if (!isFirst) issued.push(cluster.issueClientCertificate(id).secretName);
      });
      expect(issued).not.toContain(presented(stack).secret);
    }
    expect(new Set(issued).size).toBe(1);
  });

  test('has the job run anew once it is issued in another way', () => {
    const triggers: string[] = resource(verified({}, { clientVerification: required() })).lifecycle.replace_triggered_by;
    expect(triggers.join('\n')).toMatch(/^kubernetes_manifest\.Cluster_VerificationAfterApplyClient_Certificate_\w+$/m);
  });

  test('of another CA must be given', () => {
    const props = { clientVerification: required(authority) };
    expect(() => verified({}, props)).toThrow(/asks for one which its own issuer does not issue.*clientCertificateSecretName/s);
    const given = verified({ clientCertificateSecretName: 'verify-client' }, props);
    expect(presented(given)).toEqual({ secret: 'verify-client', options: true });
  });
});

describe('the job', () => {
  const name = (props: Props = {}, more?: (cluster: kubernetes.QdrantCluster) => void) =>
    job(verified({}, props, more)).metadata.name;

  const changes: Array<[string, Props, ((cluster: kubernetes.QdrantCluster) => void)?]> = [
    ['another setting', { settings: { logLevel: 'DEBUG' } }],
    ['more nodes', { nodeCount: 5 }],
    ['a rotated key', { apiKeys: kubernetes.ApiKeys.generated({ generation: 2 }) }],
    ['a rotated read-only key', { apiKeys: kubernetes.ApiKeys.generated({ readOnlyGeneration: 2 }) }],
    ['a certificate of another validity', { tls: kubernetes.Tls.generated({ validityDays: 180 }) }],
    ['one more that is let in', {}, (cluster) => cluster.connections.allowRestFrom(kubernetes.Peer.namespace('apps'))],
    ['one more that may read a key', {}, (cluster) => void cluster.grantRead(kubernetes.Grantee.user('jane'))],
  ];

  test.each(changes)('runs anew for %s', (...[, props, more]) => {
    expect(name(props, more)).not.toBe(name());
  });

  test('runs anew for what only Terraform knows to have changed, whatever of the cluster it is of', () => {
    const stack = verified({}, {}, (cluster) => cluster.connections.allowRestFrom(kubernetes.Peer.namespace('apps')));
    const made = stack.addresses().filter((address) => !/_VerificationAfterApply_/.test(address));
    expect(resource(stack).lifecycle.replace_triggered_by.sort()).toEqual(
      // What is no part of the cluster is none of it.
      made.filter((address) => /\.Cluster_/.test(address)),
    );
    expect(made.length).toBeGreaterThan(10);
  });

  test('runs anew for a Secret or a ConfigMap of the same stack that the cluster, or its own options, refer to', () => {
    const stack = synthKubernetes((scope) => {
      const metadata = (name: string) => ({ metadata: { name, namespace: 'search' } });
      const namespace = new NamespaceV1(scope, 'Namespace', { metadata: { name: 'search' } }).metadata.name;
      const [keys, client] = ['Keys', 'Client'].map((id) => new SecretV1(scope, id, metadata(id.toLowerCase())));
      const ca = new ConfigMapV1(scope, 'Ca', metadata('ca'));
      for (const id of ['Key', 'Keys2', 'Other']) new SecretV1(scope, id, metadata(id.toLowerCase()));
      new kubernetes.QdrantCluster(scope, 'Cluster', {
        ...{ ...minimal, namespace, clusterName: 'vectors-cluster' },
        apiKeys: kubernetes.ApiKeys.fromSecrets({ admin: kubernetes.Secret.fromName(keys.metadata.name, 'admin') }),
        tls: kubernetes.Tls.fromSecret('own-tls', { clientCa: kubernetes.CaBundle.fromConfigMap(ca.metadata.name) }),
      }).verifyAfterApply({ clientCertificateSecretName: client.metadata.name });
    });
    const triggers: string[] = resource(stack).lifecycle.replace_triggered_by;
    expect(triggers.filter((address) => !/\.Cluster_/.test(address)).sort()).toEqual([
      ...['kubernetes_config_map_v1.Ca', 'kubernetes_secret_v1.Client', 'kubernetes_secret_v1.Keys'],
    ]);
  });

  test('does not run for what changes nothing: the same again, or what Terraform alone is told', () => {
    expect(name()).toBe(name());
    expect(name({}, (cluster) => cluster.unprotectNode(2))).toBe(name());
    const releases = ({ node }: kubernetes.QdrantCluster) =>
      (node.defaultChild as TerraformResource).addOverride('lifecycle.prevent_destroy', false);
    expect(name({}, releases)).toBe(name());
  });

  test('has a name also where something is known only to Terraform', () => {
    const stack = synthCluster({}, (cluster, scope) => {
      const namespace = new TerraformVariable(scope, 'apps', {}).stringValue;
      cluster.connections.allowRestFrom(kubernetes.Peer.namespace(namespace));
      cluster.verifyAfterApply();
    });
    expect(resource(stack).metadata.name).toMatch(NAME);
  });
});

describe('the pod that verifies', () => {
  const stack = verified({}, { metricsPort: 9153 });
  const policies = stack.objects.filter(({ kind }) => kind === 'NetworkPolicy');
  const at = (address: string, more: Partial<Endpoint> = {}): Endpoint => ({ address, ...more });
  const verifier = at('10.0.0.9', { namespace: 'search', labels: pod(stack).metadata.labels });
  const { metadata } = objectOf(stack.objects, 'StatefulSet').spec.template;
  const node = at('10.0.0.1', { namespace: 'search', labels: metadata.labels });
  const ports = [6333, 6334, 6335, 6336, 6337, 6338, 9153];
  const without = (name: RegExp) => policies.filter((policy) => !name.test(policy.metadata.name));

  test('is a client like any other, to the nodes', () => {
    expect(ports.filter((port) => mayReach(policies, verifier, node, port))).toEqual([6333, 6334]);
    const namesake = { ...verifier, namespace: 'other' };
    expect(ports.filter((port) => mayReach(policies, namesake, node, port))).toEqual([]);
  });

  test('is kept from no other port by a policy of its own: that would prove nothing of the cluster’s', () => {
    const open = policies.filter(({ metadata: { name } }) => name === 'vectors-cluster-verify');
    expect(open).toHaveLength(1);
    expect(ports.filter((port) => mayReach(open, verifier, node, port))).toEqual(ports);
  });

  test('reaches nothing else, and nobody reaches it', () => {
    const others = [at('203.0.113.9'), at('10.0.0.7', { namespace: 'search', labels: { app: 'vault' } })];
    for (const other of [...others, at('10.96.0.1')]) expect(mayReach(policies, verifier, other, 443)).toBe(false);
    for (const port of [80, ...ports]) expect(mayReach(policies, node, verifier, port)).toBe(false);
    const dns = at('10.96.0.10', { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } });
    expect(mayReach(policies, verifier, dns, 53, 'UDP')).toBe(true);
    expect(ports.some((port) => mayReach(without(/^vectors-cluster-(rest|grpc)-from/), verifier, node, port))).toBe(false);
  });

  test('is selected by nothing of the cluster', () => {
    const selectors = stack.objects.flatMap((object: KubernetesObject) => {
      if (object.kind === 'Service') return [object.spec.selector];
      if (object.metadata.name === 'vectors-cluster-verify') return [];
      return [object.spec?.selector?.matchLabels, object.spec?.podSelector?.matchLabels].filter((one) => one !== undefined);
    });
    const { labels } = pod(stack).metadata;
    expect(selectors.length).toBeGreaterThan(4);
    for (const selector of selectors) {
      expect(Object.entries(selector).every(([label, value]) => labels[label] === value)).toBe(false);
    }
  });

  test('is in the posture: as a source, and as a reader of its key', () => {
    const report = stack.json['//'].qdrant['vectors/Cluster'];
    expect(report.findings.map(({ ruleId }: any) => ruleId)).toEqual([]);
    expect(report.exposure).toMatch(/6333 .*qdrant-verify/);
    expect(report.exposure).not.toMatch(/9153 .*qdrant-verify/);
    const readers = (secret: string) => report.secrets.find(({ name }: any) => name === secret).readers;
    expect(readers('read-only API key')).toContain('the pod that verifies the cluster after an apply');
    expect(readers('admin API key')).not.toContain('the pod that verifies the cluster after an apply');
  });

  test('is what the readers of resources see, too: on REST and gRPC, and with nothing unread or found', () => {
    const synthesized = (verifies: boolean) =>
      exposureOf(Testing.fullSynth(stackOnKubernetes((cluster) => verifies && cluster.verifyAfterApply())));
    const { unread, clusters } = synthesized(true);
    const reached = clusters[0].ports
      .filter(({ sources }) => sources.some(({ name }) => name.includes('qdrant-verify')))
      .map(({ purpose, behindGuard }) => ({ purpose, behindGuard }));
    expect(reached).toEqual(['rest', 'grpc'].map((purpose) => ({ purpose, behindGuard: false })));
    const [without] = synthesized(false).clusters;
    expect({ unread, findings: clusters[0].findings, unknown: clusters[0].unknown }).toEqual({
      ...{ unread: [], findings: without.findings, unknown: without.unknown },
    });
  });

  test('reaches REST only where nothing else is served', () => {
    const { objects } = verified({}, { grpc: false });
    const names = objects.map(({ metadata: { name } }) => name).filter((name) => /-from-/.test(name));
    expect(names).toEqual([expect.stringMatching(/^vectors-cluster-rest-from-/)]);
  });
});

describe('an option', () => {
  test('accepts findings, by probes and by rules', () => {
    expect(skipped(verified({ accept: ['web-ui'] }))).toEqual(['lost-copies', 'web-ui']);
    expect(skipped(verified({ accept: ['QDR020', 'audit-log'] }))).toEqual(['lost-copies', 'version', 'audit-log']);
  });

  test('has warnings fail the apply', () => {
    expect(container(verified({ failOn: FindingSeverity.WARNING })).command).toContain('--strict');
    expect(container(verified({ failOn: FindingSeverity.ERROR })).command).not.toContain('--strict');
  });

  test('names the image, the resources and the time', () => {
    const image = `registry.example.com/node@sha256:${'a'.repeat(64)}`;
    const stack = verified({ image, timeoutMinutes: 3, resources: { memory: '128Mi', cpu: '20m', cpuLimit: '1' } });
    expect(container(stack)).toMatchObject({
      image,
      resources: { requests: { memory: '128Mi', cpu: '20m' }, limits: { memory: '128Mi', cpu: '1' } },
    });
    expect(resource(stack)).toMatchObject({ timeouts: { create: '4m' }, spec: { active_deadline_seconds: 180 } });
  });

  test.each<[string, any, RegExp]>([
    ['a finding that nothing finds', { accept: ['no-such-probe'] }, /accept names "no-such-probe".*Allowed: no-key, QDR013/],
    ['a rule that no probe is of', { accept: ['QDR003'] }, /accept names "QDR003"/],
    ['an image that may change', { image: 'node:latest' }, /image "node:latest" names no version/],
    ['no time', { timeoutMinutes: 0 }, /timeoutMinutes is 0.*from 1 to 1440 minutes/],
    ['another severity', { failOn: 'notice' }, /failOn is "notice".*FindingSeverity\.ERROR/],
    ['too little memory', { resources: { memory: '8Mi' } }, /resources\.memory/],
  ])('is refused: %s', (_what, options, message) => {
    expect(() => verified(options)).toThrow(message);
  });
});

test('a cluster whose rollout is not waited for is not verified', () => {
  expect(() => verified({}, { rollingUpdate: { waitForRollout: false } })).toThrow(/waitForRollout: true/);
});

test('a cluster is verified once', () => {
  expect(() => verified({}, {}, (cluster) => cluster.verifyAfterApply())).toThrow(/a second time/);
});
