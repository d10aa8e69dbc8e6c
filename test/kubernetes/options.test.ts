import { kubernetes } from '../../lib';
import { authority } from '../support/kubernetes/everything';
import { mayReach } from '../support/kubernetes/network-policies';
import { KubernetesObject, objectOf } from '../support/kubernetes/objects';
import { KubernetesStack, synthCluster } from '../support/kubernetes/synth';

const podOf = ({ objects }: KubernetesStack) => objectOf(objects, 'StatefulSet').spec.template.spec;
const clientVerification = kubernetes.ClientVerification.required(authority);
const reportOf = (stack: KubernetesStack) => stack.json['//'].qdrant['vectors/Cluster'];

describe('DNS', () => {
  const dnsOf = (address: string, namespace?: string) => ({ address, namespace, labels: { app: 'dns' } });
  const reachable = (dns: kubernetes.ClusterDns | undefined, to: ReturnType<typeof dnsOf>, ports: number[]) => {
    const { objects } = synthCluster({ dns });
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    const { labels } = objectOf(objects, 'StatefulSet').spec.template.metadata;
    const job = objectOf(objects, 'Job').spec.template.metadata.labels;
    const from = (own: { [name: string]: string }) => ({ address: '10.0.0.1', namespace: 'search', labels: own });
    const reached = (own: { [name: string]: string }) =>
      ports.flatMap((port) =>
        (['UDP', 'TCP'] as const)
          .filter((protocol) => mayReach(policies, from(own), to, port, protocol))
          .map((p) => `${port} ${p}`),
      );
    expect(reached(job)).toEqual(reached(labels));
    return reached(labels);
  };
  const { ClusterDns, Peer } = kubernetes;

  test.each<[string, kubernetes.ClusterDns | undefined, ReturnType<typeof dnsOf>, string[]]>([
    ['that of most clusters', undefined, dnsOf('10.96.0.10', 'kube-system'), ['53 UDP', '53 TCP']],
    ['another one, by default', undefined, dnsOf('10.96.0.10', 'openshift-dns'), []],
    ['that of OpenShift', ClusterDns.openShift(), dnsOf('10.128.0.10', 'openshift-dns'), ['5353 UDP', '5353 TCP']],
    ['another one on OpenShift', ClusterDns.openShift(), dnsOf('10.96.0.10', 'kube-system'), []],
    ['Cloud DNS for GKE, and no metadata', ClusterDns.gkeCloudDns(), dnsOf('169.254.169.254'), ['53 UDP', '53 TCP']],
    ['NodeLocal DNSCache on GKE', ClusterDns.gkeCloudDns(), dnsOf('169.254.20.10'), ['53 UDP', '53 TCP']],
    ['one that is named', ClusterDns.at([Peer.ipv4('10.0.0.2/32')], [1053]), dnsOf('10.0.0.2'), ['1053 UDP', '1053 TCP']],
  ])('asks %s', (_what, dns, to, expected) => {
    expect(reachable(dns, to, [53, 80, 443, 1053, 5353])).toEqual(expected);
  });

  test('that could not be asked is refused', () => {
    expect(() => ClusterDns.at([])).toThrow(/ClusterDns\.at: peers is empty/);
    expect(() => ClusterDns.at([Peer.namespace('dns')], [0])).toThrow(/port is 0/);
    expect(() => ClusterDns.at([{ name: 'x' } as any])).toThrow(/no Peer/);
    expect(() => synthCluster({ dns: {} as any })).toThrow(/dns is a plain object, no ClusterDns/);
  });
});

describe('the user', () => {
  const contexts = (stack: KubernetesStack) =>
    [podOf(stack), objectOf(stack.objects, 'Job').spec.template.spec].map(({ securityContext }) => securityContext);

  test('is chosen by number, for the volumes too', () => {
    for (const context of contexts(synthCluster({ user: kubernetes.PodUser.id(10001) }))) {
      expect(context).toMatchObject({ runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 });
    }
  });

  test('is left to the namespace, and still never root', () => {
    for (const context of contexts(synthCluster({ user: kubernetes.PodUser.assignedByNamespace() }))) {
      expect(Object.keys(context).sort()).toEqual(['fsGroupChangePolicy', 'runAsNonRoot', 'seccompProfile']);
      expect(context.runAsNonRoot).toBe(true);
    }
  });

  test('is never root', () => {
    expect(() => kubernetes.PodUser.id(0)).toThrow(/PodUser\.id: id is 0/);
  });
});

