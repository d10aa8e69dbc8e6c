/**
 * The ports of a Qdrant node.
 *
 * @see https://qdrant.tech/documentation/guides/security/#network-bind
 */
export class QdrantPorts {
  /** REST and, where it is switched on, the web UI. */
  public static readonly REST = 6333;

  /** gRPC. */
  public static readonly GRPC = 6334;

  /** Raft and shard traffic among the nodes. No other source is ever allowed. */
  public static readonly PEER = 6335;

  /**
   * Where Qdrant's own gRPC listener moves when the guard serves 6334 in its place. No firewall rule opens it.
   */
  public static readonly GRPC_BEHIND_GUARD = 6336;

  private constructor() {}
}
