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
import { Connections } from '../access/connections';
import { checkId } from '../names/ids';
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
    useProvider(this, attributes.provider, 'aws');
    const { host, securityGroupId, clientCertificate = false, grpc = true, metricsPort } = attributes;
    requireMembers(this, attributes, { host: '"vectors.example.com"', securityGroupId: '"sg-0123456789abcdef0"' });
    checkHostName(this, 'host', host, 'vectors.example.com');
    checkId(this, 'securityGroupId', securityGroupId, /^sg-[0-9a-f]+$/, 'sg-0123456789abcdef0');
    requireBooleanIfGiven(this, 'clientCertificate', clientCertificate);
    requireBooleanIfGiven(this, 'grpc', grpc);
    if (metricsPort !== undefined) checkMetricsPort(this, metricsPort);
    checkReferences(this, attributes);
    this.endpoint = new ClientEndpoint({ host, tls: true, clientCertificate, grpc });
    this.posture = new Posture(this);
    describeImportedListeners(this.posture, { host, grpc, clientCertificate, metricsPort });
    this.connections = new Connections(this, 'Connections', {
      securityGroupId,
      listeners: this.posture.listeners,
      posture: this.posture,
    });
    const { readOnlyKey, adminKey, clientCa } = attributes;
    if (readOnlyKey) describeImportedKey(this.posture, SecretPurpose.READ_ONLY_API_KEY, 'Secrets Manager');
    if (adminKey) describeImportedKey(this.posture, SecretPurpose.ADMIN_API_KEY, 'Secrets Manager');
    this._grants = new ClientGrants(this, {
      posture: this.posture,
      keys: { admin: adminKey, readOnly: readOnlyKey },
      clientCa,
    });
  }
}

function checkReferences(scope: Construct, { readOnlyKey, adminKey, clientCa }: QdrantClusterAttributes): void {
  requireInstanceIfGiven(scope, 'readOnlyKey', readOnlyKey, Secret, 'readOnlyKey: Secret.fromArn(secret.arn)');
  requireInstanceIfGiven(scope, 'adminKey', adminKey, Secret, 'adminKey: Secret.fromArn(secret.arn)');
  requireInstanceIfGiven(scope, 'clientCa', clientCa, CaBundle, 'clientCa: CaBundle.fromPem(pem)');
}
