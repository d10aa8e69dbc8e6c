import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { ObservedCluster } from '../../lib/observed/found-cluster';
import { clustersIn, findingsOf } from '../../lib/observed/judge';
import { fromManifests } from '../../lib/observed/readers/manifests';
import { fromSynthesized } from '../../lib/observed/readers/synthesized';
import { reportOf } from '../../lib/observed/report/report';

const CHART = readFileSync(join(__dirname, 'fixtures', 'helm-chart.yaml'), 'utf8');

type Objects = { [kind: string]: any };

/** The chart with a change, and what is added. */
function chart(change: (objects: Objects) => void = () => {}, more: object[] = []): ObservedCluster {
  const documents = parseAllDocuments(CHART).map((document) => document.toJS());
  change(Object.fromEntries(documents.map((object) => [object.kind, object])));
  const clusters = clustersIn(fromManifests([[...documents, ...more].map((object) => stringify(object)).join('---\n')]));
  expect(clusters).toHaveLength(1);
  return clusters[0];
}

const ids = (cluster: ObservedCluster) => [...new Set(findingsOf(cluster).map(({ ruleId }) => ruleId))];
const reach = (cluster: ObservedCluster, at = 'pods') =>
  cluster.facts.listeners
    .filter((listener) => listener.at === at)
    .map(({ purpose, port, sources }) => `${purpose} ${port}: ${sources.map(({ name }) => name).join(', ')}`);
const containerOf = ({ StatefulSet }: Objects) => StatefulSet.spec.template.spec.containers[0];
const settings = (text: string) => (objects: Objects) => void (objects.ConfigMap.data['production.yaml'] = text);
const object = (kind: string, spec: any, metadata = {}) => ({
  kind,
  metadata: { name: kind.toLowerCase(), ...metadata },
  spec,
});
const own = { matchLabels: { app: 'qdrant', 'app.kubernetes.io/name': 'qdrant', 'app.kubernetes.io/instance': 'qdrant' } };
const closed = object('NetworkPolicy', {
  podSelector: { matchLabels: { app: 'qdrant' } },
  ingress: [
    { from: [{ podSelector: own }], ports: [{ port: 6335 }] },
    { from: [{ namespaceSelector: {} }], ports: [{ port: 'http' }] },
  ],
});
const EVERYONE = 'whoever reaches pods, as no NetworkPolicy selects these';

test('the chart as it is: open to every pod, in clear text, its key in the manifest', () => {
  const cluster = chart();
  expect(reach(cluster)).toEqual([`REST 6333: ${EVERYONE}`, `gRPC 6334: ${EVERYONE}`, `peer 6335: ${EVERYONE}`]);
  expect(ids(cluster)).toEqual(expect.arrayContaining(['QDR001', 'QDR002', 'QDR011', 'QDR012', 'QDR020', 'QDR032']));
  expect(ids(cluster)).not.toContain('QDR013');
  expect(cluster.facts).toMatchObject({ nodeCount: 3, clientVerification: false, protectedFromRemoval: undefined });
  expect(cluster.facts.version!.version).toBe('1.15.4');
  // The class of its claims, which is that of the cluster by default, is not in the manifests.
  expect(cluster.unknown).toEqual(['whether the data is encrypted on the claims qdrant-storage']);
  const addresses = Object.fromEntries(findingsOf(cluster).map(({ ruleId, address }) => [ruleId, address]));
  expect(addresses).toMatchObject({ QDR032: 'Secret default/qdrant-apikey', QDR011: 'StatefulSet default/qdrant' });
});