describe('resources', () => {
  test('limit the processors where that is wanted, of the guard too', () => {
    const stack = synthCluster({
      clientVerification,
      resources: { memory: '8Gi', cpu: '2', cpuLimit: '4' },
      guardResources: { memory: '512Mi', cpu: '100m', cpuLimit: '1' },
    });
    expect(podOf(stack).containers.map(({ resources }: any) => resources)).toEqual([
      { requests: { memory: '8Gi', cpu: '2' }, limits: { memory: '8Gi', cpu: '4' } },
      { requests: { memory: '512Mi', cpu: '100m' }, limits: { memory: '512Mi', cpu: '1' } },
    ]);
  });

  test('of the guard are small where nobody says so', () => {
    const [, guard] = podOf(synthCluster({ clientVerification })).containers;
    expect(guard.resources).toEqual({ requests: { memory: '256Mi', cpu: '50m' }, limits: { memory: '256Mi' } });
  });

  test.each<[Partial<kubernetes.QdrantClusterProps>, RegExp]>([
    [{ resources: { memory: '8Gi', cpuLimit: '500m' } }, /resources\.cpuLimit is "500m".*at least 1/],
    [{ resources: { memory: '8Gi', cpu: '4', cpuLimit: '2' } }, /resources\.cpuLimit is "2".*at least 4/],
    [{ guardResources: { memory: '8Mi' } }, /guardResources\.memory is "8Mi"/],
    [{ guardResources: { cpu: '1m' } }, /guardResources\.cpu is "1m"/],
  ])('%j are refused', (props, message) => {
    expect(() => synthCluster(props)).toThrow(message);
  });
});

test('recovery mode is allowed where that is asked for', () => {
  const environment = (props: Partial<kubernetes.QdrantClusterProps>) =>
    podOf(synthCluster(props)).containers[0].env.find(({ name }: any) => name === 'QDRANT_ALLOW_RECOVERY_MODE');
  expect(environment({})).toBeUndefined();
  expect(environment({ allowRecoveryMode: true })).toEqual({ name: 'QDRANT_ALLOW_RECOVERY_MODE', value: 'true' });
});

describe('the service for clients', () => {
  const serviceOf = ({ objects }: KubernetesStack) => objectOf(objects, 'Service', '^vectors-cluster$');

  test('carries annotations, and what its ports speak', () => {
    const clientService = kubernetes.ClientService.clusterIp({
      annotations: { 'example.com/mesh': 'off' },
      restAppProtocol: 'https',
      grpcAppProtocol: 'kubernetes.io/h2c',
    });
    const { metadata, spec } = serviceOf(synthCluster({ clientService }));
    expect(metadata.annotations).toEqual({ 'example.com/mesh': 'off' });
    expect(spec.ports.map(({ appProtocol }: any) => appProtocol)).toEqual(['https', 'kubernetes.io/h2c']);
  });

  test('says nothing of what nobody asked for', () => {
    const { metadata, spec } = serviceOf(synthCluster());
    expect(metadata).not.toHaveProperty('annotations');
    expect(JSON.stringify(spec)).not.toContain('appProtocol');
  });

  test('refuses what is no protocol', () => {
    expect(() => kubernetes.ClientService.clusterIp({ restAppProtocol: 'HTTPS!' })).toThrow(/protocol "HTTPS!"/);
  });
});

test('an IP address among the host names is one of the certificate', () => {
  const stack = synthCluster({ hostNames: ['2001:db8::7', '203.0.113.7', 'vectors.example.com'] }, (cluster) => {
    expect(cluster.endpoint.restUrl).toBe('https://[2001:db8::7]:6333');
    expect(cluster.requiredCertificate.subjectAlternativeNames).toContain('203.0.113.7');
  });
  const { spec } = objectOf(stack.objects, 'Certificate', '-tls$');
  expect(spec.ipAddresses).toEqual(['2001:db8::7', '203.0.113.7']);
  expect(spec.dnsNames).toContain('vectors.example.com');
  expect(spec.dnsNames.join()).not.toMatch(/203|2001/);
  expect(objectOf(synthCluster().objects, 'Certificate', '-tls$').spec).not.toHaveProperty('ipAddresses');
});

describe('TLSRoute', () => {
  const route = {
    gateway: { name: 'public' },
    gatewayPods: kubernetes.Peer.namespace('gateways'),
    restHost: 'rest.example.com',
  };
  const versionOf = (more: Partial<kubernetes.GatewayRouteProps>) => {
    const { objects } = synthCluster({}, (cluster) => void cluster.addGatewayRoute('Public', { ...route, ...more }));
    return objectOf(objects, 'TLSRoute').apiVersion;
  };

  test('is of the version that the gateway’s API has', () => {
    expect(versionOf({})).toBe('gateway.networking.k8s.io/v1');
    expect(versionOf({ tlsRouteVersion: kubernetes.TlsRouteVersion.V1ALPHA2 })).toBe('gateway.networking.k8s.io/v1alpha2');
  });
});

