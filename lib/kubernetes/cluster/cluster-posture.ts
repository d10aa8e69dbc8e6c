import { TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { KeyOrigin, placesOfKeys } from '../../cluster/cluster-keys';
import { watchNetworkPolicies } from '../../observed/kubernetes/declared';
import { comparePods } from '../../observed/kubernetes/differences';
import { Posture, SecretPurpose } from '../../posture';
import { whereabouts } from '../names/one-of-an-object';
import { ClusterKeys } from '../secrets/api-keys';
import { Secret } from '../secrets/secret';
import { ClusterTls } from '../tls/tls';

/** What a reader knows the pods by, where they listen. */
export const AT_PODS = 'pods';

/**
 * Writes down where the secrets live, and who reads them by rights that no grant of the cluster gives: the kubelet mounts them into the pods, and
 * anyone who may run a program in a pod, or a pod in the namespace, has what is mounted.
 */
export function describeSecrets(
  posture: Posture,
  namespace: string,
  keys: ClusterKeys,
  origin: KeyOrigin,
  tls: ClusterTls,
): void {
  for (const place of [...placesOfKeys(keys, origin, ({ name }) => `${KEPT_IN}${name}`), ...tls.places]) {
    const secret = posture.addSecret(place);
    const isMounted = place.purpose !== SecretPurpose.CA_PRIVATE_KEY;
    if (isMounted) {
      secret.addReader('the pods');
      secret.addReader(`subjects with pods/exec or pods/ephemeralcontainers in the namespace ${namespace}`);
      secret.addReader(whoeverReplacesPrograms(namespace));
    }
    secret.addReader(`subjects that may read Secrets, or make pods, in the namespace ${namespace}`);
  }
}

/** An immutable ConfigMap cannot be changed, but deleted and made anew with other programs. */
export function whoeverReplacesPrograms(namespace: string): string {
  return `subjects that may delete and make ConfigMaps, which have the programs of the pods, in the namespace ${namespace}`;
}

/** Where a Secret is kept, as the posture shows it. */
const KEPT_IN = 'Secret ';

/** What of a cluster is compared with what is synthesized. */
export interface WatchedCluster {
  readonly namespace: string;
  readonly statefulSet: TerraformResource;
  readonly programs: TerraformResource;
  readonly keys: ClusterKeys;
}

/** The entry of a Secret for TLS that is secret. */
const PRIVATE_KEY = 'tls.key';

/** What of a Secret is a secret of a cluster. */
function entryOf(purpose: SecretPurpose, { admin, readOnly, alternate }: ClusterKeys): string {
  const keys: { [purpose: string]: Secret | undefined } = {
    [SecretPurpose.ADMIN_API_KEY]: admin,
    [SecretPurpose.READ_ONLY_API_KEY]: readOnly,
    [SecretPurpose.ALTERNATE_API_KEY]: alternate,
  };
  return keys[purpose]?.key ?? PRIVATE_KEY;
}

/** Has all that lets others in to the pods, that these run and that gives their secrets compared with what was declared, whoever made it. */
export function watchPods(cluster: { posture: Posture } & IConstruct, watched: WatchedCluster): void {
  const { posture } = cluster;
  const { statefulSet, keys } = watched;
  watchNetworkPolicies(cluster, posture, {
    statefulSet,
    listeners: () => posture.listeners.filter(({ at }) => at === AT_PODS),
    whereOf: whereabouts(cluster.node.root),
  });
  comparePods(cluster, posture, {
    ...watched,
    secrets: posture.secrets
      .filter(({ keptIn }) => keptIn.startsWith(KEPT_IN))
      .map(({ purpose, keptIn, origin }) => ({
        purpose,
        name: keptIn.slice(KEPT_IN.length),
        entry: entryOf(purpose, keys),
        isOfOthers: origin === 'existing',
      })),
    whereOf: whereabouts(cluster.node.root),
  });
}