describe('a pair for each: what fires a rule, and its nearest neighbour that does not', () => {
  const tls = 'service: { enable_tls: true }\ncluster: { enabled: true, p2p: { enable_tls: true } }\n';
  test.each<[string, ObservedCluster, string, boolean]>([
    ['6335 that every pod reaches', chart(), 'QDR001', true],
    ['6335 for the pods alone', chart(undefined, [closed]), 'QDR001', false],
    ['no TLS', chart(), 'QDR011', true],
    ['TLS', chart(settings(tls)), 'QDR011', false],
    [
      'TLS by the environment',
      chart((it) => containerOf(it).env.push({ name: 'QDRANT__SERVICE__ENABLE_TLS', value: 'true' })),
      'QDR011',
      false,
    ],
    [
      'TLS that the environment takes back',
      chart((it) => {
        settings(tls)(it);
        containerOf(it).env.push({ name: 'QDRANT__SERVICE__ENABLE_TLS', value: 'false' });
      }),
      'QDR011',
      true,
    ],
    ['peers in clear text', chart(), 'QDR012', true],
    ['one node, which has no peers', chart((it) => (it.StatefulSet.spec.replicas = 1)), 'QDR012', false],
    ['no key', chart((it) => containerOf(it).volumeMounts.splice(3, 1)), 'QDR013', true],
    [
      'an empty key',
      chart((it) => {
        containerOf(it).env.push({ name: 'QDRANT__SERVICE__API_KEY', value: '' });
      }),
      'QDR013',
      true,
    ],
    [
      'a key of a Secret that others fill',
      chart((it) => {
        containerOf(it).volumeMounts.splice(3, 1);
        const valueFrom = { secretKeyRef: { name: 'vault-made', key: 'api-key' } };
        containerOf(it).env.push({ name: 'QDRANT__SERVICE__API_KEY', valueFrom });
      }),
      'QDR013',
      false,
    ],
    [
      'a key that may be there',
      chart((it) => {
        it.Secret.metadata.name = 'another';
      }),
      'QDR013',
      false,
    ],
    [
      'the key in the template',
      chart((it) => {
        it.Secret.metadata.name = 'another';
        containerOf(it).env.push({ name: 'QDRANT__SERVICE__API_KEY', value: 'not-a-real-key' });
      }),
      'QDR032',
      true,
    ],
    ['the key elsewhere', chart((it) => (it.Secret.metadata.name = 'another')), 'QDR032', false],
    ['a metrics port that others reach', chart(settings('service: { metrics_port: 9153 }')), 'QDR004', true],
    ['a metrics port that nobody reaches', chart(settings('service: { metrics_port: 9153 }'), [closed]), 'QDR004', false],
    ['an old release', chart(), 'QDR020', true],
    ['a new one', chart((it) => (containerOf(it).image = 'qdrant/qdrant:v1.19.0')), 'QDR020', false],
    [
      'a digest, of which no release is known',
      chart((it) => (containerOf(it).image = `qdrant/qdrant@sha256:${'0'.repeat(64)}`)),
      'QDR020',
      false,
    ],
    [
      'gRPC that verifies no certificate',
      chart(settings('service: { verify_https_client_certificate: true }')),
      'QDR010',
      true,
    ],
    ['no gRPC', chart(settings('service: { verify_https_client_certificate: true, grpc_port: null }')), 'QDR010', false],
    [
      'snapshots over http',
      chart(settings('storage: { snapshots_config: { s3_config: { endpoint_url: "http://minio:9000" } } }')),
      'QDR014',
      true,
    ],
    [
      'snapshots over https',
      chart(settings('storage: { snapshots_config: { s3_config: { endpoint_url: "https://minio:9000" } } }')),
      'QDR014',
      false,
    ],
    ['the web UI', chart(), 'QDR022', true],
    [
      'all of that off',
      chart(
        settings(
          'telemetry_disabled: true\nservice: { enable_cors: false, enable_static_content: false, enable_snapshot_url_recovery: false }',
        ),
      ),
      'QDR022',
      false,
    ],
    [
      'a role for everyone',
      chart(undefined, [
        { kind: 'ClusterRole', metadata: { name: 'all' }, rules: [{ resources: ['secrets'], verbs: ['get'] }] },
        {
          kind: 'ClusterRoleBinding',
          metadata: { name: 'all' },
          roleRef: { kind: 'ClusterRole', name: 'all' },
          subjects: [{ kind: 'Group', name: 'system:authenticated' }],
        },
      ]),
      'QDR030',
      true,
    ],
    [
      'the same for other Secrets',
      chart(undefined, [
        {
          kind: 'ClusterRole',
          metadata: { name: 'all' },
          rules: [{ resources: ['secrets'], resourceNames: ['other'], verbs: ['get'] }],
        },
        {
          kind: 'ClusterRoleBinding',
          metadata: { name: 'all' },
          roleRef: { kind: 'ClusterRole', name: 'all' },
          subjects: [{ kind: 'Group', name: 'system:authenticated' }],
        },
      ]),
      'QDR030',
      false,
    ],
  ])('%s', (_what, cluster, ruleId, fires) => {
    expect(ids(cluster).includes(ruleId)).toBe(fires);
  });
});

test('a file of settings that the server does not read protects nothing', () => {
  const renamed = (it: Objects) => void (containerOf(it).volumeMounts[3].mountPath = '/qdrant/config/old.yaml');
  expect(ids(chart(renamed))).toContain('QDR013');
  const inMode = (it: Objects) => {
    renamed(it);
    containerOf(it).env.push({ name: 'RUN_MODE', value: 'old' });
  };
  expect(ids(chart(inMode))).not.toContain('QDR013');
});

