import { App, TerraformStack, Token } from 'cdktf';
import { kubernetes, QdrantPorts, QdrantVersion } from '../../lib';
import { minimal, synthCluster } from '../support/kubernetes/synth';

function makeCluster(props: Partial<kubernetes.QdrantClusterProps> = {}): kubernetes.QdrantCluster {
  return new kubernetes.QdrantCluster(new TerraformStack(new App(), 'vectors'), 'Cluster', { ...minimal, ...props });
}

const unknownText = () => Token.asString({ resolve: () => 'x' });
const unknownNumber = () => Token.asNumber({ resolve: () => 1 });

describe('bad input to a cluster', () => {
  const volume = (more: Partial<kubernetes.VolumeProps>) => ({ dataVolume: { size: '50Gi', ...more } });
  const cases: Array<[string, Partial<kubernetes.QdrantClusterProps>, RegExp]> = [
    ['no node', { nodeCount: 0 }, /nodeCount is 0\. Allowed: one node, or three and more/],
    ['two nodes', { nodeCount: 2 }, /nodeCount is 2.*no majority.*Instead: nodeCount: 3/],
    ['a namespace that is none', { namespace: 'My Search' }, /namespace is "My Search".*lower-case.*"search"/],
    ['no namespace', { namespace: '' }, /namespace is ""/],
    ['a name that is none', { clusterName: 'Vectors' }, /clusterName is "Vectors"/],
    ['too long a name', { clusterName: 'v'.repeat(41) }, /up to 40 lower-case letters/],
    ['a name that is not known yet', { clusterName: unknownText() }, /known only when Terraform runs/],
    ['a domain that is none', { clusterDomain: 'cluster_local' }, /clusterDomain has "cluster_local".*"cluster\.local"/],
    ['a host name that is none', { hostNames: ['https://vectors.example.com'] }, /hostNames has "https:.*a DNS name/],
    ['memory without a unit', { resources: { memory: '8' } }, /resources\.memory is "8".*at least 512Mi.*"8Gi"/],
    ['memory of another unit', { resources: { memory: '8GB' } }, /resources\.memory is "8GB"/],
    ['too little memory', { resources: { memory: '64Mi' } }, /resources\.memory is "64Mi"/],
    ['processors that are none', { resources: { memory: '8Gi', cpu: 'two' } }, /resources\.cpu is "two"/],
    ['a size that is none', volume({ size: 'large' }), /dataVolume\.size is "large".*"200Gi"/],
    ['too small a size', volume({ size: '100Mi' }), /dataVolume\.size is "100Mi".*at least 1Gi/],
    ['a negative size', volume({ size: '-5Gi' }), /dataVolume\.size is "-5Gi"/],
    ['NFS', volume({ storageClassName: 'nfs-client' }), /"nfs-client", a file system on a network.*corrupted.*"gp3"/],
    ['EFS', volume({ storageClassName: 'efs-sc' }), /"efs-sc", a file system on a network/],
    ['Azure Files', volume({ storageClassName: 'azurefile-csi-premium' }), /a file system on a network/],
    ['a volume for many', volume({ accessMode: 'ReadWriteMany' }), /accessMode is "ReadWriteMany".*a volume of its own/],
    ['snapshots on NFS', { snapshotVolume: { size: '50Gi', storageClassName: 'nfs' } }, /snapshotVolume\.storageClassName/],
    [
      'an image of another release',
      { image: 'registry.example.com:5000/qdrant:v1.12.0-unprivileged' },
      /is of release 1\.12\.0, and version is 1\.19\.0.*version: QdrantVersion\.of\('1\.12\.0'\)/,
    ],
    [
      'an image of another release, with a digest',
      { image: `qdrant/qdrant:v1.12.0-unprivileged@sha256:${'a'.repeat(64)}` },
      /is of release 1\.12\.0, and version is 1\.19\.0/,
    ],
    ['an image of another release, behind a name', { image: 'my.reg/qdrant:qdrant-v1.12.0' }, /is of release 1\.12\.0/],
    [
      'an image of another release, behind a variant',
      { image: 'my.reg:5000/qdrant:unprivileged_v1.12' },
      /is of release 1\.12,/,
    ],
    ['an image of another minor release', { image: 'qdrant:1.18' }, /is of release 1\.18, and version is 1\.19\.0/],
    ['an image without a version', { image: 'qdrant/qdrant' }, /image "qdrant\/qdrant" names no version/],
    ['the latest guard', { guardImage: 'nginx:latest' }, /guardImage "nginx:latest" names no version/],
    ['an upgrade that skips a minor release', { upgradingFrom: QdrantVersion.V1_17_1 }, /from Qdrant 1\.17\.1 to 1\.19\.0/],
    ['a metrics port that is taken', { metricsPort: 6335 }, /metricsPort is 6335, which serves something else/],
    ['a metrics port behind the guard', { metricsPort: 6337 }, /metricsPort is 6337, which serves something else/],
    ['a metrics port before 1.17', { metricsPort: 9153, version: QdrantVersion.V1_16_3 }, /Qdrant 1\.17\.0 and later/],
    [
      'an alternate key before 1.17',
      { apiKeys: kubernetes.ApiKeys.generated({ alternateGeneration: 2 }), version: QdrantVersion.V1_16_3 },
      /an alternate API key with Qdrant 1\.16\.3/,
    ],
    ['labels that are none', { labels: { 'a b': 'c' } }, /labels has the label "a b: c"/],
    ['a label with too long a value', { labels: { team: 'x'.repeat(64) } }, /labels has the label/],
    ['a selector that selects all', { placement: { nodeSelector: {} } }, /placement\.nodeSelector is empty/],
    [
      'an effect that is none',
      { placement: { tolerations: [{ key: 'spot', effect: 'Never' }] } },
      /the toleration of "spot" has the effect "Never".*NoSchedule/,
    ],
    ['an annotation of a pod that is none', { podAnnotations: { 'a b': 'c' } }, /podAnnotations has the annotation "a b: c"/],
    ['an annotation that is no text', { podAnnotations: { a: true as any } }, /podAnnotations has the annotation "a: true"/],
    [
      'an annotation of the account that is none',
      { serviceAccountAnnotations: { 'a/b/c': 'd' } },
      /serviceAccountAnnotations has the annotation "a\/b\/c: d"/,
    ],
    ['too many annotations', { podAnnotations: { a: 'x'.repeat(262144) } }, /podAnnotations are 262145 bytes/],
    ['a taint that is none', { placement: { tolerations: [{ key: 'a b' }] } }, /the key of a toleration is "a b"/],
    [
      'a value of a taint that is none',
      { placement: { tolerations: [{ key: 'spot', value: 'a b' }] } },
      /the value of the toleration of "spot" is "a b"/,
    ],
    ['a priority class that is none', { placement: { priorityClassName: 'High' } }, /placement\.priorityClassName is no name/],
    [
      'more certificates than a ConfigMap holds',
      {
        trustedAuthorities: [
          kubernetes.CaBundle.fromPem('-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n'.repeat(18000)),
        ],
      },
      /make a ConfigMap of \d+ bytes.*up to 1048576/,
    ],
    ['a Secret twice', { imagePullSecretNames: ['registry', 'registry'] }, /imagePullSecretNames names "registry" twice/],
    ['a label of a job', { labels: { 'job-name': 'x' } }, /labels has "job-name"/],
    [
      'a label of every job',
      { labels: { 'batch.kubernetes.io/job-name': 'x' } },
      /labels has "batch\.kubernetes\.io\/job-name"/,
    ],
    ['too short a turn', { rollingUpdate: { turnSeconds: 59 } }, /turnSeconds is 59.*from 60 to 300 seconds/],
    ['too short a time for a node', { rollingUpdate: { nodeTimeoutMinutes: 0 } }, /nodeTimeoutMinutes is 0/],
  ];

  test.each(cases)('%s is refused, with the path and what to write', (_what, props, message) => {
    expect(() => makeCluster(props)).toThrow(message);
    expect(() => makeCluster(props)).toThrow(/^vectors\/Cluster.*Allowed: .*Instead: /);
  });

  test('tokens pass through every check', () => {
    const props: Partial<kubernetes.QdrantClusterProps> = {
      namespace: unknownText(),
      resources: { memory: unknownText(), cpu: unknownText() },
      dataVolume: { size: unknownText(), storageClassName: unknownText(), accessMode: unknownText() },
      image: unknownText(),
      clusterDomain: unknownText(),
      hostNames: [unknownText()],
      version: QdrantVersion.of(unknownText()),
      settings: { replicationFactor: unknownNumber() },
      apiKeys: kubernetes.ApiKeys.fromSecrets({ admin: kubernetes.Secret.fromName(unknownText(), unknownText()) }),
      tls: kubernetes.Tls.fromSecret(unknownText()),
      clientService: kubernetes.ClientService.loadBalancer({ sourceRanges: [unknownText()] }),
    };
    const stack = synthCluster(props, ({ connections }) => {
      connections.allowRestFrom(kubernetes.Peer.ipv4(unknownText()));
      connections.allowGrpcFrom(kubernetes.Peer.namespace(unknownText()));
      connections.allowGrpcFrom(kubernetes.Peer.pods({ labels: { app: unknownText() } }));
    });
    expect(stack.resources('kubernetes_stateful_set_v1')).toHaveLength(1);
  });
});

describe('bad input to what a cluster is made of', () => {
  const literal = 'Sk-3f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c';

  test('an API key given as a literal is never accepted, and never shown', () => {
    expect(() => kubernetes.Secret.fromName(literal)).toThrow(/no name of an object.*not shown/);
    expect(() => kubernetes.Secret.fromName(literal)).not.toThrow(new RegExp(literal));
    expect(() => kubernetes.Secret.fromName('vectors', 'a key')).toThrow(/a key that no Secret/);
  });

  test.each(['10.0.0.0', '10.0.0.1/16', '300.0.0.0/8', '::/0'])('%s as a range of IPv4 addresses', (cidr) => {
    expect(() => kubernetes.Peer.ipv4(cidr)).toThrow(/is no range of IPv4 addresses/);
  });

  test('annotations of a service and of an Ingress that are none', () => {
    const annotations = { 'a b': 'c' };
    expect(() => kubernetes.ClientService.clusterIp({ annotations })).toThrow(/annotations has the annotation "a b: c"/);
    const ingress = { ingressClassName: 'nginx', controllerPods: kubernetes.Peer.namespace('i'), restHost: 'rest.example.com' };
    expect(() => makeCluster().addIngress('I', { ...ingress, restAnnotations: annotations })).toThrow(
      /restAnnotations has the annotation "a b: c"/,
    );
  });

  test('ranges of a load balancer', () => {
    const balancer = (sourceRanges: string[]) => () => kubernetes.ClientService.loadBalancer({ sourceRanges });
    expect(balancer([])).toThrow(/sourceRanges is empty/);
    expect(balancer(['example.com'])).toThrow(/is no range of IPv4 addresses/);
    expect(balancer(['2001:db8::/200'])).toThrow(/is no range of IPv6 addresses/);
  });

  test('peers that select everything, or nothing that can be', () => {
    expect(() => kubernetes.Peer.pods({ labels: {} })).toThrow(/labels is empty, which selects everything/);
    expect(() => kubernetes.Peer.namespaces({})).toThrow(/selects everything/);
    expect(() => kubernetes.Peer.namespace('Apps')).toThrow(/the name is "Apps"/);
    expect(() => kubernetes.Peer.pods({ labels: { app: 'x' }, namespace: 'a', namespaceLabels: { team: 'b' } })).toThrow(
      /both namespace and namespaceLabels/,
    );
    expect(() => kubernetes.Peer.pods({ labels: { 'a/b/c': 'x' } })).toThrow(/has the label/);
  });

  test('a private key as a CA', () => {
    expect(() => kubernetes.CaBundle.fromPem('-----BEGIN PRIVATE KEY-----\nsecret')).toThrow(
      /holds a private key \(not shown\)/,
    );
    expect(() => kubernetes.CaBundle.fromPem('secret')).toThrow(/holds no certificate/);
  });

  test('generations of a key', () => {
    expect(() => kubernetes.ApiKeys.generated({ generation: 0 })).toThrow(/generation is 0/);
    expect(() => kubernetes.ApiKeys.generated({ generation: 2, alternateGeneration: 2 })).toThrow(/are both 2/);
  });

  test('keys of a store', () => {
    const store = kubernetes.SecretStore.store('vault');
    const fetched = (remoteKey: string, refreshMinutes?: number) => () =>
      kubernetes.ApiKeys.fromExternalSecrets({ store, admin: { remoteKey }, refreshMinutes });
    expect(fetched('')).toThrow(/an empty remoteKey/);
    expect(fetched('vectors', 0)).toThrow(/refreshMinutes is 0/);
  });

  test('certificates that live too long, and issuers that are none', () => {
    expect(() => kubernetes.Tls.generated({ validityDays: 4000 })).toThrow(/validityDays is 4000.*from 3 to 825 days/);
    expect(() => kubernetes.CertificateIssuer.issuer('My CA')).toThrow(/CertificateIssuer\.issuer/);
    expect(() => kubernetes.CertificateIssuer.external('ca', { kind: '', group: 'x' })).toThrow(/kind ""/);
  });

  test('the port among the pods, for anyone else', () => {
    const { connections } = makeCluster();
    expect(() => connections.allowFrom(kubernetes.Peer.namespace('apps'), QdrantPorts.PEER)).toThrow(
      /port 6335 for namespace apps.*the cluster’s own pods.*allowRestFrom/,
    );
  });

  test('ports that nothing serves', () => {
    const peer = kubernetes.Peer.namespace('apps');
    expect(() => makeCluster().connections.allowFrom(peer, 6336)).toThrow(/6333 \(REST\), 6334 \(gRPC\)/);
    expect(() => makeCluster().connections.allowMetricsFrom(peer)).toThrow(/metrics is allowed, but nothing serves it/);
    expect(() => makeCluster({ grpc: false }).connections.allowGrpcFrom(peer)).toThrow(
      /gRPC is allowed, but nothing serves it/,
    );
  });

  test('a node that is not there', () => {
    expect(() => makeCluster().unprotectNode(100)).toThrow(/unprotectNode\(100\).*0 to 99/);
  });

  test('reading without a read-only key', () => {
    const apiKeys = kubernetes.ApiKeys.generated({ readOnly: false });
    const account = kubernetes.Grantee.serviceAccount('apps', 'search');
    expect(() => makeCluster({ apiKeys }).grantRead(account)).toThrow(/no read-only key is known/);
    expect(() => makeCluster({ apiKeys }).addServiceMonitor('M', { scrapedBy: kubernetes.Peer.namespace('m') })).toThrow(
      /neither a read-only key nor a metrics port/,
    );
  });

  test('monitoring without a client certificate where one is asked for', () => {
    const cluster = makeCluster({ clientVerification: kubernetes.ClientVerification.required() });
    expect(() => cluster.addServiceMonitor('Monitor', { scrapedBy: kubernetes.Peer.namespace('m') })).toThrow(
      /without a client certificate.*issueClientCertificate/,
    );
  });

  test('a client’s certificate where nobody can issue one', () => {
    const cluster = makeCluster({ tls: kubernetes.Tls.fromSecret('vectors-tls') });
    expect(() => cluster.issueClientCertificate('Search')).toThrow(/in a Secret that exists.*Tls\.fromCertManager/);
  });

  test('routes that cannot be', () => {
    const route = { gateway: { name: 'public' }, gatewayPods: kubernetes.Peer.namespace('g'), restHost: 'rest.example.com' };
    const none = makeCluster({ clientService: kubernetes.ClientService.none() });
    expect(() => none.addGatewayRoute('A', route)).toThrow(/without a client service/);
    expect(() => makeCluster().addGatewayRoute('A', { ...route, grpcHost: route.restHost })).toThrow(/are both/);
    const anew = { ...route, tls: kubernetes.GatewayTls.RE_ENCRYPT };
    expect(() => makeCluster().addGatewayRoute('A', anew)).toThrow(/no ConfigMap with the CA certificate/);
    const verified = makeCluster({ clientVerification: kubernetes.ClientVerification.required() });
    expect(() => verified.addGatewayRoute('A', anew)).toThrow(/PASS_THROUGH/);
  });
});
