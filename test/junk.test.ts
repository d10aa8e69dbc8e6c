import { App, TerraformStack } from 'cdktf';
import { Acknowledgements, aws, kubernetes, Quantization, QdrantVersion, Sizing } from '../lib';
import { minimal as onKubernetes } from './support/kubernetes/synth';
import { resolved } from './support/properties';
import { minimal } from './support/synth';

const onAws = { ...minimal, nodeCount: 1 };
const HELPFUL = /^\S.*: .*\. Allowed: .*\. Instead: .*\.$/s;
const JUNK: unknown[] = [
  ...[undefined, null, true, 5, -1, NaN, '', 'ab', () => 1],
  ...[[], ['a'], [null], {}, { a: 1 }, { a: null }, new Date(0), Buffer.from('a')],
];

/** What takes options: those that it needs, what is made of them, and the options that have options of their own. */
interface Taker {
  readonly of: string;
  readonly needed: any;
  readonly make: (options: any) => unknown;
  readonly within?: { [option: string]: any };
}

/** The stack that the last attempt made something in. */
let stack: TerraformStack | undefined;
const stackOf = () => (stack = new TerraformStack(new App(), 'vectors'));
const awsCluster = (): any => new aws.QdrantCluster(stackOf(), 'Cluster', onAws);
const kubernetesCluster = (): any => new kubernetes.QdrantCluster(stackOf(), 'Cluster', onKubernetes);
const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf';
const pods = kubernetes.Peer.namespace('search');
const key = kubernetes.Secret.fromName('vectors');
const gateway = { name: 'public' };
const external = { store: kubernetes.SecretStore.store('vault'), admin: { remoteKey: 'a' } };
const requirements = [kubernetes.MachineRequirement.present('a')];

const TAKERS: Taker[] = [
  {
    of: 'a cluster on AWS',
    needed: onAws,
    make: (options) => new aws.QdrantCluster(stackOf(), 'Cluster', options),
    within: { dataVolume: onAws.dataVolume, rollingUpdate: {}, settings: {} },
  },
  {
    of: 'a cluster on Kubernetes',
    needed: onKubernetes,
    make: (options) => new kubernetes.QdrantCluster(stackOf(), 'Cluster', options),
    within: {
      ...{ dataVolume: onKubernetes.dataVolume, snapshotVolume: onKubernetes.dataVolume, resources: onKubernetes.resources },
      ...{ guardResources: {}, placement: {}, rollingUpdate: {}, settings: {} },
    },
  },
  {
    of: 'a toleration',
    needed: { key: 'a' },
    make: (toleration) =>
      new kubernetes.QdrantCluster(stackOf(), 'C', { ...onKubernetes, placement: { tolerations: [toleration] } }),
  },
  {
    of: 'a preference',
    needed: { requirements },
    make: (preferred) =>
      new kubernetes.QdrantCluster(stackOf(), 'C', { ...onKubernetes, placement: { preferredMachines: [preferred] } }),
  },
  {
    of: 'an import on AWS',
    needed: { host: 'a.b', securityGroupId: 'sg-1' },
    make: (options) => aws.QdrantCluster.fromClusterAttributes(stackOf(), 'C', options),
  },
  {
    of: 'an import on Kubernetes',
    needed: { clusterName: 'v', namespace: 's' },
    make: (options) => kubernetes.QdrantCluster.fromClusterAttributes(stackOf(), 'C', options),
  },
  { of: 'a network', needed: { vpcId: 'vpc-1', subnetIds: ['subnet-1'] }, make: aws.ClusterNetwork.fromSubnets },
  { of: 'a balancer', needed: {}, make: (options) => awsCluster().addLoadBalancer('L', options) },
  {
    of: 'an outgoing connection on AWS',
    needed: {},
    make: (options) => awsCluster().connections.allowTo(aws.Peer.ipv4('10.0.0.0/8'), 443, options),
  },
  {
    of: 'an outgoing connection on Kubernetes',
    needed: {},
    make: (options) => kubernetesCluster().connections.allowTo(pods, 443, options),
  },
  { of: 'a sizing', needed: { count: 1, dimension: 1, payloadBytes: 5, onDisk: true }, make: Sizing.forVectors },
  { of: 'an image', needed: {}, make: (options) => aws.MachineImage.fromImageId('ami-1', options) },
  { of: 'keys on AWS', needed: {}, make: aws.ApiKeys.generated },
  { of: 'existing keys on AWS', needed: { admin: aws.Secret.fromArn(arn) }, make: aws.ApiKeys.fromSecrets },
  { of: 'a secret', needed: {}, make: (options) => aws.Secret.fromArn(arn, options) },
  { of: 'TLS on AWS', needed: {}, make: aws.Tls.generated },
  { of: 'TLS of a secret on AWS', needed: {}, make: (options) => aws.Tls.fromSecret(aws.Secret.fromArn(arn), options) },
  {
    of: 'TLS of AWS Private CA',
    needed: {},
    make: (options) => aws.Tls.fromPrivateCa('arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/a', options),
  },
  { of: 'keys on Kubernetes', needed: {}, make: kubernetes.ApiKeys.generated },
  { of: 'existing keys on Kubernetes', needed: { admin: key }, make: kubernetes.ApiKeys.fromSecrets },
  {
    of: 'external keys',
    needed: external,
    make: kubernetes.ApiKeys.fromExternalSecrets,
    within: { admin: external.admin, readOnly: external.admin, alternate: external.admin },
  },
  { of: 'TLS on Kubernetes', needed: {}, make: kubernetes.Tls.generated },
  { of: 'TLS of a Secret on Kubernetes', needed: {}, make: (options) => kubernetes.Tls.fromSecret('a', options) },
  {
    of: 'TLS of an issuer',
    needed: {},
    make: (options) => kubernetes.Tls.fromCertManager(kubernetes.CertificateIssuer.issuer('a'), options),
  },
  {
    of: 'an external issuer',
    needed: { kind: 'A', group: 'a.b' },
    make: (options) => kubernetes.CertificateIssuer.external('a', options),
  },
  { of: 'pods', needed: { labels: { a: 'b' } }, make: kubernetes.Peer.pods },
  { of: 'a service', needed: {}, make: kubernetes.ClientService.clusterIp },
  { of: 'a balanced service', needed: { sourceRanges: ['10.0.0.0/8'] }, make: kubernetes.ClientService.loadBalancer },
  { of: 'a client certificate', needed: {}, make: (options) => kubernetesCluster().issueClientCertificate('C', options) },
  { of: 'a monitor', needed: { scrapedBy: pods }, make: (options) => kubernetesCluster().addServiceMonitor('M', options) },
  {
    of: 'a monitoring',
    needed: {},
    make: (options) => kubernetesCluster().addMonitoring(options),
    within: { severityLabels: {}, thresholds: {}, metricLabelNames: {} },
  },
  {
    of: 'a verification',
    needed: {},
    make: (options) => kubernetesCluster().verifyAfterApply(options),
    within: { resources: {} },
  },
  { of: 'a verification on AWS', needed: {}, make: (options) => awsCluster().verifyAfterApply(options) },
  {
    of: 'an ingress',
    needed: { ingressClassName: 'nginx', controllerPods: pods, restHost: 'a.b' },
    make: (options) => kubernetesCluster().addIngress('I', options),
  },
  {
    of: 'a route',
    needed: { gateway, gatewayPods: pods, restHost: 'a.b' },
    make: (options) => kubernetesCluster().addGatewayRoute('G', options),
    within: { gateway },
  },
];

