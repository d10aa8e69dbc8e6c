import {
  always,
  from,
  meanwhile,
  counting,
  labelled,
  ofNode,
  node,
  ready,
  restarts,
  END,
  Series,
  AlertCase,
} from './alert-series';

const upOf = (...values: Array<Series[string]>): Series =>
  Object.fromEntries(values.map((value, index) => [node('up', index), value]));

/** What a container is that is there for some minutes, away for others, and so on, from a minute on. */
const loop = (from: number, there: number, away: number): Series[string] =>
  Array.from({ length: END }, (_, now) => [now < from || (now - from) % (there + away) < there ? 1 : 0, 1]);

/** Another cluster that the same job scrapes, of this one's name and a number. */
const inSameJob = (name: string, index: number) =>
  labelled(name, { ...ofNode(index), pod: `vectors-cluster-2-${index}`, instance: `10.0.1.${index}:6333` });

/** Who scrapes a node a second time. */
const again = { endpoint: 'metrics' };

/** What all nodes know of the shards. */
const replicasOf = (least: Series[string], inactive: Series[string]): Series =>
  Object.fromEntries(
    [0, 1, 2].flatMap((index) => [
      [node('collection_active_replicas_min', index), least],
      [node('collection_dead_replicas', index), inactive],
    ]),
  );

/** What kube-state-metrics tells of the pods. */
const readyOf = (...values: Array<Series[string]>): Series =>
  Object.fromEntries(values.map((value, index) => [ready(`vectors-cluster-${index}`), value]));

/** From a minute on, Prometheus is not let in: it has no series of the server any more. */
const notLetIn = (minute: number): Series => ({
  ...upOf(from(minute, 1, 0), from(minute, 1, 0), from(minute, 1, 0)),
  ...replicasOf(
    [
      [1, minute],
      [undefined, END - minute],
    ],
    [
      [0, minute],
      [undefined, END - minute],
    ],
  ),
});
const ALL_READY = readyOf(always(1), always(1), always(1));

const NO_REPLICA =
  'As many nodes are away as a shard had active replicas, when all nodes last answered: it may have none left.';