describe('what stands before the pods', () => {
  const selector = { app: 'qdrant' };
  const service = (spec: any, metadata = {}) =>
    object(
      'Service',
      { selector, ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...spec },
      { name: 'front', ...metadata },
    );
  test.each<[string, object[], string, string[]]>([
    [
      'a load balancer for everyone',
      [service({ type: 'LoadBalancer' })],
      'LoadBalancer Service default/front',
      ['REST 80: 0.0.0.0/0'],
    ],
    [
      'one for some',
      [service({ type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.0/8'] })],
      'LoadBalancer Service default/front',
      ['REST 80: 10.0.0.0/8'],
    ],
    [
      'one for other pods',
      [service({ type: 'LoadBalancer', selector: { app: 'web' } })],
      'LoadBalancer Service default/front',
      [],
    ],
    [
      'a port of the machines',
      [service({ type: 'NodePort', ports: [{ port: 6333, nodePort: 30333 }] })],
      'NodePort Service default/front',
      ['REST 30333: whoever reaches the machines of the cluster'],
    ],
    ['a service within', [service({ type: 'ClusterIP' })], 'ClusterIP Service default/front', []],
    [
      'an Ingress',
      [
        object('Ingress', {
          ingressClassName: 'nginx',
          rules: [
            { host: 'a', http: { paths: [{ path: '/', backend: { service: { name: 'qdrant', port: { number: 6333 } } } }] } },
          ],
        }),
      ],
      'ingress nginx',
      ['REST 80: all that can reach the ingress nginx (unknown)'],
    ],
    [
      'a route',
      [object('GRPCRoute', { parentRefs: [{ name: 'public' }], rules: [{ backendRefs: [{ name: 'qdrant', port: 6334 }] }] })],
      'gateway public',
      ['gRPC 443: all that can reach the gateway public (unknown)'],
    ],
    [
      'a route to another service',
      [object('GRPCRoute', { parentRefs: [{ name: 'public' }], rules: [{ backendRefs: [{ name: 'web', port: 6334 }] }] })],
      'gateway public',
      [],
    ],
  ])('%s', (_what, more, at, expected) => {
    expect(reach(chart(undefined, more), at)).toEqual(expected);
  });

  test('a load balancer that leads to 6335 opens what is for the pods alone', () => {
    const front = service({ type: 'LoadBalancer', ports: [{ port: 6335, targetPort: 'p2p' }] });
    const found = findingsOf(chart(undefined, [front, closed])).filter(({ ruleId }) => ruleId === 'QDR001');
    expect(found).toMatchObject([{ what: expect.stringContaining('0.0.0.0/0'), address: 'Service default/front' }]);
  });

  test('the machines themselves', () => {
    const onMachines = chart((it) => (it.StatefulSet.spec.template.spec.hostNetwork = true), [closed]);
    expect(reach(onMachines)[2]).toMatch(/peer 6335: .*hostNetwork/);
    const byPort = chart((it) => (containerOf(it).ports[0].hostPort = 6333), [closed]);
    expect(reach(byPort, 'the machines of the pods (hostPort)')).toEqual([
      'REST 6333: whoever reaches the machines of the pods',
    ]);
  });
});

test.each<[string, (objects: Objects) => void, RegExp]>([
  [
    'settings of a ConfigMap that is not there',
    (it) => (it.ConfigMap.metadata.name = 'another'),
    /production\.yaml, from the ConfigMap qdrant/,
  ],
  ['a Secret that is not there', (it) => (it.Secret.metadata.name = 'another'), /local\.yaml, from the Secret qdrant-apikey/],
  [
    'variables of somewhere',
    (it) => (containerOf(it).envFrom = [{ secretRef: { name: 'more' } }]),
    /variables of the environment from more/,
  ],
  [
    'an image without a version',
    (it) => (containerOf(it).image = 'registry.internal/mirror/qdrant:latest'),
    /the version of Qdrant/,
  ],
  [
    'a command that takes back a setting',
    (it) => (containerOf(it).command = ['sh', '-c', 'unset QDRANT__SERVICE__API_KEY; ./qdrant']),
    /the setting service\.api_key, which the command/,
  ],
  [
    'an image of others, which may run as any user',
    (it) => (containerOf(it).image = 'registry.internal/mirror/qdrant:v1.19.0'),
    /whether the server runs as root/,
  ],
  [
    'an account that is not there',
    (it) => {
      delete it.StatefulSet.spec.template.spec.automountServiceAccountToken;
      it.StatefulSet.spec.template.spec.serviceAccountName = 'another';
    },
    /whether the pods have the token of their service account/,
  ],
  [
    'an account that is not there, by the older field',
    (it) => {
      const { spec } = it.StatefulSet.spec.template;
      delete spec.automountServiceAccountToken;
      delete spec.serviceAccountName;
      spec.serviceAccount = 'another';
    },
    /whether the pods have the token of their service account/,
  ],
  [
    'data on a folder of the machine',
    (it) => {
      it.StatefulSet.spec.volumeClaimTemplates = [];
      it.StatefulSet.spec.template.spec.volumes.push({ name: 'qdrant-storage', hostPath: { path: '/mnt/disks/nvme0' } });
    },
    /what becomes of the data where it is kept/,
  ],
  ['another file of settings', (it) => (containerOf(it).args = ['./qdrant --config-path /etc/qdrant.yaml']), /--config-path/],
  [
    'a Secret that may be missing',
    (it) => {
      containerOf(it).volumeMounts.splice(3, 1);
      const valueFrom = { secretKeyRef: { name: 'vault-made', key: 'api-key', optional: true } };
      containerOf(it).env.push({ name: 'QDRANT__SERVICE__API_KEY', valueFrom });
    },
    /QDRANT__SERVICE__API_KEY, whose Secret is optional/,
  ],
])('%s: what is not known is said, and not taken for safe', (_what, change, message) => {
  const cluster = chart(change);
  expect(cluster.unknown).toContainEqual(expect.stringMatching(message));
  // Whether TLS is on may be among it: then it is a warning that asks to look.
  expect(ids(cluster)).toContain('QDR001');
  expect(ids(cluster).some((id) => id === 'QDR002' || id === 'QDR003')).toBe(true);
});

test.each<[string, object, RegExp]>([
  ['a route of OpenShift', object('Route', { to: { kind: 'Service', name: 'qdrant' } }), /Route default\/route/],
  ['a policy of Cilium', object('CiliumNetworkPolicy', { endpointSelector: {} }), /a CiliumNetworkPolicy is not read/],
  [
    'a policy of Calico, of the name of another kind',
    { ...object('NetworkPolicy', { ingress: [] }), apiVersion: 'projectcalico.org/v3' },
    /NetworkPolicy of projectcalico/,
  ],
  [
    'a service without a selector',
    object('Service', { type: 'LoadBalancer', ports: [{ port: 443 }] }, { name: 'by-hand' }),
    /where Service default\/by-hand leads/,
  ],
])('%s is named as not read', (_what, more, message) => {
  const resources = fromManifests([`${CHART}\n---\n${stringify(more)}`]);
  expect(reportOf(resources).unread).toEqual([expect.stringMatching(message)]);
  expect(reach(clustersIn(resources)[0])[2]).toContain(EVERYONE);
});

test('what concerns no Qdrant, and what is read, is not named', () => {
  const others = [object('Route', { to: { kind: 'Service', name: 'web' } }), object('PodDisruptionBudget', {})];
  expect(reportOf(fromManifests([[CHART, ...others.map((one) => stringify(one))].join('\n---\n')])).unread).toEqual([]);
});

test.each([
  ['web', 'of another namespace lets nobody in', []],
  ['vectors', 'of the same namespace, by a reference to it, lets in', ['10.0.0.0/8']],
])('a policy in %s, %s', (name, _what, expected) => {
  const template = { metadata: { labels: { app: 'q' } }, spec: { container: [{ image: 'qdrant/qdrant:v1.19.0' }] } };
  const content = { from: [{ ip_block: { cidr: '${ingress.value}' } }] };
  const resource = {
    kubernetes_namespace_v1: { it: { metadata: { name } } },
    kubernetes_stateful_set_v1: { it: { metadata: { name: 'vectors', namespace: 'vectors' }, spec: { template } } },
    kubernetes_network_policy_v1: {
      deny: { metadata: { name: 'deny', namespace: 'vectors' }, spec: { pod_selector: {}, policy_types: ['Ingress'] } },
      open: {
        metadata: { name: 'open', namespace: '${kubernetes_namespace_v1.it.metadata[0].name}' },
        spec: { pod_selector: {}, dynamic: { ingress: [{ for_each: ['10.0.0.0/8'], content }] } },
      },
    },
  };
  const [cluster] = clustersIn(fromSynthesized([{ stack: 'vectors', json: { resource } }]));
  expect(cluster.facts.listeners[0].sources.map((source) => source.name)).toEqual(expected);
});

test('lists, other objects and other images are no clusters', () => {
  const list = { kind: 'List', items: parseAllDocuments(CHART).map((document) => document.toJS()) };
  expect(clustersIn(fromManifests([stringify(list)]))).toHaveLength(1);
  const web = CHART.replace('qdrant/qdrant:', 'company/qdrant-web:')
    .replace(/^.*containerPort: 633.*$/gm, '')
    .replace(/app.kubernetes.io\/name: qdrant/g, 'app.kubernetes.io/name: web');
  expect(clustersIn(fromManifests([web]))).toEqual([]);
});