/** What takes no options, but values in a row. */
const FACTORIES: Array<[string, (junk: any) => unknown]> = [
  ['aws.CaBundle.fromPem', aws.CaBundle.fromPem],
  ['aws.CaBundle.fromSecret', aws.CaBundle.fromSecret],
  ['aws.CaBundle.fromPrivateCa', aws.CaBundle.fromPrivateCa],
  ['aws.ClientVerification.required', aws.ClientVerification.required],
  ['aws.Grantee.role', aws.Grantee.role],
  ['aws.Grantee.user', aws.Grantee.user],
  ['aws.MachineImage.fromImageId', aws.MachineImage.fromImageId],
  ['aws.NodeNames.privateZone', aws.NodeNames.privateZone],
  ['aws.NodeNames.existingZone', (junk) => aws.NodeNames.existingZone('Z1', junk)],
  ['aws.NodeNames.existingZone, its id', (junk) => aws.NodeNames.existingZone(junk, 'a.b')],
  ...(['ipv4', 'ipv6', 'securityGroup', 'prefixList'] as const).map((name): [string, (junk: any) => unknown] => [
    `aws.Peer.${name}`,
    (junk) => aws.Peer[name](junk),
  ]),
  ['aws.Secret.fromArn', aws.Secret.fromArn],
  ['aws.Tls.fromSecret', aws.Tls.fromSecret],
  ['aws.Tls.fromPrivateCa', aws.Tls.fromPrivateCa],
  ['kubernetes.CaBundle.fromPem', kubernetes.CaBundle.fromPem],
  ['kubernetes.CaBundle.fromSecret', kubernetes.CaBundle.fromSecret],
  ['kubernetes.CaBundle.fromConfigMap, its key', (junk) => kubernetes.CaBundle.fromConfigMap('a', junk)],
  ['kubernetes.CertificateIssuer.issuer', kubernetes.CertificateIssuer.issuer],
  ['kubernetes.ClientVerification.required', kubernetes.ClientVerification.required],
  ['kubernetes.ClusterDns.at', kubernetes.ClusterDns.at],
  ['kubernetes.ClusterDns.at, its ports', (junk) => kubernetes.ClusterDns.at([pods], junk)],
  ['kubernetes.Grantee.serviceAccount', (junk) => kubernetes.Grantee.serviceAccount(junk, 'a')],
  ['kubernetes.Grantee.serviceAccount, its name', (junk) => kubernetes.Grantee.serviceAccount('a', junk)],
  ['kubernetes.Grantee.user', kubernetes.Grantee.user],
  ['kubernetes.Grantee.group', kubernetes.Grantee.group],
  ...(['in', 'notIn'] as const).flatMap(
    (name): Array<[string, (junk: any) => unknown]> => [
      [`kubernetes.MachineRequirement.${name}`, (junk) => kubernetes.MachineRequirement[name](junk, ['a'])],
      [`kubernetes.MachineRequirement.${name}, its values`, (junk) => kubernetes.MachineRequirement[name]('a', junk)],
    ],
  ),
  ['kubernetes.MachineRequirement.present', kubernetes.MachineRequirement.present],
  ['kubernetes.MachineRequirement.absent', kubernetes.MachineRequirement.absent],
  ...(['ipv4', 'ipv6', 'namespace', 'namespaces'] as const).map((name): [string, (junk: any) => unknown] => [
    `kubernetes.Peer.${name}`,
    (junk) => kubernetes.Peer[name](junk),
  ]),
  ['kubernetes.PodUser.id', kubernetes.PodUser.id],
  ['kubernetes.Secret.fromName', kubernetes.Secret.fromName],
  ['kubernetes.Secret.fromName, its key', (junk) => kubernetes.Secret.fromName('a', junk)],
  ['kubernetes.SecretStore.store', kubernetes.SecretStore.store],
  ['kubernetes.Tls.fromSecret', kubernetes.Tls.fromSecret],
  ['kubernetes.Tls.fromCertManager', kubernetes.Tls.fromCertManager],
  ['QdrantVersion.of', QdrantVersion.of],
  ['Quantization.product', Quantization.product],
  ['Quantization.turbo', Quantization.turbo],
  ['Sizing.plus', (junk) => Sizing.forVectors({ count: 1, dimension: 1 }).plus(junk)],
  ['Sizing.instanceType', (junk) => Sizing.forVectors({ count: 1, dimension: 1 }).instanceType(junk)],
  ['Acknowledgements.of', Acknowledgements.of],
  ...(['grantRead', 'grantAdmin', 'unprotectNode'] as const).flatMap(
    (name): Array<[string, (junk: any) => unknown]> => [
      [`aws, ${name}`, (junk) => awsCluster()[name](junk)],
      [`kubernetes, ${name}`, (junk) => kubernetesCluster()[name](junk)],
    ],
  ),
  ...(['allowRestFrom', 'allowGrpcFrom'] as const).flatMap(
    (name): Array<[string, (junk: any) => unknown]> => [
      [`aws, ${name}`, (junk) => awsCluster().connections[name](junk)],
      [`kubernetes, ${name}`, (junk) => kubernetesCluster().connections[name](junk)],
    ],
  ),
  ['aws, allowFrom', (junk) => awsCluster().connections.allowFrom(aws.Peer.anyIpv4(), junk)],
  ['kubernetes, allowTo', (junk) => kubernetesCluster().connections.allowTo(pods, junk)],
];

