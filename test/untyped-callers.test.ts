import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { App, ref, TerraformStack, Testing, Token } from 'cdktf';
import { aws, kubernetes } from '../lib';
import { minimal as onKubernetes } from './support/kubernetes/synth';
import { minimal as onAws } from './support/synth';

const HELPFUL = /^\S.*: .*Allowed: .*Instead: /s;
const stackOf = () => new TerraformStack(new App(), 'vectors');
const makeOnAws = (props: any = {}, stack = stackOf()): any => new aws.QdrantCluster(stack, 'Cluster', { ...onAws, ...props });
const makeOnKubernetes = (props: any = {}, stack = stackOf()): any =>
  new kubernetes.QdrantCluster(stack, 'Cluster', { ...onKubernetes, ...props });

/** Throws what a caller reads, or fails where nothing is thrown. */
function errorOf(act: () => unknown): string {
  try {
    act();
  } catch (error: any) {
    expect(error.constructor).toBe(Error);
    return error.message;
  }
  throw new Error('nothing was refused');
}

describe('a provider', () => {
  const withProvider: Array<[string, (provider: any, stack?: TerraformStack) => unknown, string]> = [
    ['aws', (provider, stack) => makeOnAws({ provider }, stack), 'new AwsProvider'],
    [
      'aws, imported',
      (provider, stack = stackOf()) =>
        aws.QdrantCluster.fromClusterAttributes(stack, 'Cluster', { host: 'a.b', securityGroupId: 'sg-1', provider }),
      'new AwsProvider',
    ],
    ['kubernetes', (provider, stack) => makeOnKubernetes({ provider }, stack), 'new KubernetesProvider'],
    [
      'kubernetes, imported',
      (provider, stack = stackOf()) =>
        kubernetes.QdrantCluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'v', namespace: 's', provider }),
      'new KubernetesProvider',
    ],
  ];
  test.each(withProvider)('%s: what is none, or another target’s, is refused', (target, make, instead) => {
    for (const provider of ['aws.us', { alias: 'us' }, null, 5]) {
      const message = errorOf(() => make(provider));
      expect(message).toMatch(/^vectors\/Cluster: provider is /);
      expect(message).toContain(`Instead: provider: ${instead}`);
    }
    const stack = stackOf();
    const other = target.startsWith('aws')
      ? new KubernetesProvider(stack, 'Other', { alias: 'us' })
      : new AwsProvider(stack, 'Other', { alias: 'us' });
    expect(errorOf(() => make(other, stack))).toMatch(
      /^vectors\/Cluster: provider is that of "(aws|kubernetes)".*Allowed: a provider of "(aws|kubernetes)"/,
    );
  });

  test('of the right kind is taken', () => {
    const [onAwsStack, onKubernetesStack] = [stackOf(), stackOf()];
    makeOnAws({ provider: new AwsProvider(onAwsStack, 'Us', { alias: 'us' }) }, onAwsStack);
    makeOnKubernetes({ provider: new KubernetesProvider(onKubernetesStack, 'Us', { alias: 'us' }) }, onKubernetesStack);
  });
});

