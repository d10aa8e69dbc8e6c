import { Construct } from 'constructs';
import { ClientGrantsBase, KeyRight } from '../../cluster/client-grants-base';
import { KeysIn } from '../../cluster/cluster-keys';
import { requireInstance } from '../../input/nominal';
import { Posture } from '../../posture';
import { idFor, standsAlready } from '../../terraform/identity';
import { readableName } from '../../terraform/readable-name';
import { CaBundle } from '../tls/ca-bundle';
import { Grant } from './grant';
import { Grantee } from './grantee';
import { Secret } from '../secrets/secret';

export interface ClientGrantsProps {
  readonly posture: Posture;
  readonly keys: Partial<KeysIn<Secret>>;
  readonly clientCa?: CaBundle;
}

/** Grants what a client of a cluster needs: a key and, where it is kept in AWS, the CA certificate. */
export class ClientGrants extends ClientGrantsBase<Grantee, Grant, Secret> {
  public constructor(
    cluster: Construct,
    private readonly props: ClientGrantsProps,
  ) {
    super(cluster, props.keys);
  }

  protected grant({ name, keys, purposes }: KeyRight<Secret>, grantee: Grantee): Grant {
    requireInstance(this.cluster, 'the grantee', grantee, Grantee, "Grantee.role('search-service')");
    const id = `Grant${name}-${grantee._kind}-${idFor(this.cluster, grantee.name)}`;
    if (standsAlready(this.cluster, id, grantee.name)) return this.cluster.node.findChild(id) as Grant;
    const reader = `${grantee._kind} ${readableName(this.cluster, grantee.name)}`;
    purposes.forEach((purpose) => this.props.posture._addReader(purpose, reader));
    return Grant._create(this.cluster, id, grantee, { keys, clientCa: this.props.clientCa });
  }
}
