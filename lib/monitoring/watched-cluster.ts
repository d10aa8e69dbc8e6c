import { ServerSeries } from './server-series';
import { AlertThresholds } from './thresholds';

/** What something else than the server tells Prometheus. */
export interface OutsideSeries {
  /** What tells it, as its operator knows that. */
  readonly source: string;
  /** What is not watched without it. */
  readonly watches: string;
  /** Series that are there as long as it is watched. */
  readonly proof: string;
}

/** Whether each node is ready, and how often its server has ended. */
export interface ReadinessSeries extends OutsideSeries {
  /** 1 or 0. */
  readonly ready: string;
  /** How often in all. */
  readonly restarts: string;
}

/** How full something is. */
export interface FillingSeries extends OutsideSeries {
  /** In percent, with one value for each thing that fills. */
  readonly percent: string;
  /** The label that names it. */
  readonly label: string;
}

/** When certificates end, and when they are to be renewed before: seconds since 1970. */
export interface CertificateSeries extends OutsideSeries {
  readonly expiration: string;
  readonly renewal: string;
  /** The label that names a certificate. */
  readonly label: string;
}

/** A cluster as it is watched, whatever it runs on. What a target has no series for, or the user none of, is left out. */
export interface WatchedCluster {
  readonly clusterName: string;
  readonly nodeCount: number;
  /** The label that names a node. */
  readonly nodeLabel: string;
  readonly server: ServerSeries;
  readonly thresholds: AlertThresholds;
  readonly readiness?: ReadinessSeries;
  readonly memory?: FillingSeries;
  readonly volumes?: FillingSeries;
  readonly certificates?: CertificateSeries;
}