describe.each(TAKERS)('junk for $of', ({ needed, make, within = {} }) => {
  test('is an error that helps, or is taken', () => expect(badAnswers(needed, make)).toEqual([]));

  test('is so too for the options within its options', () => {
    const answers = Object.entries(within).flatMap(([option, needs]) =>
      badAnswers(needs, (options) => make({ ...needed, [option]: options })),
    );
    expect(answers).toEqual([]);
  });
});

test.each(FACTORIES)('junk for %s is an error that helps, or is taken', (_name, make) => {
  expect(JUNK.flatMap((junk) => badAnswer('', junk, () => make(junk)))).toEqual([]);
});

/** What is neither a result nor an error of the library's own, for each option. */
function badAnswers(needed: any, make: (options: any) => unknown): string[] {
  return optionsOf(needed, make).flatMap((option) =>
    JUNK.flatMap((junk) => badAnswer(option, junk, () => make({ ...needed, [option]: junk }))),
  );
}

/** As the error for one that does not exist lists them. */
function optionsOf(needed: any, make: (options: any) => unknown): string[] {
  try {
    make({ ...needed, noSuchOption: 1 });
  } catch (error: any) {
    return /noSuchOption is no option\. Allowed: (.*)\. Instead: /.exec(error.message)![1].split(', ');
  }
  throw new Error('an option that does not exist is taken');
}

function badAnswer(option: string, junk: unknown, make: () => unknown): string[] {
  stack = undefined;
  try {
    const made = make();
    if (made !== undefined && stack !== undefined) resolved(stack);
    // What is none must not stand for the default.
    return junk === null && option !== '' ? [`${option}: null is taken`] : [];
  } catch (error: any) {
    if (HELPFUL.test(error.message) && error.constructor === Error) return [];
    return [`${option}: ${typeof junk} ${Array.isArray(junk) ? `[${junk}]` : JSON.stringify(String(junk))}: ${error}`];
  }
}
