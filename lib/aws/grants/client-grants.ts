import { Construct } from 'constructs';
import { badInput } from '../../input/input';
import { requireInstance } from '../../input/nominal';
import { Posture } from '../../posture';
import { idFor, standsAlready } from '../../terraform/identity';
import { readableName } from '../../terraform/readable-name';
import { CaBundle } from '../tls/ca-bundle';
import { Grant } from './grant';
import { Grantee } from './grantee';
import { Secret } from '../secrets/secret';

/** Grants what a client of a cluster needs: a key and, where it is kept in AWS, the CA certificate. */
export class ClientGrants {
  public constructor(
    private readonly cluster: Construct,
    private readonly posture: Posture,
    private readonly readOnlyKey: Secret | undefined,
    private readonly adminKeys: Secret[],
    private readonly clientCa: CaBundle | undefined,
  ) {}

  public read(grantee: Grantee): Grant {
    if (!this.readOnlyKey) {
      throw badInput(this.cluster, {
        given: 'grantRead, but no read-only key is known',
        allowed: 'a cluster with one',
        instead: 'ApiKeys.generated({ readOnly: true }), or readOnly in fromSecrets, or readOnlyKey in fromClusterAttributes',
      });
    }
    return this.grant('GrantRead', grantee, [this.readOnlyKey], ['read-only API key']);
  }

  public admin(grantee: Grantee): Grant {
    if (this.adminKeys.length === 0) {
      throw badInput(this.cluster, {
        given: 'grantAdmin, but no admin key is known',
        allowed: 'a cluster with one',
        instead: 'adminKey in fromClusterAttributes',
      });
    }
    return this.grant('GrantAdmin', grantee, this.adminKeys, ['admin API key', 'alternate API key']);
  }

  private grant(kind: string, grantee: Grantee, secrets: Secret[], names: string[]): Grant {
    requireInstance(this.cluster, 'the grantee', grantee, Grantee, "Grantee.role('search-service')");
    const id = `${kind}-${grantee._kind}-${idFor(this.cluster, grantee.name)}`;
    if (standsAlready(this.cluster, id, grantee.name)) return this.cluster.node.findChild(id) as Grant;
    const reader = `${grantee._kind} ${readableName(this.cluster, grantee.name)}`;
    names.forEach((name) => this.posture._addReader(name, reader));
    return Grant._create(this.cluster, id, grantee, { keys: secrets, clientCa: this.clientCa });
  }
}
