import { App, ref, TerraformStack, Testing, Token } from 'cdktf';
import { aws, kubernetes, QdrantPorts } from '../lib';
import { minimal as onKubernetes, synthCluster as synthOnKubernetes } from './support/kubernetes/synth';
import { minimal as onAws, synthCluster as synthOnAws } from './support/synth';

const HELPFUL = /Allowed: .*Instead: /s;
const stackOf = () => new TerraformStack(new App(), 'vectors');
const makeOnAws = (props: object = {}) => new aws.QdrantCluster(stackOf(), 'Cluster', { ...onAws, ...props });
const makeOnKubernetes = (props: object = {}) =>
  new kubernetes.QdrantCluster(stackOf(), 'Cluster', { ...onKubernetes, ...props });
const unknownText = () => Token.asString(ref('local.later'));
const unknownNumber = () => Token.asNumber(ref('local.later'));
const terraformOf = (cluster: aws.QdrantCluster | kubernetes.QdrantCluster) =>
  JSON.parse(Testing.synth(TerraformStack.of(cluster)));
const resources = (cluster: aws.QdrantCluster | kubernetes.QdrantCluster, type: string): any[] =>
  Object.values(terraformOf(cluster).resource[type]);

describe('ranges of addresses', () => {
  const none = [
    '0.0.0.0/00',
    '::/000',
    '::1/0',
    '2001:db8::/0',
    '10.0.0.0/8/9',
    'fe80::1%eth0/64',
    '010.0.0.0/8',
    '10.0/16',
    '10.0.0.0/',
    '10.0.0.0/-1',
  ];
  const more = ['10.0.0.0/ 8', ' 10.0.0.0/8', '2001:db8::1/64', '::ffff:10.0.0.0/104', '', '1.2.3.4'];
  test.each([...none, ...more])('%p is none', (cidr) => {
    for (const { ipv4, ipv6 } of [aws.Peer, kubernetes.Peer]) {
      expect(() => ipv4(cidr)).toThrow(HELPFUL);
      expect(() => ipv6(cidr)).toThrow(HELPFUL);
    }
  });

  test('are known in one way, however they are written', () => {
    expect(aws.Peer.ipv6('2001:DB8:0:0::/48').name).toBe('2001:db8::/48');
    expect(kubernetes.Peer.ipv6('0:0:0:0:0:0:0:0/0').isAnyAddress).toBe(true);
  });

  const anyAddress: Array<[string, string[], boolean]> = [
    ['all', ['0.0.0.0/0'], true],
    ['all of IPv6', ['::/0'], true],
    ['what the internet is of in IPv6', ['2000::/3'], true],
    ['two halves', ['0.0.0.0/1', '128.0.0.0/1'], true],
    ['four quarters', ['0.0.0.0/2', '64.0.0.0/2', '128.0.0.0/2', '192.0.0.0/2'], true],
    ['all but a little', ['16.0.0.0/4', '32.0.0.0/3', '64.0.0.0/2', '128.0.0.0/2'], true],
    ['many that add up', Array.from({ length: 8 }, (_, index) => `${16 + index}.0.0.0/8`), true],
    ['what is private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'], false],
    ['a company', ['17.0.0.0/8', '203.0.113.0/24', '2001:db8::/32'], false],
    ['one range given often', ['17.0.0.0/8', '17.0.0.0/9', '17.128.0.0/9', '17.0.0.0/8'], false],
  ];
  test.each(anyAddress)('%s: the posture tells the internet by what is covered', (_what, cidrs, expected) => {
    const warned = (cluster: aws.QdrantCluster | kubernetes.QdrantCluster, peer: typeof aws.Peer | typeof kubernetes.Peer) => {
      cidrs.forEach((cidr) =>
        cluster.connections.allowRestFrom((cidr.includes(':') ? peer.ipv6(cidr) : peer.ipv4(cidr)) as any),
      );
      return cluster.posture.findings().some(({ ruleId }) => ruleId === 'QDR003');
    };
    expect(warned(makeOnAws(), aws.Peer)).toBe(expected);
    expect(warned(makeOnKubernetes(), kubernetes.Peer)).toBe(expected);
  });

  test('halves of the internet on the metrics port are an error, as the whole is', () => {
    const open = () =>
      synthOnAws({ metricsPort: 9153 }, ({ connections }) =>
        ['0.0.0.0/1', '128.0.0.0/1'].forEach((cidr) => connections.allowMetricsFrom(aws.Peer.ipv4(cidr))),
      );
    expect(open).toThrow(/QDR002/);
  });

  test('that are not known yet must not be the internet, by a precondition', () => {
    const conditions = (rules: any[]) =>
      rules.flatMap(({ lifecycle }) => lifecycle?.precondition ?? []).map(({ condition }: any) => condition);
    const ofAws = makeOnAws();
    ofAws.connections.allowRestFrom(aws.Peer.ipv4(unknownText()));
    const ofKubernetes = makeOnKubernetes();
    ofKubernetes.connections.allowRestFrom(kubernetes.Peer.ipv6(unknownText()));
    expect(conditions(resources(ofAws, 'aws_vpc_security_group_ingress_rule'))).toEqual([
      '${(tonumber(element(split("/", local.later), 1)) >= 7)}',
    ]);
    expect(conditions(resources(ofKubernetes, 'kubernetes_network_policy_v1'))).toEqual([
      '${((tonumber(element(split("/", local.later), 1)) >= 13) || can(regex("^[fF][cCdD]", local.later)))}',
    ]);
  });
});

