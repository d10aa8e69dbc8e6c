import { Construct } from 'constructs';
import { badInput } from '../../input/input';
import { requireInstance } from '../../input/nominal';
import { Posture } from '../../posture';
import { idFor, nameFor, standsAlready } from '../../terraform/identity';
import { CaBundle } from '../tls/ca-bundle';
import { labelsOf } from '../names/cluster-labels';
import { Grant } from './grant';
import { Grantee } from './grantee';
import { Secret } from '../secrets/secret';

export interface ClientGrantsProps {
  readonly clusterName: string;
  readonly namespace: string;
  readonly posture: Posture;
  readonly readOnlyKey?: Secret;
  readonly adminKeys: Secret[];
  readonly clientCa?: CaBundle;
  /** The path of an imported cluster, whose grants must not have the names of those that were made with it. */
  readonly importedAs?: string;
}

/** Grants what a client of a cluster needs: the right to read a key and, where it is kept apart, the CA certificate. */
export class ClientGrants {
  public constructor(
    private readonly cluster: Construct,
    private readonly props: ClientGrantsProps,
  ) {}

  public read(grantee: Grantee): Grant {
    if (!this.props.readOnlyKey) {
      throw badInput(this.cluster, {
        given: 'grantRead, but no read-only key is known',
        allowed: 'a cluster with one',
        instead: 'ApiKeys.generated({ readOnly: true }), or readOnly in fromSecrets, or readOnlyKey in fromClusterAttributes',
      });
    }
    return this.grant('GrantRead', 'read', grantee, [this.props.readOnlyKey], ['read-only API key']);
  }

  public admin(grantee: Grantee): Grant {
    if (this.props.adminKeys.length === 0) {
      throw badInput(this.cluster, {
        given: 'grantAdmin, but no admin key is known',
        allowed: 'a cluster with one',
        instead: 'adminKey in fromClusterAttributes',
      });
    }
    return this.grant('GrantAdmin', 'admin', grantee, this.props.adminKeys, ['admin API key', 'alternate API key']);
  }

  private grant(kind: string, right: string, grantee: Grantee, secrets: Secret[], names: string[]): Grant {
    const { clusterName, namespace, clientCa, importedAs } = this.props;
    requireInstance(this.cluster, 'the grantee', grantee, Grantee, "Grantee.serviceAccount('search', 'search-service')");
    const id = `${kind}-${idFor(this.cluster, grantee.toString(), grantee._subject)}`;
    if (standsAlready(this.cluster, id, grantee._subject)) return this.cluster.node.findChild(id) as Grant;
    names.forEach((secret) => this.props.posture._addReader(secret, grantee.toString(), grantee._scope));
    const place = clientCa?._source.place;
    return Grant._create(this.cluster, id, grantee, {
      namespace,
      name: `${clusterName}-${right}-${nameFor(this.cluster, grantee.toString(), { ...grantee._subject, importedAs })}`,
      labels: labelsOf(clusterName),
      secrets: secrets.map(({ name }) => name),
      bundles: place ? [place] : [],
    });
  }
}
