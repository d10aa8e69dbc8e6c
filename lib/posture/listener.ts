/** The purpose of a listener. */
export enum ListenerPurpose {
  REST = 'REST',
  GRPC = 'gRPC',
  PEER = 'peer',
  METRICS = 'metrics',
  /** Health checks of a load balancer that cannot present a client certificate. */
  HEALTH = 'health',
}

/** A source of traffic. */
export interface ExposureSource {
  /** The display name: a CIDR range, a security group id, or a set of pods. */
  readonly name: string;

  /**
   * Whether it covers the whole internet: `0.0.0.0/0` or `::/0`.
   *
   * @default false
   */
  readonly anyAddress?: boolean;

  /**
   * Whether the source is unknown, for example the clients of an existing gateway, or ranges that only Terraform knows. It is
   * treated like the internet.
   *
   * @default false
   */
  readonly unknown?: boolean;

  /**
   * Whether it is the nodes of the cluster.
   *
   * @default false
   */
  readonly nodes?: boolean;
}

/** Properties of a listener. */
export interface ListenerProps {
  /** What speaks on the port. */
  readonly purpose: ListenerPurpose;

  /** The port. */
  readonly port: number;

  /** What listens on the port: the nodes, or the name of a load balancer. */
  readonly at: string;

  /**
   * Whether only TLS is accepted.
   *
   * @default - unknown
   */
  readonly tls?: boolean;

  /**
   * Whether an API key is required.
   *
   * @default - unknown
   */
  readonly apiKey?: boolean;

  /**
   * What verifies client certificates, or undefined if nothing does.
   *
   * @default - nobody
   */
  readonly clientVerifiedBy?: string;

  /**
   * Whether it is behind the guard, out of reach of clients.
   *
   * @default false
   */
  readonly behindGuard?: boolean;

  /**
   * Whether it belongs to an imported cluster. It may then be reachable from other sources, and certificates may be verified
   * although nothing is known to do so.
   *
   * @default false
   */
  readonly madeElsewhere?: boolean;
}

/** A listener of the cluster, with who can reach it and how it is protected. */
export class Listener {
  public readonly purpose: ListenerPurpose;
  public readonly port: number;
  public readonly at: string;
  public readonly tls?: boolean;
  public readonly apiKey?: boolean;
  public readonly clientVerifiedBy?: string;
  public readonly behindGuard: boolean;
  public readonly madeElsewhere: boolean;
  private readonly _sources: ExposureSource[] = [];

  public constructor(props: ListenerProps) {
    this.purpose = props.purpose;
    this.port = props.port;
    this.at = props.at;
    this.tls = props.tls;
    this.apiKey = props.apiKey;
    this.clientVerifiedBy = props.clientVerifiedBy;
    this.behindGuard = props.behindGuard ?? false;
    this.madeElsewhere = props.madeElsewhere ?? false;
  }

  /** The sources that can reach it. Unless the cluster is imported, nobody else can: traffic is denied by default. */
  public get sources(): ExposureSource[] {
    return [...this._sources];
  }

  /** Writes down that a source may reach it. */
  public addSource(source: ExposureSource): void {
    this._sources.push(source);
  }

  /** Whether clients can be allowed to connect to it. */
  public get isForClients(): boolean {
    return this.purpose !== ListenerPurpose.PEER && this.purpose !== ListenerPurpose.HEALTH && !this.behindGuard;
  }

  /** The display name in findings. */
  public toString(): string {
    return `${this.purpose} (port ${this.port}) of ${this.at}`;
  }
}
