import { QdrantVersion } from '../qdrant';
import { Matchers, series } from './promql';

/**
 * What the server tells of itself that is watched or drawn, by the release that brought it. Read in the source of each up to 1.19.0, `src/common/metrics.rs`;
 * of later ones that was not to be had, and they are asked for the same.
 */
const SINCE = {
  app_info: '1.16.0',
  app_status_recovery_mode: '1.16.0',
  cluster_commit: '1.16.0',
  cluster_pending_operations_total: '1.16.0',
  cluster_term: '1.16.0',
  collection_active_replicas_min: '1.16.0',
  collection_dead_replicas: '1.16.0',
  collection_points: '1.16.0',
  collection_running_optimizations: '1.16.0',
  grpc_responses_duration_seconds_bucket: '1.16.0',
  grpc_responses_total: '1.16.0',
  memory_resident_bytes: '1.16.0',
  process_max_fds: '1.16.0',
  process_open_fds: '1.16.0',
  process_open_mmaps: '1.16.0',
  rest_responses_duration_seconds_bucket: '1.16.0',
  rest_responses_total: '1.16.0',
  system_max_mmaps: '1.16.0',
  cluster_working_state: '1.16.3',
  collection_shard_transfer_incoming: '1.16.3',
  collection_update_queue_length: '1.17.0',
  quota_exceeded: '1.19.0',
};

export type ServerMetric = keyof typeof SINCE;

/** Before, a response by gRPC was counted with its endpoint only, and one that was denied as any other. */
const GRPC_STATUS_SINCE = '1.17.0';

export interface ServerSeriesProps {
  readonly version: QdrantVersion;
  /** What the names of the server's metrics begin with, where that is set. */
  readonly prefix?: string;
  /** What tells the nodes of the cluster from all else that is scraped. */
  readonly matchers: Matchers;
}

/** The series that the nodes of a cluster expose, and what Prometheus tells of scraping them. */
export class ServerSeries {
  public constructor(private readonly props: ServerSeriesProps) {}

  /** Whether the nodes were scraped, one series each. */
  public get up(): string {
    return series('up', this.props.matchers);
  }

  /** Whether responses by gRPC are counted by their status. */
  public get tellsGrpcStatus(): boolean {
    return this.props.version.isAtLeast(GRPC_STATUS_SINCE);
  }

  public has(metric: ServerMetric): boolean {
    return this.props.version.isAtLeast(SINCE[metric]);
  }

  public of(metric: ServerMetric, ...more: Matchers[]): string {
    return series(`${this.props.prefix ?? ''}${metric}`, this.props.matchers, ...more);
  }
}
