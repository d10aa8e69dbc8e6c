import { Listener, ListenerProps, SecretPlace } from '../posture';
import { PostureFacts } from '../posture/facts';
import { InboundRule, ObservedSource, sourcesOf } from './reach';
import { ObservedResource } from './resources';

/** A cluster that was found, with what the rules judge. */
export interface ObservedCluster {
  /** What a reader knows it by. */
  readonly name: string;
  readonly resource: ObservedResource;
  readonly facts: PostureFacts;
  /** What is not known of it, one phrase each. No rule takes that for safe. */
  readonly unknown: string[];
  /** What of that may let in others than its listeners say. */
  readonly unknownReach: string[];
  /** What else was read, and may be what a finding names. */
  readonly parts?: ObservedResource[];
}

/** A listener, with the resource that makes it. */
export class ObservedListener extends Listener {
  public readonly observedSources: ObservedSource[];

  public constructor(
    props: ListenerProps,
    public readonly resource: ObservedResource,
    sources: ObservedSource[],
  ) {
    super(props);
    this.observedSources = sources;
    for (const { name, anyAddress, unknown, nodes, isList } of sources) {
      // A list of named ranges is not the internet; what it holds matters where no key is asked for.
      this.addSource({ name, anyAddress, nodes, unknown: unknown || (isList && this.apiKey !== true) });
    }
  }
}

/** The listeners of a cluster, as they were found. */
export function observedListeners({ facts }: ObservedCluster): ObservedListener[] {
  return facts.listeners.filter((one): one is ObservedListener => one instanceof ObservedListener);
}

/** The secrets of a cluster, as they were found. */
export function observedSecrets({ facts }: ObservedCluster): ObservedSecret[] {
  return facts.secrets.filter((one): one is ObservedSecret => one instanceof ObservedSecret);
}

/** A secret, with the resource that it was found in. */
export class ObservedSecret extends SecretPlace {
  public constructor(
    props: ConstructorParameters<typeof SecretPlace>[0],
    public readonly resource: ObservedResource,
  ) {
    super(props);
  }
}

/** Listeners, each with those who reach it by the rules of a firewall. */
export function reachedBy(listeners: ListenerProps[], resource: ObservedResource, rules: InboundRule[]): ObservedListener[] {
  const expressions = listeners.map(({ port }) => port as unknown).filter((port): port is string => typeof port === 'string');
  return listeners.map((props) => new ObservedListener(props, resource, sourcesOf(rules, props.port, expressions)));
}