describe('an option that does not exist', () => {
  const gateway = { gateway: { name: 'public' }, gatewayPods: kubernetes.Peer.namespace('gateways'), restHost: 'a.b' };
  const ingress = { ingressClassName: 'nginx', controllerPods: kubernetes.Peer.namespace('nginx'), restHost: 'a.b' };
  const monitor = { scrapedBy: kubernetes.Peer.namespace('monitoring') };
  const preferred = [{ requirements: [kubernetes.MachineRequirement.present('a')], wieght: 5 }];
  const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf';
  const subnets = { vpcId: 'vpc-1', subnetIds: ['subnet-1'] };
  const cases: Array<[string, string | undefined, () => unknown]> = [
    ['nodecount', 'nodeCount', () => makeOnAws({ nodecount: 5 })],
    ['nodecount', 'nodeCount', () => makeOnKubernetes({ nodecount: 5 })],
    ['clientVerfication', 'clientVerification', () => makeOnAws({ clientVerfication: 1 })],
    ['clientVerfication', 'clientVerification', () => makeOnKubernetes({ clientVerfication: 1 })],
    ['whatever', undefined, () => makeOnAws({ whatever: 1 })],
    ['dataVolume.iop', 'iops', () => makeOnAws({ dataVolume: { sizeGib: 50, iop: 4000 } })],
    [
      'dataVolume.storageClass',
      'storageClassName',
      () => makeOnKubernetes({ dataVolume: { size: '5Gi', storageClass: 'gp3' } }),
    ],
    ['snapshotVolume.siz', 'size', () => makeOnKubernetes({ snapshotVolume: { size: '5Gi', siz: '5Gi' } })],
    ['resources.cpus', 'cpu', () => makeOnKubernetes({ resources: { memory: '8Gi', cpus: '2' } })],
    ['guardResources.mem', 'memory', () => makeOnKubernetes({ guardResources: { mem: '256Mi' } })],
    ['placement.zones', undefined, () => makeOnKubernetes({ placement: { zones: 3 } })],
    ['placement.overZone', 'overZones', () => makeOnKubernetes({ placement: { overZone: 'required' } })],
    [
      'placement.tolerations.effct',
      'effect',
      () => makeOnKubernetes({ placement: { tolerations: [{ key: 'a', effct: 'b' }] } }),
    ],
    ['placement.preferredMachines.wieght', 'weight', () => makeOnKubernetes({ placement: { preferredMachines: preferred } })],
    ['settings.storrage', undefined, () => makeOnAws({ settings: { storrage: {} } })],
    ['settings.jwtRbacs', 'jwtRbac', () => makeOnKubernetes({ settings: { jwtRbacs: true } })],
    ['rollingUpdate.turnSecond', 'turnSeconds', () => makeOnAws({ rollingUpdate: { turnSecond: 60 } })],
    ['rollingUpdate.waitForRollouts', 'waitForRollout', () => makeOnKubernetes({ rollingUpdate: { waitForRollouts: true } })],
    ['zoneCountt', 'zoneCount', () => aws.ClusterNetwork.fromSubnets({ ...subnets, zoneCountt: 1 } as any)],
    ['schema', 'scheme', () => makeOnAws().addLoadBalancer('L', { schema: 'internal' })],
    ['alsoAllowAtPeers', 'alsoAllowAtPeer', () => allowTo(makeOnAws(), aws.Peer, { alsoAllowAtPeers: true })],
    ['protocl', 'protocol', () => allowTo(makeOnKubernetes(), kubernetes.Peer, { protocl: 'udp' })],
    ['grpcHosts', 'grpcHost', () => makeOnKubernetes().addIngress('I', { ...ingress, grpcHosts: 'c.d' })],
    ['restHosts', 'restHost', () => makeOnKubernetes().addGatewayRoute('G', { ...gateway, restHosts: 'c.d' })],
    [
      'gateway.nameSpace',
      'namespace',
      () => makeOnKubernetes().addGatewayRoute('G', { ...gateway, gateway: { name: 'a', nameSpace: 'b' } }),
    ],
    ['intervalSecond', 'intervalSeconds', () => makeOnKubernetes().addServiceMonitor('M', { ...monitor, intervalSecond: 5 })],
    ['alertLabel', 'alertLabels', () => makeOnKubernetes().addMonitoring({ alertLabel: {} })],
    [
      'thresholds.memoryWarningPercents',
      'memoryWarningPercent',
      () => makeOnKubernetes().addMonitoring({ thresholds: { memoryWarningPercents: 5 } }),
    ],
    ['timeoutMinute', 'timeoutMinutes', () => makeOnKubernetes().verifyAfterApply({ timeoutMinute: 5 })],
    ['timeoutMinute', 'timeoutMinutes', () => makeOnAws().verifyAfterApply({ timeoutMinute: 5 })],
    ['comonName', 'commonName', () => makeOnKubernetes().issueClientCertificate('C', { comonName: 'a' })],
    ['readonly', 'readOnly', () => aws.ApiKeys.generated({ readonly: false } as any)],
    ['readonly', 'readOnly', () => kubernetes.ApiKeys.generated({ readonly: false } as any)],
    ['adminKey', 'admin', () => aws.ApiKeys.fromSecrets({ admin: aws.Secret.fromArn(secret), adminKey: 1 } as any)],
    ['encryptionKey', 'encryptionKeyArn', () => aws.Secret.fromArn(secret, { encryptionKey: 'a' } as any)],
    ['validityDay', 'validityDays', () => aws.Tls.generated({ validityDay: 9 } as any)],
    ['validityDay', 'validityDays', () => kubernetes.Tls.generated({ validityDay: 9 } as any)],
    ['namespaces', 'namespace', () => kubernetes.Peer.pods({ labels: { a: 'b' }, namespaces: 'c' } as any)],
    ['sourceRange', 'sourceRanges', () => kubernetes.ClientService.loadBalancer({ sourceRange: ['10.0.0.0/8'] } as any)],
    ['annotation', 'annotations', () => kubernetes.ClientService.clusterIp({ annotation: {} } as any)],
    [
      'grcp',
      'grpc',
      () =>
        aws.QdrantCluster.fromClusterAttributes(stackOf(), 'C', { host: 'a.b', securityGroupId: 'sg-1', grcp: false } as any),
    ],
    [
      'podLabel',
      'podLabels',
      () =>
        kubernetes.QdrantCluster.fromClusterAttributes(stackOf(), 'C', {
          clusterName: 'v',
          namespace: 's',
          podLabel: 1,
        } as any),
    ],
  ];
  test.each(cases)('%s is refused; %s is what was meant', (name, meant, act) => {
    const message = errorOf(act);
    expect(message).toMatch(HELPFUL);
    expect(message).toContain(`: ${name} is no option. Allowed: `);
    expect(message).toContain(meant ? `Instead: ${meant}` : 'Instead: leave it out');
  });

  function allowTo(cluster: any, peers: any, options: object): void {
    cluster.connections.allowTo(peers.ipv4('10.0.0.0/8'), 443, options);
  }
});

