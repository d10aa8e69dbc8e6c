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

/** The DNS service that the pods use. The network policies allow connections to it. */
export class ClusterDns {
  /** CoreDNS or kube-dns in the namespace `kube-system`, and NodeLocal DNSCache. */
  public static kubeSystem(): ClusterDns {
    return ClusterDns.at([Peer.namespace('kube-system'), NODE_LOCAL_CACHE]);
  }

  /** The DNS service of OpenShift, in the namespace `openshift-dns`, whose pods listen on 5353. */
  public static openShift(): ClusterDns {
    return ClusterDns.at([Peer.namespace('openshift-dns')], [5353]);
  }

  /**
   * Cloud DNS for GKE, which is served by the metadata server, and NodeLocal DNSCache. Only the DNS port of the metadata server
   * is allowed.
   *
   * @see https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-dns
   */
  public static gkeCloudDns(): ClusterDns {
    return ClusterDns.at([Peer.ipv4('169.254.169.254/32'), NODE_LOCAL_CACHE]);
  }

  /**
   * Any other DNS service.
   *
   * @param peers the DNS servers
   * @param ports the ports that the servers themselves listen on, if the service maps others; by default 53
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
