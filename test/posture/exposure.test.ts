import { TerraformVariable } from 'cdktf';
import { aws, kubernetes } from '../../lib';
import { minimal as onKubernetes, synthCluster as synthKubernetesCluster, synthKubernetes } from '../support/kubernetes/synth';
import { minimal as onAws, synth, synthCluster, SynthesizedStack } from '../support/synth';

const reportOf = (stack: SynthesizedStack) => stack.json['//'].qdrant['vectors/Cluster'];
const ruleIds = (stack: SynthesizedStack) => reportOf(stack).findings.map(({ ruleId }: any) => ruleId);
const readersOf = (stack: SynthesizedStack, secret: string): string[] =>
  reportOf(stack).secrets.find(({ name }: any) => name === secret).readers;

describe('the reports of a stack', () => {
  const ids = ['Cluster', 'Cluster.v2', 'Cluster.v2.qdrant', 'a.b'];

  test('AWS: there is one for each cluster, whatever its id', () => {
    const stack = synth((scope) =>
      ids.forEach((id, index) => new aws.QdrantCluster(scope, id, { ...onAws, clusterName: `vectors-${index}` })),
    );
    const reports = stack.json['//'].qdrant;
    expect(Object.keys(reports)).toEqual(ids.map((id) => `vectors/${id}`));
    Object.values<any>(reports).forEach(({ exposure }) => expect(exposure).toContain('6333'));
  });

  test('stand there, too, where the member is overridden as a whole afterwards', () => {
    const stack = synth((scope) => {
      new aws.QdrantCluster(scope, 'Cluster', { ...onAws, clusterName: 'vectors' });
      scope.addOverride('//', { mine: true });
    });
    expect(stack.json['//']).toMatchObject({ mine: true, qdrant: { 'vectors/Cluster': { findings: [] } } });
  });

  test('Kubernetes: so there is', () => {
    const stack = synthKubernetes((scope) =>
      ids.forEach((id, index) => new kubernetes.QdrantCluster(scope, id, { ...onKubernetes, clusterName: `vectors-${index}` })),
    );
    const reports = stack.json['//'].qdrant;
    expect(Object.keys(reports)).toEqual(ids.map((id) => `vectors/${id}`));
    Object.values<any>(reports).forEach(({ exposure }) => expect(exposure).toContain('6333'));
  });
});

describe('a gateway', () => {
  const routed = (props: Partial<kubernetes.GatewayRouteProps>, cluster: Partial<kubernetes.QdrantClusterProps> = {}) =>
    synthKubernetesCluster(cluster, (made) => {
      made.addGatewayRoute('Public', {
        gateway: { name: 'public' },
        gatewayPods: kubernetes.Peer.namespace('gateway'),
        restHost: 'vectors.example.com',
        ...props,
      });
    });

  test('of whose clients nothing is said is judged like one on the internet', () => {
    const stack = routed({ grpcHost: 'grpc.vectors.example.com' });
    expect(ruleIds(stack)).toEqual(['QDR003', 'QDR003']);
    expect(reportOf(stack).exposure).toMatch(
      /443 .* REST .* gateway public .* all that can reach the gateway public \(unknown\)/,
    );
  });

  test('that is public is shown to be', () => {
    expect(ruleIds(routed({ clients: [kubernetes.Peer.anyIpv4()] }))).toEqual(['QDR003']);
    expect(reportOf(routed({ clients: [kubernetes.Peer.anyIpv4()], clientPort: 8443 })).exposure).toMatch(
      /8443 \| REST +\| gateway public +\| 0\.0\.0\.0\/0 /,
    );
  });

  test('with named clients draws nothing', () => {
    expect(ruleIds(routed({ clients: [kubernetes.Peer.ipv4('10.0.0.0/8')] }))).toEqual([]);
  });

  test('with clients that only Terraform knows is judged like one on the internet', () => {
    const stack = synthKubernetesCluster({}, (cluster, scope) => {
      const clients = [
        kubernetes.Peer.ipv4('10.0.0.0/8'),
        kubernetes.Peer.ipv4(new TerraformVariable(scope, 'c', {}).stringValue),
      ];
      cluster.addGatewayRoute('Public', {
        ...{ gateway: { name: 'public' }, gatewayPods: kubernetes.Peer.namespace('gateway'), restHost: 'a.b', clients },
      });
      cluster.addIngress('Ingress', {
        ...{ ingressClassName: 'nginx', controllerPods: kubernetes.Peer.namespace('nginx'), restHost: 'c.d', clients },
        tlsPassThrough: true,
      });
    });
    expect(reportOf(stack).findings.map(({ ruleId, what }: any) => [ruleId, what])).toEqual([
      ['QDR003', expect.stringMatching(/gateway public is open to \S*var\.c/)],
      ['QDR003', expect.stringMatching(/ingress nginx is open to \S*var\.c/)],
    ]);
  });

  test('before client certificates draws nothing', () => {
    const clientVerification = kubernetes.ClientVerification.required();
    expect(ruleIds(routed({}, { clientVerification }))).toEqual([]);
  });

  test.each([
    [{ clients: [] }, /clients is empty/],
    [{ clientPort: 0 }, /clientPort is 0/],
  ])('with %j is refused', (props, message) => {
    expect(() => routed(props)).toThrow(message);
  });
});

