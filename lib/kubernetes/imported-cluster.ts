import { Construct } from 'constructs';
import { Listener, ListenerPurpose } from '../posture';
import { ClientEndpoint, QdrantPorts } from '../qdrant';
import { ClientGrants } from './client-grants';
import { IQdrantCluster, QdrantClusterAttributes } from './cluster-interface';
import { podLabelsOf } from './cluster-labels';
import { Connections } from './connections';
import { Grant } from './grant';
import { Grantee } from './grantee';
import { checkLabelName } from './names';

/** A cluster that was made elsewhere. Its posture is judged where it was made. */
export class ImportedCluster extends Construct implements IQdrantCluster {
  public readonly endpoint: ClientEndpoint;
  public readonly connections: Connections;
  private readonly grants: ClientGrants;

  public constructor(scope: Construct, id: string, attributes: QdrantClusterAttributes) {
    super(scope, id);
    const { clusterName, namespace, clientCertificate = false, grpc = true, metricsPort } = attributes;
    checkLabelName(this, 'clusterName', clusterName, 'vectors');
    checkLabelName(this, 'namespace', namespace, 'search');
    const host = attributes.host ?? `${clusterName}.${namespace}.svc`;
    this.endpoint = new ClientEndpoint({ host, tls: true, clientCertificate, grpc });
    const listener = (purpose: ListenerPurpose, port: number) =>
      new Listener({ purpose, port, at: host, tls: true, apiKey: purpose !== ListenerPurpose.METRICS });
    this.connections = new Connections(this, 'Connections', {
      clusterName,
      namespace,
      podLabels: attributes.podLabels ?? podLabelsOf(clusterName),
      listeners: [
        listener(ListenerPurpose.REST, QdrantPorts.REST),
        ...(grpc ? [listener(ListenerPurpose.GRPC, QdrantPorts.GRPC)] : []),
        ...(metricsPort === undefined ? [] : [listener(ListenerPurpose.METRICS, metricsPort)]),
      ],
    });
    this.grants = new ClientGrants(this, {
      clusterName,
      namespace,
      readOnlyKey: attributes.readOnlyKey,
      adminKeys: attributes.adminKey ? [attributes.adminKey] : [],
      clientCa: attributes.clientCa,
    });
  }

  public grantRead(grantee: Grantee): Grant {
    return this.grants.read(grantee);
  }

  public grantAdmin(grantee: Grantee): Grant {
    return this.grants.admin(grantee);
  }
}