describe('ports', () => {
  const conditionsOf = (made: any[]): string[] =>
    made.flatMap(({ lifecycle }) => lifecycle?.precondition ?? []).map(({ condition }) => condition);
  const FREE =
    /^\$\{\(+local\.later >= 1024\) && \(local\.later <= 65535\)\) && !contains\(\[6333, 6334, 6335, .*\], local\.later\)\)\}$/;

  test('that are not known yet must be free for metrics, by a precondition', () => {
    const ofAws = makeOnAws({ metricsPort: unknownNumber() });
    ofAws.connections.allowMetricsFrom(aws.Peer.ipv4('10.0.0.0/8'));
    const ofKubernetes = makeOnKubernetes({ metricsPort: unknownNumber() });
    ofKubernetes.connections.allowMetricsFrom(kubernetes.Peer.ipv4('10.0.0.0/8'));
    for (const rules of [
      resources(ofAws, 'aws_vpc_security_group_ingress_rule'),
      resources(ofKubernetes, 'kubernetes_network_policy_v1'),
    ]) {
      const conditions = conditionsOf(rules);
      expect(conditions.length).toBeGreaterThan(0);
      conditions.forEach((condition) => expect(condition).toMatch(FREE));
    }
  });

  test('so they must be where nobody may connect to them', () => {
    const metricsPort = unknownNumber();
    expect(conditionsOf(resources(makeOnAws({ metricsPort }), 'aws_security_group'))).toEqual([expect.stringMatching(FREE)]);
    expect(conditionsOf(resources(makeOnKubernetes({ metricsPort }), 'kubernetes_network_policy_v1'))).toEqual([
      expect.stringMatching(FREE),
    ]);
    expect(conditionsOf(resources(makeOnAws({ metricsPort: 9153 }), 'aws_security_group'))).toEqual([]);
    expect(conditionsOf(resources(makeOnKubernetes({ metricsPort: 9153 }), 'kubernetes_network_policy_v1'))).toEqual([]);
  });

  test('of a cluster that was imported must be, where somebody may connect to them', () => {
    const metricsPort = unknownNumber();
    const ofAws: any = aws.QdrantCluster.fromClusterAttributes(stackOf(), 'Imported', {
      ...{ host: 'vectors.example.com', securityGroupId: 'sg-0123', metricsPort },
    });
    ofAws.connections.allowMetricsFrom(aws.Peer.ipv4('10.0.0.0/8'));
    expect(conditionsOf(resources(ofAws, 'aws_vpc_security_group_ingress_rule'))).toEqual([expect.stringMatching(FREE)]);
  });

  test('of the nodes of a cluster are nobody’s to connect to', () => {
    const others = [aws.Peer.securityGroup('sg-0123'), aws.Peer.ipv4('10.0.0.0/8')];
    others.forEach((peer) => {
      const open = () => makeOnAws().connections.allowTo(peer, QdrantPorts.PEER, { alsoAllowAtPeer: true });
      expect(open).toThrow(/allowTo with the port 6335.*Instead: /);
    });
    expect(() => makeOnKubernetes().connections.allowTo(kubernetes.Peer.namespace('a'), QdrantPorts.PEER)).toThrow(/6335/);
  });
});

