/** Series by their name and labels, with what they are, in turn, and for how many minutes each. */
export interface Series {
  readonly [series: string]: Array<[value: number | undefined, minutes: number]>;
}

/** One alert of those that somebody is told of, and when. */
export interface Told {
  readonly afterMinutes: number;
  readonly severity: 'warning' | 'critical';
  /** Beside those that all have. */
  readonly labels?: { readonly [name: string]: string };
  /** It may tell a value, which is another one each minute. */
  readonly summary: string | ((minute: number) => string);
}

/** When an alert fires, and what is nearest to that and does not have it fire. */
export interface AlertCase {
  readonly alert: string;
  readonly what: string;
  readonly fires: Series;
  readonly told: Told[];
  readonly nearest: { readonly [what: string]: Series };
}

/** Longer than any case. */
export const END = 180;

/** What a series is from the beginning on. */
export const always = (value: number): Series[string] => [[value, END]];
/** What it is at first, and from a minute on. */
export const from = (minute: number, before: number, after: number): Series[string] => [
  [before, minute],
  [after, END - minute],
];
/** What it is meanwhile. */
export const meanwhile = (minute: number, minutes: number, before: number, value: number): Series[string] => [
  [before, minute],
  [value, minutes],
  [before, END - minute - minutes],
];
/** What is counted from a minute on, so many a minute. */
export const counting = (minute: number, before: number, perMinute: number, upTo = END): Series[string] =>
  Array.from({ length: END }, (_, now) => [before + perMinute * Math.max(0, Math.min(now, upTo) - minute), 1]);

export const labelled = (name: string, labels: { [name: string]: string }) =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;

/** What the Prometheus Operator gives the series of a node. */
export const ofNode = (index: number) => ({
  ...{ container: 'qdrant', endpoint: 'rest', instance: `10.0.0.${index}:6333`, job: 'vectors-cluster-peers' },
  ...{ namespace: 'search', pod: `vectors-cluster-${index}`, service: 'vectors-cluster-peers' },
});
export const node = (name: string, index: number, more = {}) => labelled(name, { ...ofNode(index), ...more });

export const kubeState = { instance: '10.0.1.1:8080', job: 'kube-state-metrics', uid: '1' };
export const ready = (pod: string) =>
  labelled('kube_pod_status_ready', { ...kubeState, condition: 'true', namespace: 'search', pod });
export const restarts = (index: number, container = 'qdrant') =>
  labelled('kube_pod_container_status_restarts_total', {
    ...{ ...kubeState, container, namespace: 'search', pod: `vectors-cluster-${index}` },
  });
export const memory = (name: string, index: number, more = {}) =>
  labelled(name, { ...{ container: 'qdrant', namespace: 'search', pod: `vectors-cluster-${index}`, job: 'kubelet' }, ...more });
export const volume = (name: string, claim: string, namespace = 'search') =>
  labelled(`kubelet_volume_stats_${name}_bytes`, { job: 'kubelet', namespace, persistentvolumeclaim: claim });
/** As the chart of cert-manager has it scraped, which renames the namespace. */
export const certificate = (of: string, name: string, namespace = 'search', scraped = 'cert-manager') =>
  labelled(`certmanager_certificate_${of}_timestamp_seconds`, {
    ...{ exported_namespace: namespace, name, namespace: scraped },
  });
/** As it is scraped with honorLabels. */
export const keptCertificate = (of: string, name: string) =>
  labelled(`certmanager_certificate_${of}_timestamp_seconds`, { name, namespace: 'search' });

/** What each node may have. */
export const MEMORY = '10Gi';
export const gib = (count: number) => count * 2 ** 30;

/** All that a cluster exposes, and others of it, while three nodes restart one after the other for ten minutes each. */
export function plannedRestart(): Series {
  const nodes = [0, 1, 2].map((index): Series => {
    const away = 10 + index * 12;
    const whileAway = (value: number): Series[string] => [
      [value, away],
      [undefined, 10],
      [value, END - away - 10],
    ];
    const commit = counting(0, 100, 1).map(([value], now): [number | undefined, number] => [
      now >= away && now < away + 10 ? undefined : value,
      1,
    ]);
    return {
      [node('up', index)]: meanwhile(away, 10, 1, 0),
      [ready(`vectors-cluster-${index}`)]: meanwhile(away, 10, 1, 0),
      [restarts(index)]: always(0),
      [node('app_info', index)]: whileAway(1),
      [node('app_status_recovery_mode', index)]: whileAway(0),
      [node('collection_dead_replicas', index)]: deadMeanwhile(),
      [node('collection_active_replicas_min', index)]: whileAway(1),
      [node('cluster_term', index)]: counting(10, 5, 0.2, 46).map(([value]) => [Math.floor(value!), 1]),
      [node('cluster_commit', index, { peer_id: `${index}` })]: commit,
      [node('cluster_pending_operations_total', index)]: whileAway(0),
      [node('cluster_working_state', index, { state: 'working' })]: whileAway(1),
      [node('cluster_working_state', index, { state: 'stopped' })]: whileAway(0),
      [node('process_open_fds', index)]: whileAway(400),
      [node('process_max_fds', index)]: whileAway(1048576),
      [node('process_open_mmaps', index)]: whileAway(2000),
      [node('system_max_mmaps', index)]: whileAway(65530),
      [node('rest_responses_total', index, { status: '200' })]: counting(0, 0, 5000),
      [memory('container_memory_working_set_bytes', index)]: whileAway(gib(6)),
      [volume('available', `storage-vectors-cluster-${index}`)]: whileAway(60),
      [volume('capacity', `storage-vectors-cluster-${index}`)]: whileAway(100),
    };
  });
  return {
    ...Object.assign({}, ...nodes),
    [certificate('expiration', 'vectors-cluster-tls')]: always(7776000),
    [certificate('renewal', 'vectors-cluster-tls')]: always(5184000),
  };
}

/** Nodes of which some are there from the beginning on, and others begin to start, or go, at that minute. */
export function resized(before: number, after: number, minute: number, minutesToStart = 0): Series {
  const stays = Math.min(before, after);
  const others: Series[string] =
    before < after
      ? [
          [undefined, minute],
          [0, minutesToStart],
          [1, END - minute - minutesToStart],
        ]
      : [
          [1, minute],
          [undefined, END - minute],
        ];
  const nodes = Array.from({ length: Math.max(before, after) }, (_, index): Series => {
    const there = index < stays ? always(1) : others;
    return { [node('up', index)]: there, [ready(`vectors-cluster-${index}`)]: there };
  });
  return Object.assign({}, ...nodes);
}

/** While a node is away, and a minute until its replicas have caught up, before the next one goes. */
function deadMeanwhile(): Series[string] {
  return Array.from({ length: END }, (_, now) => [now >= 10 && now < 46 && (now - 10) % 12 < 11 ? 2 : 0, 1]);
}

/** A series as promtool reads it. */
export function valuesOf(values: Series[string]): string {
  return values.flatMap(([value, minutes]) => Array<string>(minutes).fill(value === undefined ? '_' : String(value))).join(' ');
}