describe('what is left out, or no object', () => {
  const cases: Array<[string, () => unknown, RegExp]> = [
    ['props on AWS', () => new (aws.QdrantCluster as any)(stackOf(), 'X'), /^vectors\/X: the options are undefined/],
    [
      'props on Kubernetes',
      () => new (kubernetes.QdrantCluster as any)(stackOf(), 'X'),
      /^vectors\/X: the options are undefined/,
    ],
    ['props that are a text', () => makeOnAws({ dataVolume: '50' }), /dataVolume is "50", a string/],
    ['a placement that is none', () => makeOnKubernetes({ placement: null }), /placement is null/],
    ['a reason', () => makeOnAws().acknowledge('QDR003'), /acknowledge\("QDR003"\) has no reason/],
    ['an ingress', () => makeOnKubernetes().addIngress('I'), /^vectors\/Cluster\/I: the options are undefined/],
    ['a monitor', () => makeOnKubernetes().addServiceMonitor('M'), /^vectors\/Cluster\/M: the options are undefined/],
    ['a route', () => makeOnKubernetes().addGatewayRoute('G'), /^vectors\/Cluster\/G: the options are undefined/],
    ['a gateway', () => makeOnKubernetes().addGatewayRoute('G', { restHost: 'a.b' }), /^vectors\/Cluster\/G: gateway/],
    [
      'names of Secrets',
      () => makeOnKubernetes({ imagePullSecretNames: 'regcred' }),
      /imagePullSecretNames is "regcred", no list/,
    ],
    ['a balancer', () => makeOnAws().addLoadBalancer('L', null), /^vectors\/Cluster\/L: the options are null/],
    ['a network', () => (aws.ClusterNetwork as any).fromSubnets(), /^ClusterNetwork.fromSubnets: the options are undefined/],
    [
      'host names on AWS',
      () => makeOnAws({ hostNames: 'a.b' }),
      /hostNames is "a\.b", no list.*Instead: hostNames: \["a\.b"\]/,
    ],
    ['host names', () => makeOnKubernetes({ hostNames: 'a.b' }), /hostNames is "a\.b", no list/],
  ];
  test.each(cases)('%s: is said', (_what, act, expected) => {
    const message = errorOf(act);
    expect(message).toMatch(HELPFUL);
    expect(message).toMatch(expected);
  });
});

