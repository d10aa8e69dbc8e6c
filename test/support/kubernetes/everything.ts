import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { Construct } from 'constructs';
import { kubernetes } from '../../../lib';

export const authority = kubernetes.CaBundle.fromPem('-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n');

/** A namespace that admits nothing but what meets the Pod Security Standard `restricted`. */
export function restrictedNamespace(scope: Construct, name: string): NamespaceV1 {
  return new NamespaceV1(scope, 'Namespace', {
    metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
}

/** A cluster with all that the library makes. */
export function addEverything(scope: Construct, namespace: string): kubernetes.QdrantCluster {
  const external = { store: kubernetes.SecretStore.clusterStore('vault') };
  const cluster = new kubernetes.QdrantCluster(scope, 'Cluster', {
    namespace,
    clusterName: 'vectors',
    nodeCount: 5,
    resources: { memory: '8Gi', cpu: '2', cpuLimit: '8' },
    guardResources: { memory: '512Mi', cpu: '100m', cpuLimit: '2' },
    user: kubernetes.PodUser.id(10001),
    dataVolume: { size: '50Gi', storageClassName: 'gp3' },
    snapshotVolume: { size: '100Gi', accessMode: 'ReadWriteOncePod' },
    apiKeys: kubernetes.ApiKeys.fromExternalSecrets({
      ...external,
      admin: { remoteKey: 'vectors', property: 'admin' },
      readOnly: { remoteKey: 'vectors/read' },
      alternate: { remoteKey: 'vectors/next' },
    }),
    tls: kubernetes.Tls.fromCertManager(kubernetes.CertificateIssuer.clusterIssuer('company-ca'), {
      clientCa: kubernetes.CaBundle.fromConfigMap('company-ca'),
    }),
    clientVerification: kubernetes.ClientVerification.required(kubernetes.CaBundle.fromSecret('client-ca')),
    trustedAuthorities: [authority, kubernetes.CaBundle.fromConfigMap('old-ca', 'bundle.pem')],
    clientService: kubernetes.ClientService.loadBalancer({
      sourceRanges: ['203.0.113.0/24', '2001:db8::/56'],
      annotations: { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal' },
      restAppProtocol: 'https',
    }),
    hostNames: ['vectors.example.com', '203.0.113.7'],
    metricsPort: 9153,
    imagePullSecretNames: ['registry'],
    placement: {
      overZones: kubernetes.Spread.REQUIRED,
      overHosts: kubernetes.Spread.PREFERRED,
      nodeSelector: { 'kubernetes.io/arch': 'arm64' },
      machines: [kubernetes.MachineRequirement.in('node.kubernetes.io/instance-type', ['r7g.large', 'r8g.large'])],
      preferredMachines: [{ requirements: [kubernetes.MachineRequirement.absent('spot')] }],
      apartFrom: [{ app: 'indexer' }],
      tolerations: [{ key: 'dedicated', value: 'qdrant', effect: 'NoSchedule' }, { key: 'spot' }],
      priorityClassName: 'system-cluster-critical',
    },
    labels: { team: 'search' },
    serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/vectors' },
    podAnnotations: { 'sidecar.istio.io/inject': 'false' },
  });
  cluster.connections.allowRestFrom(kubernetes.Peer.pods({ labels: { app: 'search' }, namespace: 'apps' }));
  cluster.connections.allowGrpcFrom(kubernetes.Peer.namespaces({ team: 'search' }));
  cluster.connections.allowTo(kubernetes.Peer.ipv4('10.20.0.0/16'), 443);
  cluster.addServiceMonitor('Monitor', {
    scrapedBy: kubernetes.Peer.pods({ labels: { app: 'prometheus' }, namespaceLabels: { purpose: 'monitoring' } }),
    clientCertificateSecretName: cluster.issueClientCertificate('Prometheus').secretName,
    labels: { release: 'prometheus' },
  });
  cluster.addMonitoring({
    labels: { release: 'prometheus' },
    alertLabels: { team: 'search' },
    severityLabels: { critical: { severity: 'page' } },
    metricLabels: { cluster: 'production' },
    dashboardAnnotations: { grafana_folder: 'Qdrant' },
  });
  cluster.verifyAfterApply({
    clientCertificateSecretName: cluster.issueClientCertificate('Verify').secretName,
    resources: { cpuLimit: '1' },
    accept: ['QDR022'],
  });
  cluster.addGatewayRoute('Public', {
    gateway: { name: 'public', namespace: 'gateways', sectionName: 'tls' },
    gatewayPods: kubernetes.Peer.namespace('gateways'),
    restHost: 'rest.example.com',
    grpcHost: 'grpc.example.com',
  });
  cluster.addIngress('Inside', {
    ingressClassName: 'nginx',
    controllerPods: kubernetes.Peer.namespace('ingress-nginx'),
    restHost: 'inside.example.com',
    restAnnotations: { 'nginx.ingress.kubernetes.io/ssl-passthrough': 'true' },
  });
  cluster.grantRead(kubernetes.Grantee.serviceAccount('apps', 'search'));
  cluster.grantAdmin(kubernetes.Grantee.group('operators'));
  cluster.grantAdmin(kubernetes.Grantee.user('jane@example.com'));
  return cluster;
}