describe('what was made elsewhere', () => {
  const imported = (more: object) => () =>
    aws.QdrantCluster.fromClusterAttributes(stackOf(), 'Imported', {
      host: 'vectors.example.com',
      securityGroupId: 'sg-0123',
      ...more,
    });
  const cases: Array<[object, RegExp]> = [
    [{ host: 'https://vectors.example.com' }, /host has "https:/],
    [{ host: undefined }, /host is undefined/],
    [{ securityGroupId: 'my-group' }, /securityGroupId is "my-group", no id.*"sg-/],
    [{ securityGroupId: undefined }, /securityGroupId is undefined/],
    [{ metricsPort: 6335 }, /metricsPort is 6335/],
    [{ readOnlyKey: { arn: 'literal-key' } }, /readOnlyKey is a plain object, no Secret/],
  ];
  test.each(cases)('%p is checked', (more, message) => {
    expect(imported(more)).toThrow(message);
    expect(imported(more)).toThrow(/^vectors\/Imported: .*Allowed: .*Instead: /);
  });

  test('and a selector that selects every pod is refused', () => {
    const attributes = { clusterName: 'vectors', namespace: 'search', podLabels: {} };
    expect(() => kubernetes.QdrantCluster.fromClusterAttributes(stackOf(), 'Imported', attributes)).toThrow(
      /selects everything/,
    );
  });

  test('has policies and grants of other names than those that were made with the cluster', () => {
    const { objects } = synthOnKubernetes({ clusterName: 'vectors' }, (cluster, stack) => {
      const attributes = {
        clusterName: 'vectors',
        namespace: 'search',
        readOnlyKey: kubernetes.Secret.fromName('vectors-read-only-key'),
      };
      for (const each of [cluster, kubernetes.QdrantCluster.fromClusterAttributes(stack, 'Imported', attributes)]) {
        each.connections.allowRestFrom(kubernetes.Peer.namespace('apps'));
        each.grantRead(kubernetes.Grantee.serviceAccount('apps', 'search'));
      }
    });
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

describe('objects that only look like the library’s', () => {
  const network = { vpcId: 'vpc-1', subnetIds: ['subnet-1'] };
  const attempts: Array<[string, () => unknown]> = [
    ['a network', () => makeOnAws({ network })],
    ['API keys', () => makeOnAws({ apiKeys: { _hasAlternate: false, _bind: () => ({}) } })],
    ['certificates', () => makeOnAws({ tls: { _bind: () => ({}) } })],
    ['a verification', () => makeOnAws({ clientVerification: { isRequired: false } })],
    ['a bundle', () => makeOnAws({ trustedAuthorities: [{ _source: { pem: 'x' } }] })],
    ['a version', () => makeOnAws({ version: '1.19.0' })],
    ['a peer on AWS', () => makeOnAws().connections.allowRestFrom({ name: 'x', isAnyAddress: false, _rule: {} } as any)],
    ['a grantee on AWS', () => makeOnAws().grantRead({ name: 'x', _kind: 'role' } as any)],
    ['API keys on Kubernetes', () => makeOnKubernetes({ apiKeys: { _hasAlternate: false, _bind: () => ({}) } })],
    ['a service', () => makeOnKubernetes({ clientService: { _type: undefined } })],
    ['a peer on Kubernetes', () => makeOnKubernetes().connections.allowRestFrom({ name: 'x', _rule: {} } as any)],
    ['a grantee on Kubernetes', () => makeOnKubernetes().grantRead({ _subject: { kind: 'Group', name: 'x' } } as any)],
    ['an issuer', () => kubernetes.Tls.fromCertManager({ _reference: {} } as any)],
    ['a store', () => kubernetes.ApiKeys.fromExternalSecrets({ store: { _reference: {} }, admin: { remoteKey: 'a' } } as any)],
    ['whoever scrapes', () => makeOnKubernetes().addServiceMonitor('M', { scrapedBy: { name: 'x' } } as any)],
  ];
  test.each(attempts)('%s is none', (_what, attempt) => {
    expect(attempt).toThrow(/is (a plain object|a string), no \w+\. Allowed: .*Instead: /);
  });
});

describe('callers without types', () => {
  const attempts: Array<[string, () => unknown, RegExp]> = [
    ['no namespace', () => makeOnKubernetes({ namespace: undefined }), /namespace is undefined/],
    ['no resources', () => makeOnKubernetes({ resources: undefined }), /resources is undefined/],
    ['no instance type', () => makeOnAws({ instanceType: null }), /instanceType is null/],
    ['no disk', () => makeOnAws({ dataVolume: undefined }), /dataVolume is undefined/],
    ['no network', () => makeOnAws({ network: undefined }), /network is undefined/],
    ['no subnets', () => aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1' } as any), /subnetIds is missing/],
    [
      'subnets as a list of Terraform’s',
      () => aws.ClusterNetwork.fromSubnets({ vpcId: 'v', subnetIds: Token.asList({ resolve: () => [] }) }),
      /Fn\.element/,
    ],
    [
      'ranges as a list of Terraform’s',
      () => kubernetes.ClientService.loadBalancer({ sourceRanges: Token.asList({ resolve: () => [] }) }),
      /Fn\.element/,
    ],
    ['a removal policy that is none', () => makeOnAws({ removalPolicy: 'retain' }), /removalPolicy is "retain"/],
    ['text for true or false', () => makeOnAws({ grpc: 'false' }), /grpc is "false"/],
    ['no admin key', () => aws.ApiKeys.fromSecrets({} as any), /admin is undefined/],
    ['no name of a role', () => aws.Grantee.role(undefined as any), /is no name in IAM/],
    ['no name of a group', () => kubernetes.Grantee.group(undefined as any), /Grantee\.group/],
    ['more copies than nodes', () => makeOnAws({ settings: { replicationFactor: 7 } }), /replicationFactor is 7 of 3 nodes/],
    ...['x${path.module}', 'x y', '', null, 5].map((loadBalancerClass: any): (typeof attempts)[number] => [
      `the class of load balancers ${loadBalancerClass}`,
      () => kubernetes.ClientService.loadBalancer({ sourceRanges: ['10.0.0.0/8'], loadBalancerClass }),
      /loadBalancerClass is .*Instead: for example "service\.k8s\.aws\/nlb"/,
    ]),
    ...['${local.zone}', 'z1', 'hostedzone/Z1', '', undefined, ['Z1']].map((zoneId: any): (typeof attempts)[number] => [
      `the zone ${zoneId}`,
      () => aws.NodeNames.existingZone(zoneId, 'corp.internal'),
      /^NodeNames\.existingZone: zoneId is .*no id.*"Z0123456789ABCDEFGHIJ"/,
    ]),
    ['one copy more than nodes', () => makeOnAws({ settings: { replicationFactor: 4 } }), /replicationFactor is 4 of 3 nodes/],
    [
      'a namespace that was lost among the attributes of a newer provider',
      () => kubernetes.Peer.pods({ labels: { app: 'search' }, namespace: ([{ name: 'x' }] as any).name }),
      /namespace is undefined.*may not exist in this version of its provider/,
    ],
  ];
  test.each(attempts)('%s', (_what, attempt, message) => {
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(HELPFUL);
  });

  test('labels may be none', () => {
    expect(() => makeOnKubernetes({ labels: {} })).not.toThrow();
  });
});

describe('names', () => {
  const arn = 'arn:aws:iam::123456789012:role/service/search';
  test('of roles are no ARNs, and the error says the name', () => {
    expect(() => aws.Grantee.role(arn)).toThrow(/an ARN, is no name in IAM.*Instead: Grantee\.role\("search"\)/);
    expect(() => aws.Grantee.user('')).toThrow(HELPFUL);
  });

  test.each([
    'fe80::1%eth0',
    'fe80::1%a:DNS:evil.com',
    'Bad Name,DNS:*.evil.com',
    '*.example.com',
    'a..b',
    '-a.example.com',
    '',
    `${'a'.repeat(64)}.example.com`,
  ])('%p is no host', (host) => {
    expect(() => makeOnAws({ hostNames: [host] })).toThrow(/hostNames has/);
    expect(() => makeOnKubernetes({ hostNames: [host] })).toThrow(/hostNames has/);
    const route = { gateway: { name: 'public' }, gatewayPods: kubernetes.Peer.namespace('g'), restHost: host };
    expect(() => makeOnKubernetes().addGatewayRoute('R', route)).toThrow(/restHost has/);
  });

  test('of a gateway’s namespace are checked', () => {
    const route = { gatewayPods: kubernetes.Peer.namespace('g'), restHost: 'rest.example.com' };
    const to = (namespace: any) => () =>
      makeOnKubernetes().addGatewayRoute('R', { ...route, gateway: { name: 'public', namespace } });
    expect(to('Gate Ways')).toThrow(/gateway\.namespace is "Gate Ways"/);
    expect(to(undefined)).toThrow(/namespace is undefined/);
  });

  test.each(['--volume=/:/host:v1', '${x}:1', 'qdrant qdrant:v1.19.0', 'Qdrant:v1.19.0', '/qdrant:v1.19.0', 'a//b:v1.19.0'])(
    '%p is no image',
    (image) => {
      expect(() => makeOnAws({ image })).toThrow(/is no reference of an image/);
      expect(() => makeOnKubernetes({ guardImage: image })).toThrow(/is no reference of an image/);
    },
  );
});

test('a RoleBinding has its Role by name, wherever the provider’s bindings keep the metadata of a resource', () => {
  const { RoleV1 } = jest.requireActual('@cdktf/provider-kubernetes/lib/role-v1');
  // As bindings of newer providers have it: a list, of which `name` is no member.
  const metadata = jest.spyOn(RoleV1.prototype, 'metadata', 'get').mockReturnValue([{ name: 'x' }]);
  try {
    const { objects } = synthOnKubernetes({}, (cluster) => void cluster.grantRead(kubernetes.Grantee.group('readers')));
    const [binding] = objects.filter(({ kind }) => kind === 'RoleBinding');
    expect(binding.roleRef.name).toMatch(/^vectors-cluster-read-group-readers-/);
    expect(objects.some(({ kind, metadata: { name } }) => kind === 'Role' && name === binding.roleRef.name)).toBe(true);
  } finally {
    metadata.mockRestore();
  }
});

test('the id of a zone, and the class of load balancers, that Terraform alone knows are taken', () => {
  const zone = aws.NodeNames.existingZone(unknownText(), 'corp.internal');
  const network = aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds: ['subnet-1'], zoneCount: 1, nodeNames: zone });
  expect(resources(makeOnAws({ network }), 'aws_route53_record')[0].zone_id).toBe('${local.later}');
  const loadBalancerClass = `example.com/\${x}${unknownText()}`;
  const clientService = kubernetes.ClientService.loadBalancer({ sourceRanges: ['10.0.0.0/8'], loadBalancerClass });
  const services = resources(makeOnKubernetes({ clientService }), 'kubernetes_service_v1');
  expect(services.find(({ spec }) => spec.type === 'LoadBalancer').spec.load_balancer_class).toBe(
    'example.com/${"$"}{x}${local.later}',
  );
});

test('a name that was given beside a reference stays what it was, to Terraform', () => {
  const note = `\${x %{if} \${ ${unknownText()} }`;
  const [instance] = resources(makeOnAws({ tags: { note } }), 'aws_instance');
  expect(instance.tags.note).toBe('${"$"}{x %%{if} ${"$"}{ ${local.later} }');
});