describe('true or false as a text, or null', () => {
  const onAwsElsewhere = (more: object) =>
    aws.QdrantCluster.fromClusterAttributes(stackOf(), 'C', { host: 'a.b', securityGroupId: 'sg-1', ...more });
  const onKubernetesElsewhere = (more: object) =>
    kubernetes.QdrantCluster.fromClusterAttributes(stackOf(), 'C', { clusterName: 'v', namespace: 's', ...more });
  const allowTo = (options: object) => makeOnAws().connections.allowTo(aws.Peer.securityGroup('sg-1'), 443, options);
  const ingress = (more: object) =>
    makeOnKubernetes().addIngress('I', {
      ...{ ingressClassName: 'nginx', controllerPods: kubernetes.Peer.namespace('nginx'), restHost: 'a.b', ...more },
    });
  const takers: Array<[string, (option: object) => unknown]> = [
    ['clientCertificate', onAwsElsewhere],
    ['clientCertificate', onKubernetesElsewhere],
    ['grpc', onAwsElsewhere],
    ['grpc', onKubernetesElsewhere],
    ['grpc', makeOnAws],
    ['grpc', makeOnKubernetes],
    ['alsoAllowAtPeer', allowTo],
    ['tlsPassThrough', ingress],
    ['requireReadyPeers', (rollingUpdate) => makeOnAws({ rollingUpdate })],
    ['waitForRollout', (rollingUpdate) => makeOnKubernetes({ rollingUpdate })],
    ['allowRecoveryMode', makeOnKubernetes],
    ['readOnly', (keys) => aws.ApiKeys.generated(keys)],
    ['readOnly', (keys) => kubernetes.ApiKeys.generated(keys)],
  ];
  test.each(takers)('%s is refused', (option, take) => {
    for (const [given, instead] of [
      ['false', 'false'],
      ['no', 'true'],
      [0, 'true'],
      [null, 'true'],
    ] as const) {
      const message = errorOf(() => take({ [option]: given }));
      expect(message).toContain(`${option} is ${JSON.stringify(given)}`);
      expect(message).toContain(`Allowed: true or false. Instead: ${option}: ${instead}.`);
    }
    take({ [option]: true });
    take({ [option]: false });
    take({ [option]: undefined });
  });
});

