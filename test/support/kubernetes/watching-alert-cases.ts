import {
  always,
  from,
  node,
  ready,
  restarts,
  memory,
  volume,
  certificate,
  keptCertificate,
  END,
  AlertCase,
} from './alert-series';

/** One that ends after 150 minutes. */
const certificateEnds = (name: string) => (minute: number) =>
  `The certificate ${name} ends in ${150 - minute}m 0s, and should have been renewed.`;

/** Of certificates, and of what nobody watches. */
export const WATCHING_CASES: AlertCase[] = [
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
      'it was not issued yet': {
        [certificate('expiration', 'vectors-cluster-tls')]: always(0),
        [certificate('renewal', 'vectors-cluster-tls')]: always(0),
      },
      'those of a cluster whose name begins as that of a client': {
        [certificate('expiration', 'vectors-cluster-client-a-tls')]: always(9000),
        [certificate('renewal', 'vectors-cluster-client-a-tls')]: always(3000),
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
      ['kube-state-metrics', 'whether nodes are ready', {}] as const,
      ['cadvisor', 'memory', {}] as const,
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
        [restarts(0)]: always(0),
        [memory('container_memory_working_set_bytes', 0)]: always(1),
        [volume('available', 'storage-vectors-cluster-0')]: always(1),
        [volume('capacity', 'storage-vectors-cluster-0')]: always(1),
        [certificate('expiration', 'vectors-cluster-tls')]: always(2),
        [certificate('renewal', 'vectors-cluster-tls')]: always(1),
      },
    },
  },
  {
    alert: 'QdrantNotWatched',
    what: 'nobody says when certificates are renewed, how large volumes are, and how often servers end',
    fires: {
      [node('app_info', 0)]: always(1),
      [ready('vectors-cluster-0')]: always(1),
      [memory('container_memory_working_set_bytes', 0)]: always(1),
      [volume('available', 'storage-vectors-cluster-0')]: always(1),
      [certificate('expiration', 'vectors-cluster-tls')]: always(1),
    },
    told: [
      ['kube-state-metrics', 'whether nodes are ready'] as const,
      ['kubelet', 'the space on volumes'] as const,
      ['cert-manager', 'the end of certificates'] as const,
    ].map(([source, watches]) => ({
      ...{ afterMinutes: 60, severity: 'warning', labels: { source } },
      summary: `Nobody watches ${watches}: Prometheus has no such series of ${source}.`,
    })),
    nearest: {},
  },
];
