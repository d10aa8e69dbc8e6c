import { ClusterBase } from '../../cluster/cluster-base';
import { Connections } from '../access/connections';
import { ClientGrants } from '../grants/client-grants';
import { Grant } from '../grants/grant';
import { Grantee } from '../grants/grantee';
import { IQdrantCluster } from './cluster-interface';

/** What every cluster on AWS can, made here or imported. */
export abstract class QdrantClusterBase extends ClusterBase implements IQdrantCluster {
  /** Who may reach the nodes. */
  public abstract readonly connections: Connections;

  /** @internal */
  protected abstract readonly _grants: ClientGrants;

  /**
   * Grants permission to read the read-only API key and, if it is stored in AWS, the CA certificate.
   *
   * @throws if the cluster has no read-only key
   */
  public grantRead(grantee: Grantee): Grant {
    return this._grants.read(grantee);
  }

  /**
   * Grants permission to read the admin API key (both keys during a rotation) and, if it is stored in AWS, the CA certificate.
   */
  public grantAdmin(grantee: Grantee): Grant {
    return this._grants.admin(grantee);
  }
}
