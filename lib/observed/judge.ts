import { PostureFacts } from '../posture/facts';
import { rules } from '../posture/rules';
import { Finding, Rule } from '../posture/rules/rule';
import { unreadBalancers } from './aws/balancers';
import { clustersOnAws } from './aws/clusters';
import { ObservedCluster, ObservedListener, observedListeners, observedSecrets } from './found-cluster';
import { clustersOnKubernetes } from './kubernetes/clusters';
import { unreadObjects } from './kubernetes/unread';
import { ObservedResource, Resources, shownAddress } from './resources';

/** A finding, with what causes it, and what of the cluster it is about where it is not about all of it. */
export interface LocatedFinding extends Finding {
  readonly address: string;
  /** The listener, as findings call it. */
  readonly listener?: string;
  /** By name, those of the listener's sources that it is about, where it is not about the listener whoever reaches it. */
  readonly sources?: string[];
  /** The secret, with where it is kept. */
  readonly secret?: string;
}

/** The part of a cluster that a finding is about. */
interface Cause extends Pick<LocatedFinding, 'listener' | 'sources' | 'secret'> {
  readonly resource: ObservedResource;
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
    rule.check(cluster.facts).map((what) => {
      const { resource, ...about } = causeOf(rule, what, cluster);
      return {
        ...{ ruleId: rule.id, severity: rule.severity, what, reason: rule.reason, fix: rule.fix },
        address: shownAddress(resource),
        ...about,
      };
    }),
  );
}

/** A secret, as findings and reports tell it from others. */
export function secretName({ name, keptIn }: { readonly name: string; readonly keptIn: string }): string {
  return `${name}, in ${keptIn}`;
}

/**
 * What causes a finding. A rule finds the same in a cluster that has nothing but its cause: a single source, or else a single listener or secret.
 */
function causeOf(rule: Rule, what: string, cluster: ObservedCluster): Cause {
  const { facts, resource } = cluster;
  const finds = (less: Partial<PostureFacts>) => rule.check({ ...facts, listeners: [], secrets: [], ...less });
  if (finds({}).includes(what)) return { resource: partNamed(what, cluster) ?? resource };
  for (const listener of observedListeners(cluster)) {
    if (!finds({ listeners: [listener] }).includes(what)) continue;
    const name = String(listener);
    if (finds({ listeners: [withSources(listener, [])] }).length > 0) return { resource: listener.resource, listener: name };
    const sources = listener.observedSources.filter(
      (source) => finds({ listeners: [withSources(listener, [source])] }).length > 0,
    );
    return {
      resource: sources[0]?.by ?? listener.resource,
      listener: name,
      sources: sources.length > 0 ? sources.map((source) => source.name) : undefined,
    };
  }
  const secret = observedSecrets(cluster).find((one) => finds({ secrets: [one] }).includes(what));
  if (!secret) return { resource };
  return { resource: secret.resource, secret: secretName({ name: secret.purpose, keptIn: secret.keptIn }) };
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
