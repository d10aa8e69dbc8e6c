import { Construct } from 'constructs';
import { ClientGrantsBase, KeyRight } from '../../cluster/client-grants-base';
import { KeysIn } from '../../cluster/cluster-keys';
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
  readonly keys: Partial<KeysIn<Secret>>;
  readonly clientCa?: CaBundle;
  /** The path of an imported cluster, whose grants must not have the names of those that were made with it. */
  readonly importedAs?: string;
}

/** Grants what a client of a cluster needs: the right to read a key and, where it is kept apart, the CA certificate. */
export class ClientGrants extends ClientGrantsBase<Grantee, Grant, Secret> {
  public constructor(
    cluster: Construct,
    private readonly props: ClientGrantsProps,
  ) {
    super(cluster, props.keys);
  }

  protected grant({ name, keys, purposes }: KeyRight<Secret>, grantee: Grantee): Grant {
    const { clusterName, namespace, posture, clientCa, importedAs } = this.props;
    requireInstance(this.cluster, 'the grantee', grantee, Grantee, "Grantee.serviceAccount('search', 'search-service')");
    const id = `Grant${name}-${idFor(this.cluster, grantee.toString(), grantee._subject)}`;
    if (standsAlready(this.cluster, id, grantee._subject)) return this.cluster.node.findChild(id) as Grant;
    purposes.forEach((purpose) => posture._addReader(purpose, grantee.toString(), grantee._scope));
    const place = clientCa?._source.place;
    const subject = nameFor(this.cluster, grantee.toString(), { ...grantee._subject, importedAs });
    return Grant._create(this.cluster, id, grantee, {
      namespace,
      name: `${clusterName}-${name.toLowerCase()}-${subject}`,
      labels: labelsOf(clusterName),
      secrets: keys.map((key) => key.name),
      bundles: place ? [place] : [],
    });
  }
}