describe('a metrics port, which asks for no key,', () => {
  const ranges = (scope: any, names: string[]) => names.map((name) => new TerraformVariable(scope, name, {}).stringValue);

  test('AWS: for a range that only Terraform knows, and a group, is a warning', () => {
    const stack = synthCluster({ metricsPort: 9153 }, ({ connections }, scope) => {
      connections.allowMetricsFrom(aws.Peer.ipv4(ranges(scope, ['one'])[0]));
      connections.allowMetricsFrom(aws.Peer.securityGroup('sg-0'));
    });
    expect(ruleIds(stack)).toEqual(['QDR004']);
  });

  test('AWS: for several, which together may be the internet, does not synthesize', () => {
    const open = (accept: boolean) =>
      synthCluster({ metricsPort: 9153 }, (cluster, scope) => {
        for (const cidr of ranges(scope, ['one', 'two'])) cluster.connections.allowMetricsFrom(aws.Peer.ipv4(cidr));
        if (accept) cluster.acknowledge('QDR002', 'both are of our VPCs');
      });
    expect(() => open(false)).toThrow(/QDR002.*metrics.*var\.two.*without an API key/);
    expect(() => open(true)).not.toThrow();
  });

  test('AWS: for a prefix list, whose ranges nobody knows here, does not synthesize', () => {
    const open = (port: 'allowMetricsFrom' | 'allowRestFrom') => () =>
      synthCluster({ metricsPort: 9153 }, ({ connections }) => connections[port](aws.Peer.prefixList('pl-0')));
    expect(open('allowMetricsFrom')).toThrow(/QDR002.*metrics.*pl-0.*without an API key/);
    expect(ruleIds(open('allowRestFrom')())).toEqual([]);
  });

  test('Kubernetes: for several ranges that only Terraform knows does not synthesize', () => {
    expect(() =>
      synthKubernetesCluster({ metricsPort: 9153 }, ({ connections }, scope) => {
        for (const cidr of ranges(scope, ['one', 'two'])) connections.allowMetricsFrom(kubernetes.Peer.ipv4(cidr));
      }),
    ).toThrow(/QDR002.*metrics.*var\.two.*without an API key/);
  });
});

