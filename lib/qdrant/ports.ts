/**
 * The ports of a Qdrant node.
 *
 * @see https://qdrant.tech/documentation/guides/security/#network-bind
 */
export class QdrantPorts {
  /** REST and, if enabled, the web UI. */
  public static readonly REST = 6333;

  /** gRPC. */
  public static readonly GRPC = 6334;

  /** Raft and shard traffic between the nodes. Only the nodes are allowed to connect. */
  public static readonly PEER = 6335;

  /** gRPC of Qdrant itself if the guard serves 6334. Nothing is allowed to connect. */
  public static readonly GRPC_BEHIND_GUARD = 6336;

  /** REST of Qdrant itself if the guard serves 6333. Only the nodes are allowed to connect, to transfer shard snapshots. */
  public static readonly REST_BEHIND_GUARD = 6337;

  /** Metrics of Qdrant itself if the guard serves the metrics port. Nothing is allowed to connect. */
  public static readonly METRICS_BEHIND_GUARD = 6338;

  /** Answers the health checks of a load balancer on AWS where clients must present a certificate, which the balancer cannot. */
  public static readonly HEALTH = 6339;

  /** The port of Qdrant's own REST listener, which nodes ask each other on. @internal */
  public static _restAmongNodes(guard: boolean): number {
    return guard ? QdrantPorts.REST_BEHIND_GUARD : QdrantPorts.REST;
  }

  /** The ports of Qdrant's own gRPC and metrics listeners. @internal */
  public static _besideRest(guard: boolean, grpc: boolean, metricsPort?: number): number[] {
    const metrics = guard ? QdrantPorts.METRICS_BEHIND_GUARD : metricsPort;
    return [
      ...(grpc ? [guard ? QdrantPorts.GRPC_BEHIND_GUARD : QdrantPorts.GRPC] : []),
      ...(metricsPort === undefined ? [] : [metrics!]),
    ];
  }

  /**
   * The ports on which nodes reach each other. REST in front of the guard and behind it, as nodes have either while a guard is added or taken away.
   *
   * @internal
   */
  public static get _amongNodes(): number[] {
    return [QdrantPorts.PEER, QdrantPorts.REST, QdrantPorts.REST_BEHIND_GUARD];
  }

  /** Every port that the library uses itself. @internal */
  public static get _taken(): number[] {
    const { REST, GRPC, PEER, GRPC_BEHIND_GUARD, REST_BEHIND_GUARD, METRICS_BEHIND_GUARD, HEALTH } = QdrantPorts;
    return [REST, GRPC, PEER, GRPC_BEHIND_GUARD, REST_BEHIND_GUARD, METRICS_BEHIND_GUARD, HEALTH];
  }

  private constructor() {}
}
