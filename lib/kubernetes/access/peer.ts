import { coverTheInternet, ipv4Range, ipv6Range } from '../../input/cidr';
import { badInput } from '../../input/input';
import { checkLabelName, checkLabels } from '../names/names';
import { OptionNames, requireOptions } from '../../input/options';

/** The label that Kubernetes itself gives to each namespace. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** How a peer is written in a rule of a NetworkPolicy. @internal */
export interface PeerRule {
  readonly ipBlock?: { readonly cidr: string; readonly except?: string[] };
  readonly podSelector?: { readonly matchLabels: { [name: string]: string } };
  readonly namespaceSelector?: { readonly matchLabels: { [name: string]: string } };
}

/** Properties of a peer that is a set of pods. */
export interface PodsPeerProps {
  /** The labels of the pods; a pod must have all of them. */
  readonly labels: { [name: string]: string };

  /**
   * The namespace of the pods.
   *
   * @default - the namespace of the cluster
   */
  readonly namespace?: string;

  /**
   * The labels of the namespaces of the pods, instead of `namespace`.
   *
   * @default - the namespace of the cluster
   */
  readonly namespaceLabels?: { [name: string]: string };
}

const PODS_PEER_OPTIONS: OptionNames<PodsPeerProps> = { labels: true, namespace: 'reference', namespaceLabels: 'reference' };

/** The other end of a network connection. */
export class Peer {
  /**
   * Pods, by their labels.
   *
   * @throws if no label is given, or both `namespace` and `namespaceLabels`
   */
  public static pods(props: PodsPeerProps): Peer {
    requireOptions('Peer.pods', undefined, props, PODS_PEER_OPTIONS);
    const { labels, namespace, namespaceLabels } = props;
    checkLabels('Peer.pods', 'labels', labels);
    const podSelector = { matchLabels: labels };
    if (namespace !== undefined && namespaceLabels !== undefined) {
      throw badInput('Peer.pods', {
        given: 'both namespace and namespaceLabels',
        allowed: 'one of them, or none for the cluster’s own namespace',
        instead: `{ labels, namespace: "${namespace}" }`,
      });
    }
    const labelled = namespaceLabels === undefined ? undefined : Peer.namespaces(namespaceLabels);
    const inNamespaces = namespace === undefined ? labelled : Peer.namespace(namespace);
    const where = inNamespaces ? ` of ${inNamespaces.name}` : '';
    return new Peer({ podSelector, ...inNamespaces?._rule }, `pods ${written(labels)}${where}`);
  }

  /** All pods in a namespace. */
  public static namespace(name: string): Peer {
    checkLabelName('Peer.namespace', 'the name', name, 'search');
    return new Peer({ namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: name } } }, `namespace ${name}`);
  }

  /** All pods in the namespaces with the given labels. */
  public static namespaces(labels: { [name: string]: string }): Peer {
    checkLabels('Peer.namespaces', 'labels', labels);
    return new Peer({ namespaceSelector: { matchLabels: labels } }, `namespaces ${written(labels)}`);
  }

  /**
   * An IPv4 CIDR range outside the cluster.
   *
   * @param cidr for example `10.20.0.0/16`
   * @throws if it is not a CIDR range, or has host bits set
   */
  public static ipv4(cidr: string): Peer {
    return Peer.range(ipv4Range('Peer.ipv4', cidr), 4);
  }

  /**
   * An IPv6 CIDR range outside the cluster.
   *
   * @param cidr for example `2001:db8::/56`
   * @throws if it is not a CIDR range, or has host bits set
   */
  public static ipv6(cidr: string): Peer {
    return Peer.range(ipv6Range('Peer.ipv6', cidr), 6);
  }

  /** Any IPv4 address. The posture warns about it, and refuses it if TLS or the API key is missing. */
  public static anyIpv4(): Peer {
    return Peer.ipv4('0.0.0.0/0');
  }

  /** Any IPv6 address. The posture warns about it, and refuses it if TLS or the API key is missing. */
  public static anyIpv6(): Peer {
    return Peer.ipv6('::/0');
  }

  private static range(cidr: string, version: 4 | 6): Peer {
    return new Peer({ ipBlock: { cidr } }, cidr, version);
  }

  private constructor(
    private readonly rule: PeerRule,
    /** The CIDR range, or a description of the labels. */
    public readonly name: string,
    private readonly version?: 4 | 6,
  ) {}

  /** Whether the range covers the internet, or most of it. */
  public get isAnyAddress(): boolean {
    return this._cidr !== undefined && coverTheInternet([this._cidr]);
  }

  /** @internal */
  public get _rule(): PeerRule {
    return this.rule;
  }

  /** The range, where it is one. @internal */
  public get _cidr(): string | undefined {
    return this.rule.ipBlock?.cidr;
  }

  /** The version of the range's addresses, where it is one. @internal */
  public get _version(): 4 | 6 | undefined {
    return this.version;
  }
}

/** In one order, as labels in another order are the same peer. */
function written(labels: { [name: string]: string }): string {
  return Object.keys(labels)
    .sort()
    .map((name) => `${name}=${labels[name]}`)
    .join(',');
}
