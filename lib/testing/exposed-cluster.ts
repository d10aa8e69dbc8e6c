/** Who reaches what, by what is synthesized, planned or applied. */
export interface Exposure {
  /** Each cluster that was found. */
  readonly clusters: ExposedCluster[];
  /** What was there and could not be read, one phrase each. It may hold, or let in, anything. */
  readonly unread: string[];
}

/** A cluster, who reaches it, and what is wrong with that. */
export interface ExposedCluster {
  /** What it is known by: on AWS the `clusterName`, on Kubernetes `StatefulSet NAMESPACE/NAME`. */
  readonly name: string;
  /** The address of the resource that runs it, or the path of the construct where it was made elsewhere. */
  readonly address: string;
  /** Its ports, those of load balancers and other fronts included. */
  readonly ports: ExposedPort[];
  readonly findings: ExposureFinding[];
  /** What is not known of it, one phrase each. */
  readonly unknown: string[];
  /** What of that may let in others than its ports say. */
  readonly unknownReach: string[];
}

/** What speaks on a port. */
export type PortPurpose = 'rest' | 'grpc' | 'peer' | 'metrics' | 'health';

/** A port, and who reaches it. A member that is left out is unknown. */
export interface ExposedPort {
  readonly purpose: PortPurpose;
  /** The number, or the expression of what only Terraform knows. */
  readonly port: number | string;
  /** What has the port: `nodes`, `pods`, or what a front is called, as `load balancer aws_lb.public`. */
  readonly at: string;
  /** The address of the resource that has the port. */
  readonly address: string;
  readonly tls?: boolean;
  readonly apiKey?: boolean;
  /** What verifies client certificates; left out also if nothing does. */
  readonly clientCertificate?: string;
  /** Whether it is behind the guard, and for the nodes alone. */
  readonly behindGuard: boolean;
  readonly sources: ExposureSource[];
}

/** Somebody who reaches a port. */
export interface ExposureSource {
  /** A range, a security group, pods, or a front. */
  readonly name: string;
  /** The address of what lets them in. */
  readonly address: string;
  /** Whether it is the internet, or a part of what is the internet together. */
  readonly anyAddress: boolean;
  /** Whether nobody here knows who it is. */
  readonly unknown: boolean;
  /** Whether it is the nodes of the cluster. */
  readonly nodes: boolean;
}

/** What a rule finds. */
export interface ExposureFinding {
  readonly ruleId: string;
  readonly severity: 'error' | 'warning';
  readonly what: string;
  readonly reason: string;
  readonly fix: string;
  /** The address of what causes it, or the path of the construct that declares it. */
  readonly address: string;
  /** The reason for which it was accepted. */
  readonly acknowledgedBecause?: string;
}