describe('what would be lost, or written as something else', () => {
  const pem = (CaBundle: any, given: unknown) => () => CaBundle.fromPem(given);
  const monitor = (labels: unknown) => () =>
    makeOnKubernetes().addServiceMonitor('M', { scrapedBy: kubernetes.Peer.namespace('m'), labels });
  const ingress = (more: object) => () =>
    makeOnKubernetes().addIngress('I', {
      ...{ ingressClassName: 'nginx', controllerPods: kubernetes.Peer.namespace('n'), restHost: 'a.b' },
      ...more,
    });
  const both = [makeOnAws, makeOnKubernetes];
  class Annotations {
    public readonly note = '${x}';
  }
  const cases: Array<[string, () => unknown, RegExp]> = [
    ...[aws.CaBundle, kubernetes.CaBundle].flatMap(
      (CaBundle): Array<[string, () => unknown, RegExp]> => [
        ['a Buffer', pem(CaBundle, Buffer.from('a')), /a Buffer, no text.*readFileSync\('ca\.pem', 'utf8'\)\).*\.toString\(\)/],
        ['no PEM', pem(CaBundle, undefined), /^CaBundle\.fromPem: undefined, no text/],
        ['a number as PEM', pem(CaBundle, 5), /5, no text/],
      ],
    ),
    ['a common name', () => makeOnKubernetes().issueClientCertificate('x', { commonName: 5 }), /commonName is 5/],
    ...both.flatMap(
      (make): Array<[string, () => unknown, RegExp]> => [
        ['no version', () => make({ version: null }), /version is null, no QdrantVersion/],
        ['a text as settings', () => make({ settings: { unchecked: 'ab' } }), /settings\.unchecked is "ab", a string/],
        ['no settings', () => make({ settings: { unchecked: null } }), /settings\.unchecked is null/],
        ...[5, true, []].map((additional): [string, () => unknown, RegExp] => [
          `additional settings ${additional}`,
          () => make({ settings: { additional } }),
          /settings\.additional is (5|true|a list), no plain object.*Instead: settings\.additional: \{/,
        ]),
      ],
    ),
    ...[null, [], ['a'], 5, new Annotations()].flatMap(
      (junk): Array<[string, () => unknown, RegExp]> => [
        ['annotations of pods', () => makeOnKubernetes({ podAnnotations: junk }), /podAnnotations is .*no plain object/],
        ['of the account', () => makeOnKubernetes({ serviceAccountAnnotations: junk }), /serviceAccountAnnotations is /],
        ['of a service', () => kubernetes.ClientService.clusterIp({ annotations: junk } as any), /annotations is /],
        ['of REST', ingress({ restAnnotations: junk }), /restAnnotations is /],
        ['of gRPC', ingress({ grpcAnnotations: junk }), /grpcAnnotations is /],
      ],
    ),
    ...[5, ['a'], true, null].flatMap(
      (junk): Array<[string, () => unknown, RegExp]> => [
        ['labels', () => makeOnKubernetes({ labels: junk }), /labels is (5|a list|true|null), no plain object/],
        ['labels of a monitor', monitor(junk), /labels is (5|a list|true|null), no plain object/],
      ],
    ),
    ...['', NaN, null].map((clients): [string, () => unknown, RegExp] => [
      'clients',
      ingress({ clients }),
      /clients is no list.*Instead: clients: \[/,
    ]),
    ['machines', () => makeOnKubernetes({ placement: { machines: null } }), /placement\.machines is no list/],
    ['a label', () => (kubernetes.MachineRequirement as any).present(), /^MachineRequirement\.present: the label is undefined/],
    ['a value', () => kubernetes.MachineRequirement.in('a', [undefined] as any), /a value of a is undefined/],
    ['subnets', () => makeOnAws().addLoadBalancer('L', { subnetIds: [] }), /^vectors\/Cluster\/L: subnetIds is empty/],
    [
      'an entry of a store',
      () =>
        kubernetes.ApiKeys.fromExternalSecrets({ store: kubernetes.SecretStore.store('a'), admin: { remoteKey: 5 } } as any),
      /remoteKey is 5/,
    ],
  ];
  test.each(cases)('%s is refused', (_what, act, expected) => {
    const message = errorOf(act);
    expect(message).toMatch(HELPFUL);
    expect(message).toMatch(expected);
  });
});

describe('a number as a text', () => {
  test.each([
    ['nodeCount', () => makeOnAws({ nodeCount: '3' }), 'nodeCount is "3", a string', 'Instead: nodeCount: 3'],
    ['nodeCount', () => makeOnKubernetes({ nodeCount: '5' }), 'nodeCount is "5", a string', 'Instead: nodeCount: 5'],
    ['sizeGib', () => makeOnAws({ dataVolume: { sizeGib: '50' } }), 'dataVolume.sizeGib is "50", a string', 'sizeGib: 50'],
    ['metricsPort', () => makeOnAws({ metricsPort: '9153' }), 'metricsPort is "9153", a string', 'metricsPort: 9153'],
  ])('%s is shown as one', (_option, act, given, instead) => {
    const message = errorOf(act);
    expect(message).toContain(given);
    expect(message).toContain(instead);
  });
});

describe('an id of AWS', () => {
  const inSubnets = (subnetIds: any, vpcId: any = 'vpc-1') => aws.ClusterNetwork.fromSubnets({ vpcId, subnetIds });
  test.each<[string, () => unknown, RegExp]>([
    [
      'an undefined subnet',
      () => inSubnets(['subnet-1', undefined]),
      /subnetIds\[1\] is undefined, no id.*subnet-0123456789abcdef0/,
    ],
    ['a subnet by its name', () => inSubnets(['private-a']), /subnetIds\[0\] is "private-a"/],
    ['a VPC by its name', () => inSubnets(['subnet-1'], 'main'), /vpcId is "main".*vpc-0123456789abcdef0/],
    ['a subnet of a balancer', () => makeOnAws().addLoadBalancer('L', { subnetIds: ['x'] }), /subnetIds\[0\] is "x"/],
    [
      'no list for a balancer',
      () => makeOnAws().addLoadBalancer('L', { subnetIds: 'subnet-1' }),
      /subnetIds is "subnet-1", no list/,
    ],
    ['a snapshot', () => makeOnAws({ dataVolume: { sizeGib: 50, snapshotIds: [undefined] } }), /snapshotIds\[0\] is undefined/],
  ])('%s is refused', (_what, act, expected) => {
    const message = errorOf(act);
    expect(message).toMatch(HELPFUL);
    expect(message).toMatch(expected);
  });

  test('that Terraform alone knows is taken', () => {
    inSubnets([Token.asString(ref('local.subnet'))], Token.asString(ref('local.vpc')));
  });
});

describe('a tag', () => {
  test.each<[string, any, RegExp]>([
    ['without a value', { Owner: undefined }, /tags gives Owner the value undefined/],
    ['with a number', { CostCenter: 42 }, /tags gives CostCenter the value 42.*Instead: tags: { "CostCenter": "42" }/],
    ['in a list', ['a'], /tags is a list/],
    ['that is none', null, /tags is null/],
  ])('%s is refused', (_what, tags, expected) => {
    expect(errorOf(() => makeOnAws({ tags }))).toMatch(expected);
  });
});

describe('a key of KMS', () => {
  const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf';
  const takers: Array<[string, (encryptionKeyArn: any) => unknown]> = [
    ['the volume', (encryptionKeyArn) => makeOnAws({ dataVolume: { sizeGib: 50, encryptionKeyArn } })],
    ['generated keys', (encryptionKeyArn) => aws.ApiKeys.generated({ encryptionKeyArn })],
    ['a generated authority', (encryptionKeyArn) => aws.Tls.generated({ encryptionKeyArn })],
    ['a secret', (encryptionKeyArn) => aws.Secret.fromArn(secretArn, { encryptionKeyArn })],
  ];
  test.each(takers)('of %s is given by its ARN', (_what, take) => {
    const alias = 'arn:aws:kms:eu-west-1:123456789012:alias/x';
    for (const none of ['alias/x', alias, '1234abcd-12ab-34cd-56ef-1234567890ab', '', null]) {
      expect(errorOf(() => take(none))).toMatch(/encryptionKeyArn is .*Allowed: .*:key\/ID.*Instead: /);
    }
    take('arn:aws-cn:kms:cn-north-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab');
    take(Token.asString(ref('local.key')));
  });
});

describe('what an error tells', () => {
  const apiKeys = { admin: 'x' };
  test.each<[string, () => unknown, RegExp, RegExp?]>([
    ['no name of a role', () => (aws.Grantee as any).role(), /Instead: Grantee\.role\("search-service"\)/],
    ['no name of a service account', () => (kubernetes.Grantee as any).serviceAccount('x'), /the name is undefined/, /secret/],
    ['no port', () => makeOnAws().connections.allowTo(aws.Peer.anyIpv4()), /port is undefined.*Instead: port: 443/],
    [
      'a peer of the other target',
      () => makeOnAws().connections.allowRestFrom(kubernetes.Peer.anyIpv4()),
      /the peer is a Peer of another target, or of a second copy of the library/,
    ],
    ['a removal policy', () => makeOnAws({ removalPolicy: 'DESTROY' }), /Instead: removalPolicy: RemovalPolicy\.PROTECT/],
    [
      'a removal policy',
      () => makeOnKubernetes({ removalPolicy: 'DESTROY' }),
      /Allowed: RemovalPolicy\.PROTECT, RemovalPolicy\.DESTROY/,
    ],
    [
      'a balancer’s',
      () => makeOnAws().addLoadBalancer('L', { removalPolicy: 'keep' }),
      /removalPolicy: RemovalPolicy\.PROTECT/,
    ],
    [
      'a scheme',
      () => makeOnAws().addLoadBalancer('L', { scheme: 'internet' }),
      /Instead: scheme: LoadBalancerScheme\.INTERNAL/,
    ],
    ['a spread', () => makeOnKubernetes({ placement: { overHosts: 'always' } }), /placement\.overHosts: Spread\.REQUIRED/],
    ['keys', () => makeOnAws({ apiKeys }), /Allowed: an ApiKeys that/],
  ])('%s', (_what, act, expected, never = /undefined"/) => {
    const message = errorOf(act);
    expect(message).toMatch(HELPFUL);
    expect(message).toMatch(expected);
    expect(message).not.toMatch(never);
  });

  test('a section among the unchecked settings: what is told to be written is taken', () => {
    const message = errorOf(() => makeOnAws({ settings: { unchecked: { service: { max_workers: 4, brand_new: true } } } }));
    expect(message).toContain(
      "Instead: additional: { 'service.max_workers': VALUE }, unchecked: { 'service.brand_new': VALUE }",
    );
    makeOnAws({ settings: { additional: { 'service.max_workers': 4 }, unchecked: { 'service.brand_new': true } } });
  });

  test('the official image that runs as root', () => {
    for (const make of [makeOnAws, makeOnKubernetes]) {
      for (const image of ['qdrant/qdrant:v1.19.0', 'docker.io/qdrant/qdrant:v1.19.0', 'qdrant/qdrant:v1.19.0-gpu-nvidia']) {
        expect(errorOf(() => make({ image }))).toMatch(/runs as root.*Instead: image: ".*:v1\.19\.0-unprivileged"/);
      }
      make({ image: 'qdrant/qdrant:v1.19.0-unprivileged' });
      make({ image: 'registry.example.com/search/qdrant:v1.19.0' });
    }
  });
});

describe('an image whose tag tells of no other release', () => {
  const digest = `@sha256:${'a'.repeat(64)}`;
  test.each([
    `qdrant/qdrant:v1.19.0-unprivileged${digest}`,
    `registry.example.com:5000/search/qdrant${digest}`,
    `registry-1.12.0.example.com:5000/search/qdrant${digest}`,
    `my.reg/qdrant-1.12.0/qdrant${digest}`,
    `my.reg/qdrant:stable${digest}`,
    'my.reg/qdrant:qdrant-v1.19.0',
    'my.reg/qdrant:v1.19',
    'my.reg/qdrant:v1.19.0-alpine-3.18',
    'my.reg/qdrant:cuda-12.1-v1.19.0',
    'my.reg/qdrant:ubuntu22.04',
    'my.reg/qdrant:2024-01-15',
    'my.reg/qdrant:2024.01.15',
    'my.reg/qdrant:build-2024.1.15',
    'my.reg/qdrant:nightly-2024-01-15',
    'my.reg/qdrant:build-42',
    'my.reg/qdrant:git-1a2b3c4',
    'my.reg/qdrant:1.2.3.4',
  ])('%s is taken', (image) => {
    makeOnAws({ image });
    makeOnKubernetes({ image });
  });
});

describe('a node that is counted and unprotected', () => {
  test.each<[string, (props: any) => any]>([
    ['AWS', makeOnAws],
    ['Kubernetes', makeOnKubernetes],
  ])('on %s: a warning; one that is no longer counted: none', (_target, make) => {
    const found = (cluster: any) => cluster.posture.findings().filter(({ ruleId }: any) => ruleId === 'QDR026');
    const cluster = make({ nodeCount: 3 });
    cluster.unprotectNode(3);
    cluster.unprotectNode(9);
    expect(found(cluster)).toEqual([]);
    cluster.unprotectNode(1);
    cluster.unprotectNode(1);
    expect(found(cluster)).toEqual([expect.objectContaining({ severity: 'warning', what: expect.stringMatching(/^node 1 /) })]);
  });
});

describe('the command that prints the CA certificate', () => {
  test('names the region of the secret', () => {
    const clientCa = aws.CaBundle.fromSecret(
      aws.Secret.fromArn('arn:aws:secretsmanager:eu-west-3:123456789012:secret:ca-AbCdEf'),
    );
    const secret = aws.Secret.fromArn('arn:aws:secretsmanager:eu-west-3:123456789012:secret:tls-AbCdEf');
    const commandOf = (tls: aws.Tls) => {
      const cluster = makeOnAws({ tls });
      cluster.addOutputs();
      const outputs = Object.entries<any>(JSON.parse(Testing.synth(TerraformStack.of(cluster))).output);
      return outputs.find(([id]) => id.includes('CaCertificateCommand'))![1].value;
    };
    expect(commandOf(aws.Tls.fromSecret(secret, { clientCa }))).toContain(
      'get-secret-value --region eu-west-3 --secret-id arn:aws:',
    );
    expect(commandOf(aws.Tls.fromPrivateCa('arn:aws:acm-pca:eu-west-2:123456789012:certificate-authority/a'))).toContain(
      'get-certificate-authority-certificate --region eu-west-2 ',
    );
    expect(commandOf(aws.Tls.fromPrivateCa('arn:aws:acm-pca:eu-west-2:123456789012:certificate-authority/a'))).toContain(
      `--query 'join(\`"\\n"\`, [Certificate, CertificateChain || \`""\`])' `,
    );
    expect(commandOf(aws.Tls.generated())).toMatch(
      /--region \$\{element\(split\(":", aws_secretsmanager_secret\.\S+\.arn\), 3\)\} --secret-id /,
    );
  });
});
