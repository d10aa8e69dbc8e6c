import { coverTheInternet, ipv4Range, ipv6Range } from '../../input/cidr';
import { badInput, requireGivenMembers } from '../../input/input';
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

/** Which pods a peer is. */
export interface PodsPeerProps {
  /** Labels that the pods carry, all of them. */
  readonly labels: { [name: string]: string };

  /**
   * The namespace that the pods are in.
   *
   * @default - the cluster's own
   */
  readonly namespace?: string;

  /**
   * Labels of the namespaces that the pods are in, instead of one by its name.
   *
   * @default - the cluster's own namespace
   */
  readonly namespaceLabels?: { [name: string]: string };
}

const PODS_PEER_OPTIONS: OptionNames<PodsPeerProps> = { labels: true, namespace: true, namespaceLabels: true };

/** Who is at the other end of a connection. */
export class Peer {
  /**
   * Pods, by their labels.
   *
   * @throws if no label is given, or both a namespace and labels of namespaces
   */
  public static pods(props: PodsPeerProps): Peer {
    requireOptions('Peer.pods', undefined, props, PODS_PEER_OPTIONS);
    const { labels, namespace, namespaceLabels } = props;
    requireGivenMembers('Peer.pods', props, ['namespace', 'namespaceLabels']);
    checkLabels('Peer.pods', 'labels', labels);
    const podSelector = { matchLabels: labels };
    if (namespace !== undefined && namespaceLabels !== undefined) {
      throw badInput('Peer.pods', {
        given: 'both namespace and namespaceLabels',
        allowed: 'one of them, or none for the cluster’s own namespace',
        instead: `{ labels, namespace: "${namespace}" }`,
      });
    }
    const inNamespaces =
      namespace === undefined ? namespaceLabels && Peer.namespaces(namespaceLabels) : Peer.namespace(namespace);
    const where = inNamespaces ? ` of ${inNamespaces.name}` : '';
    return new Peer({ podSelector, ...inNamespaces?._rule }, `pods ${written(labels)}${where}`);
  }

  /** Every pod of a namespace. */
  public static namespace(name: string): Peer {
    checkLabelName('Peer.namespace', 'the name', name, 'search');
    return new Peer({ namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: name } } }, `namespace ${name}`);
  }

  /** Every pod of the namespaces that carry the labels, all of them. */
  public static namespaces(labels: { [name: string]: string }): Peer {
    checkLabels('Peer.namespaces', 'labels', labels);
    return new Peer({ namespaceSelector: { matchLabels: labels } }, `namespaces ${written(labels)}`);
  }

  /**
   * A range of IPv4 addresses outside the cluster.
   *
   * @param cidr for example `10.20.0.0/16`
   * @throws if it is not a range, or has bits set outside its prefix
   */
  public static ipv4(cidr: string): Peer {
    return Peer.range(ipv4Range('Peer.ipv4', cidr), 4);
  }

  /**
   * A range of IPv6 addresses outside the cluster.
   *
   * @param cidr for example `2001:db8::/56`
   * @throws if it is not a range, or has bits set outside its prefix
   */
  public static ipv6(cidr: string): Peer {
    return Peer.range(ipv6Range('Peer.ipv6', cidr), 6);
  }

  /** Any IPv4 address. The posture warns of it, and refuses it where TLS or the API key is missing. */
  public static anyIpv4(): Peer {
    return Peer.ipv4('0.0.0.0/0');
  }

  /** Any IPv6 address. The posture warns of it, and refuses it where TLS or the API key is missing. */
  public static anyIpv6(): Peer {
    return Peer.ipv6('::/0');
  }

  private static range(cidr: string, version: 4 | 6): Peer {
    return new Peer({ ipBlock: { cidr } }, cidr, version);
  }

  private constructor(
    private readonly rule: PeerRule,
    /** What it is known by: the range, or the labels. */
    public readonly name: string,
    private readonly version?: 4 | 6,
  ) {}

  /** Whether it is the whole internet, or so much of it that it is nobody in particular. */
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

function written(labels: { [name: string]: string }): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}
