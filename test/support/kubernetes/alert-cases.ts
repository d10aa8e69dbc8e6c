import { always, from, meanwhile, counting, ofNode, node, memory, volume, gib, END, Series, AlertCase } from './alert-series';
import { NODE_CASES } from './node-alert-cases';
import { WATCHING_CASES } from './watching-alert-cases';

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

export const ALERT_CASES: AlertCase[] = [
  ...NODE_CASES,
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
  ...WATCHING_CASES,
];
