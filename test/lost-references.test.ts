import { App, TerraformStack } from 'cdktf';
import { aws, kubernetes } from '../lib';
import { minimal as onKubernetes } from './support/kubernetes/synth';
import { minimal as onAws } from './support/synth';

const stackOf = () => new TerraformStack(new App(), 'vectors');
const makeOnAws = (props: object = {}) => new aws.QdrantCluster(stackOf(), 'Cluster', { ...onAws, ...props });
const makeOnKubernetes = (props: object = {}) =>
  new kubernetes.QdrantCluster(stackOf(), 'Cluster', { ...onKubernetes, ...props });

const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf';
const gateway = { gatewayPods: kubernetes.Peer.namespace('gateways'), restHost: 'a.b' };
const ingress = { ingressClassName: 'nginx', controllerPods: kubernetes.Peer.namespace('nginx'), restHost: 'a.b' };
const imported = { clusterName: 'v', namespace: 's' };

/** What names a resource that was made elsewhere, and may be lost among the attributes that another version of its provider has. */
const references: Array<[string, (lost: any) => unknown]> = [
  ['dataVolume.encryptionKeyArn', (encryptionKeyArn) => makeOnAws({ dataVolume: { sizeGib: 50, encryptionKeyArn } })],
  ['dataVolume.snapshotIds', (snapshotIds) => makeOnAws({ dataVolume: { sizeGib: 50, snapshotIds } })],
  ['encryptionKeyArn', (encryptionKeyArn) => aws.ApiKeys.generated({ encryptionKeyArn })],
  ['encryptionKeyArn', (encryptionKeyArn) => aws.Tls.generated({ encryptionKeyArn })],
  ['encryptionKeyArn', (encryptionKeyArn) => aws.Secret.fromArn(arn, { encryptionKeyArn })],
  ['subnetIds', (subnetIds) => makeOnAws().addLoadBalancer('L', { subnetIds })],
  ['hostName', (hostName) => makeOnAws().addLoadBalancer('L', { hostName })],
  ['imagePullSecretNames', (imagePullSecretNames) => makeOnKubernetes({ imagePullSecretNames })],
  ['dataVolume.storageClassName', (storageClassName) => makeOnKubernetes({ dataVolume: { size: '5Gi', storageClassName } })],
  [
    'snapshotVolume.storageClassName',
    (storageClassName) => makeOnKubernetes({ snapshotVolume: { size: '5Gi', storageClassName } }),
  ],
  ['placement.priorityClassName', (priorityClassName) => makeOnKubernetes({ placement: { priorityClassName } })],
  ['tlsSecretName', (tlsSecretName) => makeOnKubernetes().addIngress('I', { ...ingress, tlsSecretName })],
  [
    'clientCertificateSecretName',
    (clientCertificateSecretName) =>
      makeOnKubernetes().addServiceMonitor('M', { scrapedBy: ingress.controllerPods, clientCertificateSecretName }),
  ],
  [
    'clientCertificateSecretName',
    (clientCertificateSecretName) => makeOnKubernetes().verifyAfterApply({ clientCertificateSecretName }),
  ],
  ['namespace', (namespace) => makeOnKubernetes().addMonitoring({ namespace })],
  ['dashboardNamespace', (dashboardNamespace) => makeOnKubernetes().addMonitoring({ dashboardNamespace })],
  [
    'gateway.namespace',
    (namespace) => makeOnKubernetes().addGatewayRoute('G', { ...gateway, gateway: { name: 'public', namespace } }),
  ],
  [
    'gateway.sectionName',
    (sectionName) => makeOnKubernetes().addGatewayRoute('G', { ...gateway, gateway: { name: 'public', sectionName } }),
  ],
  [
    'loadBalancerClass',
    (loadBalancerClass) => kubernetes.ClientService.loadBalancer({ sourceRanges: ['10.0.0.0/8'], loadBalancerClass }),
  ],
  ['namespace', (namespace) => kubernetes.Peer.pods({ labels: { app: 'search' }, namespace })],
  ['namespaceLabels', (namespaceLabels) => kubernetes.Peer.pods({ labels: { app: 'search' }, namespaceLabels })],
  ['host', (host) => kubernetes.QdrantCluster.fromClusterAttributes(stackOf(), 'C', { ...imported, host })],
  ['podLabels', (podLabels) => kubernetes.QdrantCluster.fromClusterAttributes(stackOf(), 'C', { ...imported, podLabels })],
];

test.each(references)(
  '%s: what was meant to name another resource, and is undefined or null, is not left out in silence',
  (...of) => {
    const [option, make] = of;
    expect(() => make(undefined)).toThrow(
      `${option} is undefined. Allowed: a value, or the option left out. Instead: the text itself`,
    );
    expect(() => make(null)).toThrow(/ (is|has( the annotation)?) null.*Allowed: .*Instead: /);
  },
);