describe('ways out', () => {
  test('AWS: HTTPS to everywhere, and what was allowed', () => {
    const { outbound, exposure } = reportOf(
      synthCluster({}, (cluster) => cluster.connections.allowTo(aws.Peer.ipv4('10.9.0.0/16'), 9000)),
    );
    const everywhere = { from: 'nodes', port: 443, purpose: expect.any(String) };
    expect(outbound).toEqual([
      { ...everywhere, to: '0.0.0.0/0' },
      { ...everywhere, to: '::/0' },
      { from: 'nodes', to: '10.9.0.0/16', port: 9000, purpose: 'allowed by connections.allowTo' },
    ]);
    expect(exposure).toMatch(/443 +\| nodes \| 0\.0\.0\.0\/0/);
  });

  test('Kubernetes: to DNS', () => {
    const outbound = (dns?: kubernetes.ClusterDns) =>
      reportOf(synthKubernetesCluster({ dns })).outbound.map(({ to, port }: any) => `${to} ${port}`);
    expect(outbound()).toEqual(['namespace kube-system 53', '169.254.20.10/32 53']);
    expect(outbound(kubernetes.ClusterDns.openShift())).toEqual(['namespace openshift-dns 5353']);
  });

  test('Kubernetes: what was allowed', () => {
    const { outbound } = reportOf(
      synthKubernetesCluster({}, (cluster) => cluster.connections.allowTo(kubernetes.Peer.namespace('storage'), 9000)),
    );
    expect(outbound).toContainEqual(expect.objectContaining({ from: 'pods', to: 'namespace storage', port: 9000 }));
  });
});

describe('who reads the keys', () => {
  test('AWS: whoever may run programs on the nodes', () => {
    for (const secret of ['admin API key', 'read-only API key', 'CA private key', 'TLS private key']) {
      expect(readersOf(synthCluster(), secret)).toContainEqual(expect.stringMatching(/ssm:StartSession/));
    }
  });

  test('Kubernetes: whoever may run programs in the pods, or replace them, read Secrets, or make pods', () => {
    const stack = synthKubernetesCluster();
    for (const secret of ['admin API key', 'read-only API key', 'TLS private key']) {
      expect(readersOf(stack, secret)).toContainEqual(expect.stringMatching(/pods\/exec .* namespace search/));
      expect(readersOf(stack, secret)).toContainEqual(expect.stringMatching(/delete and make ConfigMaps.* namespace search/));
    }
    expect(readersOf(stack, 'CA private key')).toEqual(['cert-manager', expect.stringMatching(/read Secrets, or make pods/)]);
  });

  test('Kubernetes: Prometheus, where it scrapes REST with the read-only key', () => {
    const monitored = (metricsPort?: number) =>
      synthKubernetesCluster({ metricsPort }, (cluster) => {
        cluster.addServiceMonitor('Monitor', { scrapedBy: kubernetes.Peer.namespace('monitoring') });
      });
    expect(readersOf(monitored(), 'read-only API key')).toContainEqual(expect.stringMatching(/^Prometheus/));
    expect(readersOf(monitored(9153), 'read-only API key')).not.toContainEqual(expect.stringMatching(/^Prometheus/));
  });

  test.each(['system:authenticated', 'system:unauthenticated'])('Kubernetes: a grant to %s does not synthesize', (group) => {
    for (const grant of ['grantRead', 'grantAdmin'] as const) {
      expect(() => synthKubernetesCluster({}, (cluster) => void cluster[grant](kubernetes.Grantee.group(group)))).toThrow(
        /QDR030/,
      );
    }
  });

  test.each([
    [kubernetes.Grantee.group('system:serviceaccounts'), ['QDR031']],
    [kubernetes.Grantee.group('system:serviceaccounts:apps'), ['QDR031']],
    [kubernetes.Grantee.group('system:serviceaccounts-admins'), []],
    [kubernetes.Grantee.group('operators'), []],
    [kubernetes.Grantee.user('system:authenticated'), []],
    [kubernetes.Grantee.serviceAccount('apps', 'search'), []],
  ])('Kubernetes: a grant to %s', (grantee, expected) => {
    expect(ruleIds(synthKubernetesCluster({}, (cluster) => void cluster.grantRead(grantee)))).toEqual(expected);
  });

  test('nobody who was refused a key stands among its readers', () => {
    const stack = synthCluster({ apiKeys: aws.ApiKeys.generated({ readOnly: false }) }, (cluster) => {
      expect(() => cluster.grantRead(aws.Grantee.role('app'))).toThrow(/no read-only key/);
    });
    expect(JSON.stringify(reportOf(stack).secrets)).not.toContain('role app');
  });
});
