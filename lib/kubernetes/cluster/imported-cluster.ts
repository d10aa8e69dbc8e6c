import { QdrantClusterBase } from './cluster-base';
import { Construct } from 'constructs';
import { requireBooleanIfGiven, requireMembers } from '../../input/input';
import { requireInstanceIfGiven } from '../../input/nominal';
import { Posture, SecretPurpose } from '../../posture';
import { describeImportedKey, describeImportedListeners } from '../../posture/imported-cluster';
import { ClientEndpoint } from '../../qdrant';
import { checkHostName, checkMetricsPort } from '../../qdrant/cluster-checks';
import { CaBundle } from '../tls/ca-bundle';
import { useProvider } from '../../terraform/use-provider';
import { ClientGrants } from '../grants/client-grants';
import { QdrantClusterAttributes, CLUSTER_ATTRIBUTES } from './cluster-interface';
import { refuseSharedObjects } from '../names/one-of-an-object';
import { podLabelsOf } from '../names/cluster-labels';
import { Connections } from '../access/connections';
import { checkLabelName, checkLabels } from '../names/names';
import { Secret } from '../secrets/secret';
import { requireOptions } from '../../input/options';

/** An existing cluster. What is allowed and granted on it is checked by the same posture rules. */
export class ImportedCluster extends QdrantClusterBase {
  public readonly endpoint: ClientEndpoint;
  public readonly connections: Connections;
  public readonly posture: Posture;
  /** @internal */
  protected readonly _grants: ClientGrants;

  public constructor(scope: Construct, id: string, attributes: QdrantClusterAttributes) {
    super(scope, id);
    requireOptions(this, undefined, attributes, CLUSTER_ATTRIBUTES);
    useProvider(this, attributes.provider, 'kubernetes');
    const { clusterName, namespace, clientCertificate = false, grpc = true, metricsPort } = attributes;
    requireMembers(this, attributes, { clusterName: '"vectors"', namespace: '"search"' });
    checkLabelName(this, 'clusterName', clusterName, 'vectors');
    checkLabelName(this, 'namespace', namespace, 'search');
    requireBooleanIfGiven(this, 'clientCertificate', clientCertificate);
    requireBooleanIfGiven(this, 'grpc', grpc);
    if (metricsPort !== undefined) checkMetricsPort(this, metricsPort);
    if (attributes.podLabels !== undefined) checkLabels(this, 'podLabels', attributes.podLabels);
    if (attributes.host !== undefined) checkHostName(this, 'host', attributes.host, 'vectors.example.com');
    checkReferences(this, attributes);
    const host = attributes.host ?? `${clusterName}.${namespace}.svc`;
    this.endpoint = new ClientEndpoint({ host, tls: true, clientCertificate, grpc });
    this.posture = new Posture(this);
    describeImportedListeners(this.posture, { host, grpc, clientCertificate, metricsPort });
    this.connections = new Connections(this, 'Connections', {
      clusterName,
      namespace,
      podLabels: attributes.podLabels ?? podLabelsOf(clusterName),
      listeners: this.posture.listeners,
      posture: this.posture,
      importedAs: this.node.path,
    });
    const { readOnlyKey, adminKey, clientCa } = attributes;
    if (readOnlyKey) describeImportedKey(this.posture, SecretPurpose.READ_ONLY_API_KEY, `Secret ${readOnlyKey.name}`);
    if (adminKey) describeImportedKey(this.posture, SecretPurpose.ADMIN_API_KEY, `Secret ${adminKey.name}`);
    this._grants = new ClientGrants(this, {
      clusterName,
      namespace,
      posture: this.posture,
      importedAs: this.node.path,
      keys: { admin: adminKey, readOnly: readOnlyKey },
      clientCa,
    });
    refuseSharedObjects(this);
  }
}

function checkReferences(scope: Construct, { readOnlyKey, adminKey, clientCa }: QdrantClusterAttributes): void {
  requireInstanceIfGiven(scope, 'readOnlyKey', readOnlyKey, Secret, "readOnlyKey: Secret.fromName('vectors-read-only-key')");
  requireInstanceIfGiven(scope, 'adminKey', adminKey, Secret, "adminKey: Secret.fromName('vectors-admin-key-1')");
  requireInstanceIfGiven(scope, 'clientCa', clientCa, CaBundle, "clientCa: CaBundle.fromConfigMap('company-ca')");
}
