/** What carries a connection. */
export enum TransportProtocol {
  TCP = 'tcp',
  UDP = 'udp',
}

/** Where the cluster may connect to. */
export interface OutboundConnection {
  /** What connects, as a reader knows it: `nodes`, or `pods`. */
  readonly from: string;

  /** Whom it may connect to: a CIDR, the id of a security group, a set of pods. */
  readonly to: string;

  /** The port there. */
  readonly port: number;

  /**
   * What carries it.
   *
   * @default TransportProtocol.TCP
   */
  readonly protocol?: TransportProtocol;

  /** What for. */
  readonly purpose: string;
}
