import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { App, TerraformStack } from 'cdktf';
import { kubernetes } from 'cdktf-qdrant';
import { Construct } from 'constructs';

/** Three nodes with a certificate from a Secret that exists, reached by an application over REST and gRPC. */
class VectorsStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    new KubernetesProvider(this, 'Kubernetes', { configPath: '~/.kube/config' });

    const cluster = new kubernetes.QdrantCluster(this, 'Cluster', {
      clusterName: 'vectors-cluster',
      namespace: 'vectors',
      resources: { memory: '16Gi', cpu: '4' },
      dataVolume: { size: '200Gi', storageClassName: 'gp3' },
      tls: kubernetes.Tls.fromSecret('vectors-tls', { clientCa: kubernetes.CaBundle.fromConfigMap('company-ca') }),
    });

    const search = { labels: { app: 'search' }, namespace: 'search' };
    cluster.connections.allowRestFrom(kubernetes.Peer.pods(search));
    cluster.connections.allowGrpcFrom(kubernetes.Peer.pods(search));
    cluster.grantRead(kubernetes.Grantee.serviceAccount('search', 'search-service'));
    cluster.addOutputs();
  }
}

const app = new App();
new VectorsStack(app, 'vectors');
app.synth();
