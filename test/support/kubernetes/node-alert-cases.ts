import { always, from, meanwhile, labelled, ofNode, node, kubeState, ready, END, Series, AlertCase } from './alert-series';

const upOf = (...values: Array<Series[string]>): Series =>
  Object.fromEntries(values.map((value, index) => [node('up', index), value]));

/** Of nodes and of the replicas on them. */
export const NODE_CASES: AlertCase[] = [
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
];