/** Of nodes and of the replicas on them. */
export const NODE_CASES: AlertCase[] = [
  {
    alert: 'QdrantNodeDown',
    what: 'a node does not answer',
    fires: upOf(always(1), from(10, 1, 0)),
    told: [
      {
        ...{ afterMinutes: 26, severity: 'warning', labels: { pod: 'vectors-cluster-1' } },
        summary: 'vectors-cluster-1 did not answer Prometheus for 17 of the last 30 minutes.',
      },
    ],
    nearest: {
      'a restart': upOf(always(1), meanwhile(10, 15, 1, 0)),
      'another cluster': {
        [labelled('up', { ...ofNode(1), job: 'vectors-cluster-2-peers', pod: 'vectors-cluster-2-1' })]: always(0),
        [labelled('up', { ...ofNode(1), namespace: 'other' })]: always(0),
        [inSameJob('up', 1)]: always(0),
      },
    },
  },
  {
    alert: 'QdrantNodeDown',
    what: 'a node answers for two minutes out of eight',
    fires: upOf(loop(10, 2, 6)),
    told: [
      {
        ...{ afterMinutes: 32, severity: 'warning', labels: { pod: 'vectors-cluster-0' } },
        summary: 'vectors-cluster-0 did not answer Prometheus for 17 of the last 30 minutes.',
      },
    ],
    nearest: { 'for six minutes out of eight': upOf(loop(10, 6, 2)) },
  },
  {
    alert: 'QdrantNodeDown',
    what: 'Prometheus is not let in, and all are ready',
    fires: { ...notLetIn(10), ...ALL_READY },
    told: [0, 1, 2].map((index) => ({
      ...{ afterMinutes: 26, severity: 'warning', labels: { pod: `vectors-cluster-${index}` } },
      summary: `vectors-cluster-${index} did not answer Prometheus for 17 of the last 30 minutes.`,
    })),
    nearest: {},
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
    what: 'a node is not known, others are scraped twice, and so is a cluster in the same job',
    fires: {
      ...upOf(always(1), always(1)),
      ...{ [node('up', 0, again)]: always(1), [node('up', 1, again)]: always(1), [inSameJob('up', 2)]: always(1) },
    },
    told: [{ afterMinutes: 15, severity: 'warning', summary: 'Prometheus knows 2 of 3 nodes.' }],
    nearest: {},
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
    fires: {
      ...upOf(always(1), from(10, 1, 0), from(12, 1, 0)),
      ...readyOf(always(1), from(10, 1, 0), from(12, 1, 0)),
    },
    told: [
      {
        afterMinutes: 17,
        severity: 'critical',
        summary: 'Too few of 3 nodes answer, or too seldom, for consensus, which takes 2.',
      },
    ],
    nearest: {
      'one of three': upOf(always(1), always(1), from(10, 1, 0)),
      'nothing is scraped, and two of three are ready': {
        [ready('vectors-cluster-0')]: always(1),
        [ready('vectors-cluster-1')]: always(1),
        [ready('vectors-cluster-2')]: always(0),
      },
      'two are not scraped, and all are ready': { ...upOf(always(1), from(10, 1, 0), from(10, 1, 0)), ...ALL_READY },
      'Prometheus is not let in, and all are ready': { ...notLetIn(10), ...ALL_READY },
      'two for a moment': upOf(always(1), meanwhile(10, 10, 1, 0), meanwhile(15, 10, 1, 0)),
    },
  },
  {
    alert: 'QdrantMajorityDown',
    what: 'nothing is scraped',
    fires: {},
    told: [
      {
        afterMinutes: 5,
        severity: 'critical',
        summary: 'Too few of 3 nodes answer, or too seldom, for consensus, which takes 2.',
      },
    ],
    nearest: {},
  },
  {
    alert: 'QdrantMajorityDown',
    what: 'all answer for three minutes out of eight',
    fires: upOf(loop(10, 3, 5), loop(10, 3, 5), loop(10, 3, 5)),
    told: [
      {
        afterMinutes: 26,
        severity: 'critical',
        summary: 'Too few of 3 nodes answer, or too seldom, for consensus, which takes 2.',
      },
    ],
    nearest: {
      'one of three does': upOf(loop(10, 3, 5), always(1), always(1)),
      'all do for thirteen out of fifteen': upOf(loop(10, 13, 2), loop(10, 13, 2), loop(10, 13, 2)),
    },
  },
  {
    alert: 'QdrantMajorityDown',
    what: 'two of three do not answer, and others in the same job do',
    fires: {
      ...upOf(always(1), from(10, 1, 0), from(10, 1, 0)),
      ...{ [node('up', 0, again)]: always(1), [inSameJob('up', 1)]: always(1), [inSameJob('up', 2)]: always(1) },
    },
    told: [
      {
        afterMinutes: 15,
        severity: 'critical',
        summary: 'Too few of 3 nodes answer, or too seldom, for consensus, which takes 2.',
      },
    ],
    nearest: {},
  },
  {
    alert: 'QdrantNodeNotReady',
    what: 'a pod is not ready',
    fires: { [ready('vectors-cluster-0')]: from(10, 1, 0) },
    told: [
      {
        ...{ afterMinutes: 26, severity: 'warning', summary: 'vectors-cluster-0 was not ready for 17 of the last 30 minutes.' },
        labels: { pod: 'vectors-cluster-0' },
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
    alert: 'QdrantNodeNotReady',
    what: 'a pod is ready for two minutes out of eight',
    fires: { [ready('vectors-cluster-0')]: loop(10, 2, 6) },
    told: [
      {
        ...{ afterMinutes: 32, severity: 'warning', summary: 'vectors-cluster-0 was not ready for 17 of the last 30 minutes.' },
        labels: { pod: 'vectors-cluster-0' },
      },
    ],
    nearest: {},
  },
  {
    alert: 'QdrantNodeRestarts',
    what: 'a server ends every ten minutes',
    fires: { [restarts(1)]: counting(10, 0, 0.1).map(([value]) => [Math.floor(value!), 1]) },
    told: [
      {
        ...{ afterMinutes: 51, severity: 'warning', labels: { pod: 'vectors-cluster-1' } },
        summary: 'The server of vectors-cluster-1 has ended 4 times within an hour.',
      },
    ],
    nearest: {
      'three times in all': { [restarts(1)]: counting(10, 0, 0.1, 40).map(([value]) => [Math.floor(value!), 1]) },
      'another container': { [restarts(1, 'guard')]: counting(10, 0, 1) },
      'pods that are made anew': {
        [restarts(1)]: [
          [0, 10],
          [undefined, 10],
          [0, END - 20],
        ],
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
    nearest: {
      'a restart': { [node('collection_dead_replicas', 0)]: meanwhile(10, 15, 0, 5) },
      'another cluster': { [inSameJob('collection_dead_replicas', 0)]: always(1) },
    },
  },
  {
    alert: 'QdrantShardUnavailable',
    what: 'a node is gone, and there is one replica of a shard, which stays active in the eyes of all',
    fires: {
      ...{ ...upOf(always(1), always(1), from(30, 1, 0)), ...readyOf(always(1), always(1), from(31, 1, 0)) },
      ...replicasOf(always(1), always(0)),
    },
    told: [{ afterMinutes: 46, severity: 'critical', summary: NO_REPLICA }],
    nearest: {
      'Prometheus is not let in, and all are ready': { ...notLetIn(30), ...ALL_READY },
      'its scrape fails, and it is ready': {
        ...{ ...upOf(always(1), always(1), from(30, 1, 0)), ...replicasOf(always(1), always(0)), ...ALL_READY },
      },
      'it restarts': { ...upOf(always(1), always(1), meanwhile(30, 15, 1, 0)), ...replicasOf(always(1), always(0)) },
      'there are two, and those of the node are deactivated': {
        ...upOf(always(1), always(1), from(30, 1, 0)),
        ...replicasOf(from(32, 2, 1), from(32, 0, 3)),
      },
      'there are two, and others know that before its scrape fails': {
        ...upOf(always(1), always(1), from(61, 1, 0)),
        ...replicasOf(from(60, 2, 1), from(60, 0, 3)),
      },
      'there are two, and others know that before Kubernetes does': {
        ...{ ...upOf(always(1), always(1), from(60, 1, 0)), ...readyOf(always(1), always(1), from(66, 1, 0)) },
        ...replicasOf(from(60, 2, 1), from(60, 0, 3)),
      },
      'there are two, and it was back for a moment, before its own were active again': {
        ...upOf(always(1), always(1), [
          [1, 61],
          [0, 9],
          [1, 6],
          [0, END - 76],
        ]),
        ...replicasOf(from(61, 2, 1), from(61, 0, 3)),
      },
      'there is no collection': {
        ...upOf(always(1), always(1), from(30, 1, 0)),
        ...replicasOf(always(0), always(0)),
      },
    },
  },
  {
    alert: 'QdrantShardUnavailable',
    what: 'one of two replicas was inactive, and the node of the other one is gone',
    fires: { ...upOf(always(1), always(1), from(30, 1, 0)), ...replicasOf(from(10, 2, 1), from(10, 0, 1)) },
    told: [{ afterMinutes: 45, severity: 'critical', summary: NO_REPLICA }],
    nearest: {
      'all answer': { ...upOf(always(1), always(1), always(1)), ...replicasOf(from(10, 2, 1), from(10, 0, 1)) },
    },
  },
  {
    alert: 'QdrantShardUnavailable',
    what: 'no replica is active, as some of the nodes know',
    fires: {
      ...upOf(always(1), always(1), always(1)),
      ...replicasOf(from(10, 2, 0), from(10, 0, 1)),
      [node('collection_active_replicas_min', 2)]: always(1),
      // It has started in recovery mode, and knows of no shard.
      [node('collection_active_replicas_min', 1)]: always(0),
      [node('collection_dead_replicas', 1)]: always(0),
    },
    told: [{ afterMinutes: 35, severity: 'critical', summary: NO_REPLICA }],
    nearest: {},
  },
];
