import { deniedPerMinute } from './access';
import { matches } from './promql';
import { openFilesPercent, memoryMappingsPercent } from './resources';
import { FillingThresholds } from './thresholds';
import { WatchedCluster } from './watched-cluster';

/** A series, or several, and by what a reader tells them apart. */
interface Line {
  readonly expression: string;
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  readonly unit?: 'short' | 'percent' | 'reqps' | 's' | 'bytes' | 'dtdurations';
  readonly lines: Line[];
  readonly thresholds?: FillingThresholds;
}

export interface DashboardProps {
  readonly title: string;
  /** By which Grafana knows the dashboard again: up to 40 letters, digits, hyphens and underscores. */
  readonly uid: string;
}

const COLUMNS = 3;
const WIDTH = 24 / COLUMNS;
const HEIGHT = 8;

/** Chosen by who reads the dashboard. */
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** A dashboard of Grafana's with what is watched of a cluster. @see https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
export function dashboardOf(cluster: WatchedCluster, { title, uid }: DashboardProps): object {
  return {
    ...{ title, uid, tags: ['qdrant'], editable: false, schemaVersion: 39, refresh: '1m' },
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ type: 'datasource', name: 'datasource', label: 'Data source', query: 'prometheus' }] },
    panels: panelsOf(cluster)
      .filter(({ lines }) => lines.length > 0)
      .map(panelAt),
  };
}

function panelAt({ title, unit = 'short', lines, thresholds }: Panel, index: number): object {
  const steps = thresholds
    ? [
        { color: 'green', value: null },
        { color: 'orange', value: thresholds.warning },
        { color: 'red', value: thresholds.critical },
      ]
    : [{ color: 'green', value: null }];
  return {
    ...{ id: index + 1, type: 'timeseries', title, datasource: DATASOURCE },
    gridPos: { h: HEIGHT, w: WIDTH, x: (index % COLUMNS) * WIDTH, y: Math.floor(index / COLUMNS) * HEIGHT },
    fieldConfig: {
      defaults: {
        ...{ unit, min: 0, thresholds: { mode: 'absolute', steps } },
        custom: { thresholdsStyle: { mode: thresholds ? 'line' : 'off' } },
      },
      overrides: [],
    },
    targets: lines.map(({ expression, legend }, line) => ({
      ...{ refId: String.fromCharCode('A'.charCodeAt(0) + line), datasource: DATASOURCE },
      ...{ expr: expression, legendFormat: legend },
    })),
  };
}

function panelsOf(cluster: WatchedCluster): Panel[] {
  const { thresholds, memory, volumes, certificates } = cluster;
  return [
    ...servingPanels(cluster),
    ...consensusPanels(cluster),
    { title: 'Memory of its limit', unit: 'percent', lines: fillingLines(memory), thresholds: thresholds.memory },
    { title: 'Space of its volume', unit: 'percent', lines: fillingLines(volumes), thresholds: thresholds.volume },
    processPanel(cluster),
    ...dataPanels(cluster),
    {
      title: 'Until certificates end',
      unit: 'dtdurations',
      lines: certificates ? [{ expression: `${certificates.expiration} - time()`, legend: `{{${certificates.label}}}` }] : [],
    },
  ];
}

function servingPanels(cluster: WatchedCluster): Panel[] {
  const { server, nodeLabel, readiness } = cluster;
  const node = `{{${nodeLabel}}}`;
  const rate = (series: string, by: string) => `sum by (${by}) (rate(${series}[$__rate_interval]))`;
  const slowest = (series: string) => `histogram_quantile(0.95, ${rate(series, 'le')})`;
  const grpcBy = server.tellsGrpcStatus ? 'status' : 'endpoint';
  return [
    {
      title: 'Nodes that answer, and are ready',
      lines: [
        { expression: server.up, legend: `${node} answers` },
        ...(readiness ? [{ expression: readiness.ready, legend: `${node} is ready` }] : []),
      ],
    },
    {
      title: 'Requests',
      unit: 'reqps',
      lines: [
        { expression: rate(server.of('rest_responses_total'), 'status'), legend: 'REST {{status}}' },
        { expression: rate(server.of('grpc_responses_total'), grpcBy), legend: `gRPC {{${grpcBy}}}` },
      ],
    },
    {
      title: 'Latency, 95 of 100 requests',
      unit: 's',
      lines: [
        { expression: slowest(server.of('rest_responses_duration_seconds_bucket', matches('status', '200'))), legend: 'REST' },
        { expression: slowest(server.of('grpc_responses_duration_seconds_bucket')), legend: 'gRPC' },
      ],
    },
    { title: 'Denied requests a minute', lines: [{ expression: deniedPerMinute(cluster), legend: 'denied' }] },
  ];
}

function consensusPanels({ server, nodeLabel }: WatchedCluster): Panel[] {
  const transfers = server.has('collection_shard_transfer_incoming')
    ? [{ expression: `sum(${server.of('collection_shard_transfer_incoming')})`, legend: 'on their way' }]
    : [];
  return [
    {
      title: 'Replicas',
      lines: [
        { expression: `max(${server.of('collection_dead_replicas')})`, legend: 'shards with an inactive replica' },
        { expression: `min(${server.of('collection_active_replicas_min')})`, legend: 'active, of the shard with the fewest' },
        ...transfers,
      ],
    },
    {
      title: 'Consensus',
      lines: [
        { expression: server.of('cluster_pending_operations_total'), legend: `{{${nodeLabel}}} pending` },
        { expression: `max(${server.of('cluster_term')})`, legend: 'term' },
      ],
    },
  ];
}

function processPanel(cluster: WatchedCluster): Panel {
  const node = `{{${cluster.nodeLabel}}}`;
  return {
    title: 'Open files and memory mappings',
    unit: 'percent',
    lines: [
      { expression: openFilesPercent(cluster), legend: `${node} files` },
      { expression: memoryMappingsPercent(cluster), legend: `${node} mappings` },
    ],
    thresholds: cluster.thresholds.process,
  };
}

function dataPanels({ server, nodeLabel }: WatchedCluster): Panel[] {
  const queued = server.has('collection_update_queue_length')
    ? [{ expression: `sum by (id) (${server.of('collection_update_queue_length')})`, legend: '{{id}} updates that wait' }]
    : [];
  return [
    {
      title: 'Points, replicas included',
      lines: [{ expression: `sum by (id) (${server.of('collection_points')})`, legend: '{{id}}' }],
    },
    {
      title: 'Work in the background',
      lines: [
        { expression: `sum by (id) (${server.of('collection_running_optimizations')})`, legend: '{{id}} optimizations' },
        ...queued,
      ],
    },
    {
      title: 'Memory that the server allocated',
      unit: 'bytes',
      lines: [{ expression: server.of('memory_resident_bytes'), legend: `{{${nodeLabel}}}` }],
    },
  ];
}

function fillingLines(filling: { readonly percent: string; readonly label: string } | undefined): Line[] {
  return filling ? [{ expression: filling.percent, legend: `{{${filling.label}}}` }] : [];
}
