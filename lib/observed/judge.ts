import { PostureFacts } from '../posture/facts';
import { rules } from '../posture/rules';
import { Finding, Rule } from '../posture/rules/rule';
import { unreadBalancers } from './aws/balancers';
import { clustersOnAws } from './aws/clusters';
import { ObservedCluster, ObservedListener, observedListeners, observedSecrets } from './found-cluster';
import { clustersOnKubernetes } from './kubernetes/clusters';
import { unreadObjects } from './kubernetes/unread';
import { ObservedResource, Resources, shownAddress } from './resources';

/** A finding, with what causes it. */
export interface LocatedFinding extends Finding {
  readonly address: string;
}

/** Every cluster among what was read, on any target. */
export function clustersIn(resources: Resources): ObservedCluster[] {
  return [...clustersOnAws(resources), ...clustersOnKubernetes(resources)];
}

/** What may let others in to Qdrant, and is of a kind that is not read, one phrase each. */
export function unreadAmong(resources: Resources): string[] {
  return [...unreadBalancers(resources), ...unreadObjects(resources)];
}

/** What the rules find in a cluster, each with the resource that causes it. */
export function findingsOf(cluster: ObservedCluster): LocatedFinding[] {
  return rules.flatMap((rule) =>
    rule.check(cluster.facts).map((what) => ({
      ...{ ruleId: rule.id, severity: rule.severity, what, reason: rule.reason, fix: rule.fix },
      address: shownAddress(causeOf(rule, what, cluster)),
    })),
  );
}

/**
 * The resource that causes a finding. A rule finds the same in a cluster that has nothing but its cause: a single source, or else a single listener or
 * secret.
 */
function causeOf(rule: Rule, what: string, cluster: ObservedCluster): ObservedResource {
  const { facts, resource } = cluster;
  const finds = (less: Partial<PostureFacts>) => rule.check({ ...facts, listeners: [], secrets: [], ...less });
  if (finds({}).includes(what)) return partNamed(what, cluster) ?? resource;
  for (const listener of observedListeners(cluster)) {
    if (!finds({ listeners: [listener] }).includes(what)) continue;
    if (finds({ listeners: [withSources(listener, [])] }).length > 0) return listener.resource;
    const sources = listener.observedSources.filter(
      (source) => finds({ listeners: [withSources(listener, [source])] }).length > 0,
    );
    return sources[0]?.by ?? listener.resource;
  }
  return observedSecrets(cluster).find((secret) => finds({ secrets: [secret] }).includes(what))?.resource ?? resource;
}

/** The resource that a finding names, the longest of several addresses. */
function partNamed(what: string, { parts = [] }: ObservedCluster): ObservedResource | undefined {
  const words = what.split(/[\s,()]+/);
  const named = parts.filter(({ address }) => (address.includes(' ') ? what.includes(address) : words.includes(address)));
  return named.sort((one, other) => other.address.length - one.address.length)[0];
}

function withSources(listener: ObservedListener, sources: ObservedListener['observedSources']): ObservedListener {
  return new ObservedListener(listener, listener.resource, sources);
}
