import { ResolvedSettings } from '../../qdrant';
import { CaBundle } from '../ca-bundle';
import { ClusterKeys } from '../api-keys';
import { Secret } from '../secret';

export interface ReleaseProps {
  readonly clusterName: string;
  readonly region: string;
  readonly image: string;
  readonly version: string;
  readonly settings: ResolvedSettings;
  readonly keys: ClusterKeys;
  readonly tls: { readonly [key: string]: any };
  /** Whom nodes believe besides the authority of their own certificates. */
  readonly trusted: CaBundle[];
  /** Whom clients' certificates may come from; empty for the authority of the nodes' certificates. */
  readonly clientCas: CaBundle[];
  readonly guard: boolean;
  /** The hosts of all nodes, in the order of their numbers. */
  readonly peers: string[];
  /** Further names that the nodes' certificates carry. */
  readonly hostNames: string[];
}

/** What the nodes of a cluster are to run, as `release.json` tells their programs. It holds no secret, and is the same on all of them. */
export function renderRelease(props: ReleaseProps): string {
  const release = {
    cluster: props.clusterName,
    region: props.region,
    image: props.image,
    version: props.version,
    keys: {
      admin: secretSource(props.keys.admin),
      ...(props.keys.readOnly && { readOnly: secretSource(props.keys.readOnly) }),
      ...(props.keys.alternate && { alternate: secretSource(props.keys.alternate) }),
    },
    keysRevision: props.keys.revision,
    tls: props.tls,
    trusted: props.trusted.map(bundleSource),
    clientCas: props.clientCas.map(bundleSource),
    guard: props.guard,
    peers: props.peers,
    hostNames: props.hostNames,
  };
  return JSON.stringify(release, null, 2);
}

function secretSource({ arn, jsonField }: Secret) {
  return { arn, ...(jsonField !== undefined && { field: jsonField }) };
}

function bundleSource({ _source: { pem, secret, privateCaArn } }: CaBundle) {
  if (pem !== undefined) return { pemBase64: Buffer.from(pem).toString('base64') };
  return secret ? { secretArn: secret.arn } : { privateCaArn };
}
