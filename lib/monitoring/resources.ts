import { Alert, AlertGroup, filling } from './alert';
import { FillingSeries, WatchedCluster } from './watched-cluster';

const PERCENT = '{{ printf "%.0f" $value }} %';

/** What runs out: memory, space, files, memory mappings. */
export function resourceAlerts(cluster: WatchedCluster): AlertGroup {
  const { nodeLabel, thresholds, memory, volumes } = cluster;
  const node = `{{ $labels.${nodeLabel} }}`;
  const files = `${node} has ${PERCENT} of the files open that it may.`;
  const mappings = `${node} has ${PERCENT} of the memory mappings that its machine allows.`;
  return {
    name: 'resources',
    alerts: [
      ...(memory ? filling({ ...memory, name: 'QdrantMemory', summary: fullOf('memory', memory) }, thresholds.memory) : []),
      ...(volumes ? filling({ ...volumes, name: 'QdrantVolume', summary: fullOf('volume', volumes) }, thresholds.volume) : []),
      ...filling({ name: 'QdrantOpenFiles', percent: openFilesPercent(cluster), summary: files }, thresholds.process),
      ...filling(
        { name: 'QdrantMemoryMappings', percent: memoryMappingsPercent(cluster), summary: mappings },
        thresholds.process,
      ),
      ...quotaAlerts(cluster),
    ],
  };
}

/** The server exposes a limit of 0 where there is none. */
export function openFilesPercent({ server }: WatchedCluster): string {
  return `${server.of('process_open_fds')} / (${server.of('process_max_fds')} > 0) * 100`;
}

export function memoryMappingsPercent({ server }: WatchedCluster): string {
  return `${server.of('process_open_mmaps')} / (${server.of('system_max_mmaps')} > 0) * 100`;
}

function fullOf(what: string, { label }: FillingSeries): string {
  return `The ${what} of {{ $labels.${label} }} is ${PERCENT} full.`;
}

function quotaAlerts({ server, nodeLabel }: WatchedCluster): Alert[] {
  if (!server.has('quota_exceeded')) return [];
  return [
    {
      name: 'QdrantQuotaExceeded',
      severity: 'critical',
      expression: `${server.of('quota_exceeded')} == 1`,
      forMinutes: 5,
      summary: `{{ $labels.${nodeLabel} }} refuses writes: its quota of {{ $labels.resource }} is used up.`,
    },
  ];
}
