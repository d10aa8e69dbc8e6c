/** What speaks on a port. */
export enum ListenerPurpose {
  REST = 'REST',
  GRPC = 'gRPC',
  PEER = 'peer',
  METRICS = 'metrics',
  /** Says whether a node serves, to a load balancer that cannot ask it otherwise. */
  HEALTH = 'health',
}

/** A place that traffic may come from. */
export interface ExposureSource {
  /** What a reader knows it by: a CIDR, the id of a security group, a set of pods. */
  readonly name: string;

  /**
   * Whether it is the whole internet: `0.0.0.0/0` or `::/0`.
   *
   * @default false
   */
  readonly anyAddress?: boolean;

  /**
   * Whether it is not known whom it stands for, as the clients of a gateway that exists, or ranges that only Terraform knows. It is judged like the whole internet.
   *
   * @default false
   */
  readonly unknown?: boolean;

  /**
   * Whether it is the cluster's own nodes.
   *
   * @default false
   */
  readonly nodes?: boolean;
}

/** What a listener is and what guards it. */
export interface ListenerProps {
  /** What speaks on the port. */
  readonly purpose: ListenerPurpose;

  /** The port. */
  readonly port: number;

  /** What stands on the port, as a reader knows it: the nodes, or a load balancer by name. */
  readonly at: string;

  /**
   * Whether it speaks TLS only.
   *
   * @default - unknown
   */
  readonly tls?: boolean;

  /**
   * Whether a caller without an API key is refused.
   *
   * @default - unknown
   */
  readonly apiKey?: boolean;

  /**
   * Who verifies the client's certificate, or undefined where nobody does.
   *
   * @default - nobody
   */
  readonly clientVerifiedBy?: string;

  /**
   * Whether the guard stands before it, so that clients never reach it.
   *
   * @default false
   */
  readonly behindGuard?: boolean;

  /**
   * Whether it was made elsewhere. Others than its sources may then reach it, and that nobody is known to verify certificates does not say that
   * nobody does.
   *
   * @default false
   */
  readonly madeElsewhere?: boolean;
}

/** A port of the cluster: what guards it, and who may reach it. */
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

  /**
   * The network connections that are allowed. Nobody else can, unless it was made elsewhere: every firewall denies by default.
   */
  public get sources(): ExposureSource[] {
    return [...this._sources];
  }

  /** Writes down that a source may reach it. */
  public addSource(source: ExposureSource): void {
    this._sources.push(source);
  }

  /** Whether clients may be allowed to it. */
  public get isForClients(): boolean {
    return this.purpose !== ListenerPurpose.PEER && this.purpose !== ListenerPurpose.HEALTH && !this.behindGuard;
  }

  /** How it is known in a finding. */
  public toString(): string {
    return `${this.purpose} (port ${this.port}) of ${this.at}`;
  }
}
