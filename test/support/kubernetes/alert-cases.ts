import {
  always,
  from,
  meanwhile,
  counting,
  labelled,
  ofNode,
  node,
  kubeState,
  ready,
  memory,
  volume,
  certificate,
  keptCertificate,
  gib,
  END,
  Series,
} from './alert-series';

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

/** One that ends after 150 minutes. */
const certificateEnds = (name: string) => (minute: number) =>
  `The certificate ${name} ends in ${150 - minute}m 0s, and should have been renewed.`;

const percentOf = (used: string, limit: string, value: number): Series => ({
  [node(used, 0)]: from(10, 10, value),
  [node(limit, 0)]: always(100),
});

/** Of what a process has open, both alerts. */
function processCases(alert: string, used: string, limit: string, summary: (percent: number) => string): AlertCase[] {
  const labels = ofNode(0);
  return [
    {
      alert,
      what: 'above what is critical',
      fires: percentOf(used, limit, 86),
      told: [
        { afterMinutes: 15, severity: 'critical', labels, summary: summary(86) },
        { afterMinutes: 25, severity: 'warning', labels, summary: summary(86) },
      ],
      nearest: {
        'at the warning': percentOf(used, limit, 75),
        'without a limit': { [node(used, 0)]: always(100), [node(limit, 0)]: always(0) },
        'for a while': { ...percentOf(used, limit, 10), [node(used, 0)]: meanwhile(10, 5, 10, 99) },
      },
    },
    {
      alert,
      what: 'at what is critical, which is a warning yet',
      fires: percentOf(used, limit, 85),
      told: [{ afterMinutes: 25, severity: 'warning', labels, summary: summary(85) }],
      nearest: {},
    },
  ];
}

const upOf = (...values: Array<Series[string]>): Series =>
  Object.fromEntries(values.map((value, index) => [node('up', index), value]));

