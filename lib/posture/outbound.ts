/** The transport protocol of a connection. */
export enum TransportProtocol {
  TCP = 'tcp',
  UDP = 'udp',
}

/** An outgoing connection that is allowed. */
export interface OutboundConnection {
  /** What connects: `nodes` or `pods`. */
  readonly from: string;

  /** The destination: a CIDR range, a security group id, or a set of pods. */
  readonly to: string;

  /** The destination port. */
  readonly port: number;

  /**
   * The transport protocol.
   *
   * @default TransportProtocol.TCP
   */
  readonly protocol?: TransportProtocol;

  /** The purpose. */
  readonly purpose: string;
}
