import { requireNotEmpty, requireWholeNumber } from '../../input/input';
import { requireInstance } from '../../input/nominal';
import { Posture } from '../../posture';
import { Peer } from './peer';

/** Where names are asked for, as a rule of a NetworkPolicy has it. @internal */
export interface DnsRule {
  readonly to: object[];
  readonly ports: Array<{ readonly port: string; readonly protocol: string }>;
}

/** The cache that each machine may have has this address, local to the link. */
const NODE_LOCAL_CACHE = Peer.ipv4('169.254.20.10/32');

/** Whom the pods ask for names: the network policies let them out to it, and to nobody else without need. */
export class ClusterDns {
  /** The DNS service of most clusters, CoreDNS or kube-dns in the namespace `kube-system`, and NodeLocal DNSCache. */
  public static kubeSystem(): ClusterDns {
    return ClusterDns.at([Peer.namespace('kube-system'), NODE_LOCAL_CACHE]);
  }

  /** That of OpenShift, in the namespace `openshift-dns`, whose pods listen on 5353. */
  public static openShift(): ClusterDns {
    return ClusterDns.at([Peer.namespace('openshift-dns')], [5353]);
  }

  /**
   * Cloud DNS for GKE, which the machine's metadata server answers for, and NodeLocal DNSCache. The pods are let out to the port of DNS there, and not to
   * the metadata.
   *
   * @see https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-dns
   */
  public static gkeCloudDns(): ClusterDns {
    return ClusterDns.at([Peer.ipv4('169.254.169.254/32'), NODE_LOCAL_CACHE]);
  }

  /**
   * Any other.
   *
   * @param peers those who answer
   * @param ports the ports on which they listen themselves, where a service has others; by default 53
   * @throws if there is no peer or no port
   */
  public static at(peers: Peer[], ports: number[] = [53]): ClusterDns {
    requireNotEmpty('ClusterDns.at', 'peers', peers, `[Peer.namespace('kube-system')]`);
    peers.forEach((peer) => requireInstance('ClusterDns.at', 'peers', peer, Peer, `Peer.namespace('kube-system')`));
    requireNotEmpty('ClusterDns.at', 'ports', ports, '[53]');
    ports.forEach((port) => requireWholeNumber('ClusterDns.at', 'port', port, { min: 1, max: 65535 }));
    return new ClusterDns(peers, ports);
  }

  private constructor(
    private readonly peers: Peer[],
    private readonly ports: number[],
  ) {}

  /** Writes down that the pods may ask there. @internal */
  public _describe(posture: Posture): void {
    for (const port of this.ports) {
      this.peers.forEach(({ name }) => posture.addOutbound({ from: 'pods', to: name, port, purpose: 'DNS' }));
    }
  }

  /** @internal */
  public get _egress(): DnsRule {
    const protocols = ['UDP', 'TCP'];
    return {
      to: this.peers.map(({ _rule }) => _rule),
      ports: this.ports.flatMap((port) => protocols.map((protocol) => ({ port: String(port), protocol }))),
    };
  }
}
