import { ClusterBase } from '../../cluster/cluster-base';
import { Connections } from '../access/connections';
import { ClientGrants } from '../grants/client-grants';
import { Grant } from '../grants/grant';
import { Grantee } from '../grants/grantee';
import { IQdrantCluster } from './cluster-interface';

/** What every cluster on Kubernetes can, made here or imported. */
export abstract class QdrantClusterBase extends ClusterBase implements IQdrantCluster {
  /** Who may reach the pods. */
  public abstract readonly connections: Connections;

  /** @internal */
  protected abstract readonly _grants: ClientGrants;

  /**
   * Grants permission to read the Secret with the read-only API key and, if it is stored separately, the CA certificate.
   * Kubernetes does not mount Secrets across namespaces: workloads in other namespaces read them from the API, or mount a copy
   * that the External Secrets Operator creates (grant access to its service account).
   *
   * @throws if the cluster has no read-only key
   */
  public grantRead(grantee: Grantee): Grant {
    return this._grants.read(grantee);
  }

  /**
   * Grants permission to read the Secret with the admin API key (both during a rotation) and, if it is stored separately, the
   * CA certificate.
   */
  public grantAdmin(grantee: Grantee): Grant {
    return this._grants.admin(grantee);
  }
}
