import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { App, TerraformStack } from 'cdktf';
import { kubernetes, QdrantVersion } from 'cdktf-qdrant';
import { Construct } from 'constructs';

/**
 * Every client presents a certificate that cert-manager issued, on REST and on gRPC, in a namespace that admits nothing which asks for more
 * rights than it needs. Prometheus scrapes it, and clients outside come in by a gateway that passes TLS through.
 */
class GuardedVectorsStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    new KubernetesProvider(this, 'Kubernetes', { configPath: '~/.kube/config' });
    const namespace = new NamespaceV1(this, 'Namespace', {
      metadata: { name: 'guarded-vectors', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });

    const cluster = new kubernetes.QdrantCluster(this, 'Cluster', {
      clusterName: 'guarded-vectors-cluster',
      version: QdrantVersion.V1_19_0,
      namespace: namespace.metadata.name,
      resources: { memory: '32Gi', cpu: '8' },
      dataVolume: { size: '500Gi', storageClassName: 'gp3' },
      snapshotVolume: { size: '1Ti', storageClassName: 'st1' },
      tls: kubernetes.Tls.fromCertManager(kubernetes.CertificateIssuer.clusterIssuer('company-ca')),
      clientVerification: kubernetes.ClientVerification.required(),
      settings: { auditLog: true, jwtRbac: true },
    });

    const prometheus = kubernetes.Peer.pods({ labels: { 'app.kubernetes.io/name': 'prometheus' }, namespace: 'monitoring' });
    cluster.addServiceMonitor('Monitor', {
      scrapedBy: prometheus,
      labels: { release: 'prometheus' },
      clientCertificateSecretName: cluster.issueClientCertificate('Prometheus').secretName,
    });
    cluster.addGatewayRoute('Public', {
      gateway: { name: 'public', namespace: 'gateways', sectionName: 'tls' },
      gatewayPods: kubernetes.Peer.namespace('gateways'),
      restHost: 'vectors.example.com',
      grpcHost: 'grpc.vectors.example.com',
    });
    cluster.issueClientCertificate('Search');
    cluster.grantAdmin(kubernetes.Grantee.group('vectors-operators'));
    cluster.addOutputs();
  }
}

const app = new App();
new GuardedVectorsStack(app, 'guarded-vectors');
app.synth();