describe('an Ingress', () => {
  const ingress: kubernetes.IngressProps = {
    ingressClassName: 'nginx',
    controllerPods: kubernetes.Peer.namespace('ingress-nginx'),
    restHost: 'rest.example.com',
    restAnnotations: { 'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS' },
    grpcHost: 'grpc.example.com',
    grpcAnnotations: { 'nginx.ingress.kubernetes.io/backend-protocol': 'GRPCS' },
  };
  const synth = (props: Partial<kubernetes.IngressProps> = {}, cluster: Partial<kubernetes.QdrantClusterProps> = {}) =>
    synthCluster(cluster, (made) => void made.addIngress('Public', { ...ingress, ...props }));
  const ingressesOf = ({ objects }: KubernetesStack) => objects.filter(({ kind }) => kind === 'Ingress');

  test('leads each host to its port, with its annotations, and ends TLS where it has a certificate', () => {
    const found = ingressesOf(synth({ tlsSecretName: 'public-tls' })).map(({ metadata, spec }: KubernetesObject) => ({
      annotations: metadata.annotations,
      className: spec.ingressClassName,
      tls: spec.tls,
      host: spec.rules[0].host,
      path: spec.rules[0].http.paths[0],
    }));
    const leads = (host: string, number: number, protocol: string) => ({
      annotations: { 'nginx.ingress.kubernetes.io/backend-protocol': protocol },
      className: 'nginx',
      tls: [{ hosts: [host], secretName: 'public-tls' }],
      host,
      path: { path: '/', pathType: 'Prefix', backend: { service: { name: 'vectors-cluster', port: { number } } } },
    });
    const expected = [leads('rest.example.com', 6333, 'HTTPS'), leads('grpc.example.com', 6334, 'GRPCS')];
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining(expected));
  });

  test('opens the pods to its controller, and to nobody else', () => {
    const { objects } = synth();
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    const { labels } = objectOf(objects, 'StatefulSet').spec.template.metadata;
    const pod = { address: '10.0.0.1', namespace: 'search', labels };
    const from = (namespace: string) => ({ address: '10.0.1.1', namespace, labels: { app: 'x' } });
    const reached = (namespace: string) => [6333, 6334, 6335].filter((port) => mayReach(policies, from(namespace), pod, port));
    expect(reached('ingress-nginx')).toEqual([6333, 6334]);
    expect(reached('apps')).toEqual([]);
  });

  describe('before a cluster that asks clients for certificates', () => {
    const verified = (props: Partial<kubernetes.IngressProps>) => () =>
      synth(
        { grpcHost: undefined, grpcAnnotations: undefined, ...props },
        { clientVerification: kubernetes.ClientVerification.required() },
      );
    const nginx = (name: string, value: string) => ({ [`nginx.ingress.kubernetes.io/${name}`]: value });

    test('is refused where the controller would present a certificate of its own for everyone', () => {
      const own = { ...nginx('backend-protocol', 'HTTPS'), ...nginx('proxy-ssl-secret', 'search/client') };
      expect(verified({ restAnnotations: own })).toThrow(/certificate of its own.*passed through.*tlsPassThrough: true/);
      expect(verified({ restAnnotations: undefined })).toThrow(/passed through/);
      expect(verified({ restAnnotations: nginx('ssl-passthrough', 'false') })).toThrow(/passed through/);
    });

    test('is refused where that is so of gRPC alone', () => {
      const restAnnotations = nginx('ssl-passthrough', 'true');
      const grpcAnnotations = nginx('backend-protocol', 'GRPCS');
      expect(verified({ restAnnotations, grpcHost: 'grpc.example.com', grpcAnnotations })).toThrow(/gRPC.*passed through/);
    });

    test.each<[string, Partial<kubernetes.IngressProps>]>([
      ['of ingress-nginx', { restAnnotations: nginx('ssl-passthrough', 'true') }],
      ['of HAProxy', { restAnnotations: { 'haproxy.org/ssl-passthrough': 'true' } }],
      ['of another controller, as stated', { restAnnotations: undefined, tlsPassThrough: true }],
    ])('passes TLS through by the annotation %s', (_, props) => {
      expect(reportOf(verified(props)()).exposure).toMatch(/443 .*\| REST +\| ingress nginx .*\| yes.*the guard/);
    });
  });

  test('is in the posture, and its hosts are names of the certificate', () => {
    const stack = synth({ tlsSecretName: 'public-tls', clients: [kubernetes.Peer.ipv4('203.0.113.0/24')] });
    expect(reportOf(stack).exposure).toMatch(/443 .*\| REST +\| ingress nginx +\| 203\.0\.113\.0\/24/);
    const { spec } = objectOf(stack.objects, 'Certificate', '-tls$');
    expect(spec.dnsNames).toEqual(expect.arrayContaining(['rest.example.com', 'grpc.example.com']));
  });

  test.each<[string, Partial<kubernetes.IngressProps>, Partial<kubernetes.QdrantClusterProps>, RegExp]>([
    ['one host for both', { grpcHost: 'rest.example.com' }, {}, /restHost and grpcHost are both/],
    ['a host that is none', { restHost: 'https://rest' }, {}, /restHost has "https:/],
    ['no class', { ingressClassName: '' }, {}, /ingressClassName/],
    ['TLS that ends before client certificates are asked for', { tlsSecretName: 'x' }, { clientVerification }, /TLS would end/],
    ['no service', {}, { clientService: kubernetes.ClientService.none() }, /without a client service/],
  ])('%s is refused', (_what, props, cluster, message) => {
    expect(() => synth(props, cluster)).toThrow(message);
  });
});