export const ALERT_CASES: AlertCase[] = [
  {
    alert: 'QdrantNodeDown',
    what: 'a node does not answer',
    fires: upOf(always(1), from(10, 1, 0)),
    told: [
      {
        ...{ afterMinutes: 25, severity: 'warning', labels: ofNode(1) },
        summary: 'vectors-cluster-1 does not answer the scrapes of Prometheus.',
      },
    ],
    nearest: {
      'a restart': upOf(always(1), meanwhile(10, 15, 1, 0)),
      'another cluster': {
        [labelled('up', { ...ofNode(1), job: 'vectors-cluster-2-peers', pod: 'vectors-cluster-2-1' })]: always(0),
        [labelled('up', { ...ofNode(1), namespace: 'other' })]: always(0),
      },
    },
  },
  {
    alert: 'QdrantNodeMissing',
    what: 'a node is not known',
    fires: upOf(always(1), always(1)),
    told: [{ afterMinutes: 15, severity: 'warning', summary: 'Prometheus knows 2 of 3 nodes.' }],
    nearest: {
      'it is known, and down': upOf(always(1), always(1), always(0)),
      'it is made anew': {
        ...upOf(always(1), always(1)),
        [node('up', 2)]: [
          [1, 10],
          [undefined, 10],
          [1, END - 20],
        ],
      },
    },
  },
  {
    alert: 'QdrantNodeMissing',
    what: 'nothing is scraped',
    fires: {},
    told: [{ afterMinutes: 15, severity: 'warning', summary: 'Prometheus knows 0 of 3 nodes.' }],
    nearest: {},
  },
  {
    alert: 'QdrantMajorityDown',
    what: 'two of three do not answer',
    fires: upOf(always(1), from(10, 1, 0), from(12, 1, 0)),
    told: [{ afterMinutes: 17, severity: 'critical', summary: '1 of 3 nodes answer, and consensus takes 2.' }],
    nearest: {
      'one of three': upOf(always(1), always(1), from(10, 1, 0)),
      'two for a moment': upOf(always(1), meanwhile(10, 10, 1, 0), meanwhile(15, 10, 1, 0)),
    },
  },
  {
    alert: 'QdrantMajorityDown',
    what: 'nothing is scraped',
    fires: {},
    told: [{ afterMinutes: 5, severity: 'critical', summary: '0 of 3 nodes answer, and consensus takes 2.' }],
    nearest: {},
  },
  {
    alert: 'QdrantNodeNotReady',
    what: 'a pod is not ready',
    fires: { [ready('vectors-cluster-0')]: from(10, 1, 0) },
    told: [
      {
        ...{ afterMinutes: 25, severity: 'warning', summary: 'vectors-cluster-0 is not ready.' },
        labels: { ...kubeState, condition: 'true', pod: 'vectors-cluster-0' },
      },
    ],
    nearest: {
      'a restart': { [ready('vectors-cluster-0')]: meanwhile(10, 15, 1, 0) },
      'the pods of its jobs, and another cluster': {
        [ready('vectors-cluster-rollout-x7k2p')]: always(0),
        [ready('vectors-cluster-2-0')]: always(0),
      },
    },
  },
  {
    alert: 'QdrantRecoveryMode',
    what: 'a node recovers',
    fires: { [node('app_status_recovery_mode', 2)]: from(10, 0, 1) },
    told: [
      {
        ...{ afterMinutes: 11, severity: 'critical', labels: ofNode(2) },
        summary: 'vectors-cluster-2 is in recovery mode: it has loaded no collection.',
      },
    ],
    nearest: { 'none does': { [node('app_status_recovery_mode', 2)]: always(0) } },
  },
  {
    alert: 'QdrantReplicasInactive',
    what: 'replicas are dead, as one of the nodes knows',
    fires: {
      [node('collection_dead_replicas', 0)]: from(10, 0, 2),
      [node('collection_dead_replicas', 1)]: always(0),
    },
    told: [{ afterMinutes: 25, severity: 'warning', summary: '2 shards have a replica that is not active.' }],
    nearest: { 'a restart': { [node('collection_dead_replicas', 0)]: meanwhile(10, 15, 0, 5) } },
  },
  {
    alert: 'QdrantShardUnavailable',
    what: 'no replica is active',
    fires: {
      [node('collection_active_replicas_min', 0)]: from(10, 2, 0),
      [node('collection_dead_replicas', 0)]: from(10, 0, 1),
      // It has started in recovery mode, and knows of no shard.
      [node('collection_active_replicas_min', 1)]: always(0),
      [node('collection_dead_replicas', 1)]: always(0),
    },
    told: [{ afterMinutes: 15, severity: 'critical', summary: 'A shard has no active replica.' }],
    nearest: {
      'one is': {
        [node('collection_active_replicas_min', 0)]: from(10, 2, 1),
        [node('collection_dead_replicas', 0)]: from(10, 0, 1),
      },
      'there is no collection': {
        [node('collection_active_replicas_min', 0)]: always(0),
        [node('collection_dead_replicas', 0)]: always(0),
      },
    },
  },
  {
    alert: 'QdrantElections',
    what: 'a term a minute',
    fires: { [node('cluster_term', 0)]: counting(10, 5, 1), [node('cluster_term', 1)]: always(5) },
    told: [
      {
        ...{ afterMinutes: 26, severity: 'warning' },
        summary: 'The consensus began 15 terms within 15 minutes: nodes elect one leader after the other.',
      },
    ],
    nearest: {
      'ten of them': { [node('cluster_term', 0)]: counting(10, 5, 1, 20) },
      'a new node, which begins at zero': {
        [node('cluster_term', 0)]: always(500),
        [node('cluster_term', 1)]: [
          [undefined, 10],
          [0, 1],
          [500, END - 11],
        ],
      },
      'the node that knows it is away': {
        [node('cluster_term', 0)]: [
          [500, 10],
          [undefined, 10],
          [500, END - 20],
        ],
        [node('cluster_term', 1)]: always(500),
      },
    },
  },
  {
    alert: 'QdrantConsensusPending',
    what: 'one operation waits',
    fires: { [node('cluster_pending_operations_total', 1)]: from(10, 0, 1) },
    told: [
      {
        ...{ afterMinutes: 25, severity: 'warning', labels: ofNode(1) },
        summary: '1 operations of the consensus wait on vectors-cluster-1.',
      },
    ],
    nearest: { 'many, for a while': { [node('cluster_pending_operations_total', 1)]: meanwhile(10, 15, 0, 500) } },
  },
  {
    alert: 'QdrantConsensusBehind',
    what: 'a node hears nothing more',
    fires: {
      [node('cluster_commit', 0, { peer_id: '1' })]: counting(0, 90, 1),
      [node('cluster_commit', 2, { peer_id: '3' })]: counting(0, 90, 1, 10),
    },
    told: [
      {
        ...{ afterMinutes: 26, severity: 'warning', labels: { ...ofNode(2), peer_id: '3' } },
        summary: 'vectors-cluster-2 has not heard what others agreed on more than five minutes ago.',
      },
    ],
    nearest: {
      'five minutes behind': {
        [node('cluster_commit', 0, { peer_id: '1' })]: counting(0, 90, 1),
        [node('cluster_commit', 2, { peer_id: '3' })]: counting(0, 85, 1),
      },
      'nothing was agreed on since': {
        [node('cluster_commit', 0, { peer_id: '1' })]: counting(0, 90, 1, 10),
        [node('cluster_commit', 2, { peer_id: '3' })]: counting(0, 90, 1, 10),
      },
    },
  },
  {
    alert: 'QdrantConsensusStopped',
    what: 'the consensus of a node stops',
    fires: {
      [node('cluster_working_state', 0, { state: 'stopped' })]: from(10, 0, 1),
      [node('cluster_working_state', 0, { state: 'working' })]: from(10, 1, 0),
    },
    told: [
      {
        ...{ afterMinutes: 15, severity: 'critical', labels: { ...ofNode(0), state: 'stopped' } },
        summary: 'The consensus of vectors-cluster-0 has stopped.',
      },
    ],
    nearest: {
      'it works': {
        [node('cluster_working_state', 0, { state: 'stopped' })]: always(0),
        [node('cluster_working_state', 0, { state: 'working' })]: always(1),
      },
    },
  },
  {
    alert: 'QdrantMemory',
    what: 'above what is critical, also of a container that two jobs scrape',
    fires: {
      [memory('container_memory_working_set_bytes', 0)]: from(10, gib(1), gib(9)),
      [memory('container_memory_working_set_bytes', 0, { job: 'cadvisor' })]: from(10, gib(1), gib(9)),
    },
    told: [
      {
        ...{ afterMinutes: 15, severity: 'critical', labels: { pod: 'vectors-cluster-0' } },
        summary: 'The memory of vectors-cluster-0 is 90 % full.',
      },
      {
        ...{ afterMinutes: 25, severity: 'warning', labels: { pod: 'vectors-cluster-0' } },
        summary: 'The memory of vectors-cluster-0 is 90 % full.',
      },
    ],
    nearest: {
      'at the warning': {
        [memory('container_memory_working_set_bytes', 0)]: always(gib(7.5)),
      },
      'another container of the pod': {
        [memory('container_memory_working_set_bytes', 0, { container: 'guard' })]: always(gib(10)),
      },
    },
  },
  {
    alert: 'QdrantMemory',
    what: 'at what is critical, which is a warning yet',
    fires: {
      [memory('container_memory_working_set_bytes', 1)]: from(10, gib(1), gib(8.5)),
    },
    told: [
      {
        ...{ afterMinutes: 25, severity: 'warning', labels: { pod: 'vectors-cluster-1' } },
        summary: 'The memory of vectors-cluster-1 is 85 % full.',
      },
    ],
    nearest: {},
  },
  {
    alert: 'QdrantVolume',
    what: 'a data and a snapshot volume fill',
    fires: {
      [volume('available', 'storage-vectors-cluster-0')]: from(10, 90, 10),
      [volume('capacity', 'storage-vectors-cluster-0')]: always(100),
      [volume('available', 'snapshots-vectors-cluster-2')]: from(10, 90, 20),
      [volume('capacity', 'snapshots-vectors-cluster-2')]: always(100),
    },
    told: [
      {
        ...{ afterMinutes: 15, severity: 'critical', labels: { persistentvolumeclaim: 'storage-vectors-cluster-0' } },
        summary: 'The volume of storage-vectors-cluster-0 is 90 % full.',
      },
      {
        ...{ afterMinutes: 25, severity: 'warning', labels: { persistentvolumeclaim: 'storage-vectors-cluster-0' } },
        summary: 'The volume of storage-vectors-cluster-0 is 90 % full.',
      },
      {
        ...{ afterMinutes: 25, severity: 'warning', labels: { persistentvolumeclaim: 'snapshots-vectors-cluster-2' } },
        summary: 'The volume of snapshots-vectors-cluster-2 is 80 % full.',
      },
    ],
    nearest: {
      'at the warning': {
        [volume('available', 'storage-vectors-cluster-0')]: always(25),
        [volume('capacity', 'storage-vectors-cluster-0')]: always(100),
      },
      'volumes of others': {
        [volume('available', 'data-vectors-cluster-0')]: always(1),
        [volume('capacity', 'data-vectors-cluster-0')]: always(100),
        [volume('available', 'storage-vectors-cluster-0', 'other')]: always(1),
        [volume('capacity', 'storage-vectors-cluster-0', 'other')]: always(100),
      },
    },
  },
  ...processCases(
    'QdrantOpenFiles',
    'process_open_fds',
    'process_max_fds',
    (percent) => `vectors-cluster-0 has ${percent} % of the files open that it may.`,
  ),
  ...processCases(
    'QdrantMemoryMappings',
    'process_open_mmaps',
    'system_max_mmaps',
    (percent) => `vectors-cluster-0 has ${percent} % of the memory mappings that its machine allows.`,
  ),
  {
    alert: 'QdrantQuotaExceeded',
    what: 'the quota of a disk',
    fires: { [node('quota_exceeded', 0, { resource: 'disk' })]: from(10, 0, 1) },
    told: [
      {
        ...{ afterMinutes: 15, severity: 'critical', labels: { ...ofNode(0), resource: 'disk' } },
        summary: 'vectors-cluster-0 refuses writes: its quota of disk is used up.',
      },
    ],
    nearest: { 'there is room': { [node('quota_exceeded', 0, { resource: 'disk' })]: always(0) } },
  },
  {
    alert: 'QdrantDeniedRequests',
    what: 'seventy a minute, by REST and gRPC, of several nodes',
    fires: {
      [node('rest_responses_total', 0, { status: '401' })]: counting(10, 0, 20),
      [node('rest_responses_total', 1, { status: '403' })]: counting(10, 0, 20),
      [node('grpc_responses_total', 2, { status: '16' })]: counting(10, 0, 20),
      [node('grpc_responses_total', 2, { status: '7' })]: counting(10, 0, 10),
    },
    told: [
      {
        ...{ afterMinutes: 25, severity: 'warning' },
        summary: '70 requests a minute are denied: with a key that is wrong, or has no right to what they ask for.',
      },
    ],
    nearest: {
      sixty: {
        [node('rest_responses_total', 0, { status: '401' })]: counting(10, 0, 30),
        [node('grpc_responses_total', 2, { status: '16' })]: counting(10, 0, 30),
      },
      'what fails for other reasons': {
        [node('rest_responses_total', 0, { status: '404' })]: counting(10, 0, 1000),
        [node('grpc_responses_total', 0, { status: '5' })]: counting(10, 0, 1000),
      },
    },
  },
  {
    alert: 'QdrantCertificateEnds',
    what: 'nobody renews it',
    // To be renewed after 50 minutes, and to end after 150.
    fires: {
      [certificate('expiration', 'vectors-cluster-tls')]: always(9000),
      [certificate('renewal', 'vectors-cluster-tls')]: always(3000),
    },
    told: [
      {
        ...{ afterMinutes: 91, severity: 'warning', labels: { name: 'vectors-cluster-tls' } },
        summary: certificateEnds('vectors-cluster-tls'),
      },
      {
        ...{ afterMinutes: 141, severity: 'critical', labels: { name: 'vectors-cluster-tls' } },
        summary: certificateEnds('vectors-cluster-tls'),
      },
    ],
    nearest: {
      'it is renewed late': {
        [certificate('expiration', 'vectors-cluster-tls')]: from(90, 9000, 90000),
        [certificate('renewal', 'vectors-cluster-tls')]: from(90, 3000, 80000),
      },
      'those of others': {
        [certificate('expiration', 'vectors-tls')]: always(9000),
        [certificate('renewal', 'vectors-tls')]: always(3000),
        [certificate('expiration', 'vectors-cluster-tls', 'other')]: always(9000),
        [certificate('renewal', 'vectors-cluster-tls', 'other')]: always(3000),
        // Scraped by a cert-manager in the namespace of the cluster.
        [certificate('expiration', 'vectors-cluster-tls', 'other', 'search')]: always(9000),
        [certificate('renewal', 'vectors-cluster-tls', 'other', 'search')]: always(3000),
      },
    },
  },
  {
    alert: 'QdrantCertificateEnds',
    what: 'of a client, where the namespace keeps its label',
    fires: {
      [keptCertificate('expiration', 'vectors-cluster-client-search')]: always(9000),
      [keptCertificate('renewal', 'vectors-cluster-client-search')]: always(3000),
    },
    told: [
      {
        ...{ afterMinutes: 91, severity: 'warning', labels: { name: 'vectors-cluster-client-search' } },
        summary: certificateEnds('vectors-cluster-client-search'),
      },
    ],
    nearest: {},
  },
  {
    alert: 'QdrantNotWatched',
    what: 'nothing is there',
    fires: {},
    told: [
      ['qdrant', 'the server', { job: 'vectors-cluster-peers' }] as const,
      ['kube-state-metrics', 'whether nodes are ready', { condition: 'true' }] as const,
      ['cadvisor', 'memory', { container: 'qdrant' }] as const,
      ['kubelet', 'the space on volumes', {}] as const,
      ['cert-manager', 'the end of certificates', {}] as const,
    ].map(([source, watches, labels]) => ({
      ...{ afterMinutes: 60, severity: 'warning', labels: { ...labels, source } },
      summary: `Nobody watches ${watches}: Prometheus has no such series of ${source}.`,
    })),
    nearest: {
      'all is there, with pauses': {
        [node('app_info', 0)]: [
          [1, 10],
          [undefined, 60],
          [1, END - 70],
        ],
        [ready('vectors-cluster-0')]: always(1),
        [memory('container_memory_working_set_bytes', 0)]: always(1),
        [volume('available', 'storage-vectors-cluster-0')]: always(1),
        [certificate('expiration', 'vectors-cluster-tls')]: always(1),
      },
    },
  },
];
