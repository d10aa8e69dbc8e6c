import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubernetes, QdrantVersion } from '../../lib';
import {
  dashboardOf,
  drawn,
  ELSEWHERE,
  groupsOf,
  metricsIn,
  Rule,
  ruleOf,
  rulesOf,
  synthMonitored,
} from '../support/kubernetes/monitoring';
import { objectOf } from '../support/kubernetes/objects';
import { synthCluster } from '../support/kubernetes/synth';
import { ROOT } from '../support/programs';

/** What /metrics has of 1.16.0, as its source names it; and what later releases added, read in theirs. */
const EXPOSED = [
  ...['app_info', 'app_status_recovery_mode', 'collections_total', 'collections_vector_total', 'collection_vectors'],
  ...['collection_indexed_only_excluded_points', 'collection_active_replicas_min', 'collection_active_replicas_max'],
  ...['collection_running_optimizations', 'collection_points', 'collection_dead_replicas', 'snapshot_creation_running'],
  ...['snapshot_recovery_running', 'snapshot_created_total', 'cluster_enabled', 'cluster_peers_total', 'cluster_term'],
  ...['cluster_commit', 'cluster_pending_operations_total', 'cluster_voter', 'memory_active_bytes', 'memory_allocated_bytes'],
  ...['memory_metadata_bytes', 'memory_resident_bytes', 'memory_retained_bytes', 'process_threads', 'process_open_mmaps'],
  ...['system_max_mmaps', 'process_open_fds', 'process_max_fds', 'process_minor_page_faults_total'],
  ...['process_major_page_faults_total', 'rest_responses_total', 'grpc_responses_total'],
  ...['rest_responses_duration_seconds_bucket', 'grpc_responses_duration_seconds_bucket'],
];
const ADDED: Array<[since: string, names: string[]]> = [
  [
    '1.16.3',
    [
      ...['cluster_last_update_timestamp_seconds', 'cluster_working_state'],
      ...['collection_shard_transfer_incoming', 'collection_shard_transfer_outgoing'],
    ],
  ],
  ['1.17.0', ['collection_update_queue_length']],
  ['1.17.1', ['collection_update_queue_deferred_points']],
  ['1.18.0', ['audit_log_dir_size_bytes']],
  ['1.19.0', ['quota_exceeded']],
];

const named = (rules: Rule[]) => [...new Set(rules.map(({ alert }) => alert))];

describe('alerts and dashboard', () => {
  test.each(['1.16.0', '1.16.3', '1.17.0', '1.18.3', '1.19.0', '1.20.0'])(
    'of %s ask for what that server exposes, and for nothing else',
    (version) => {
      const of = QdrantVersion.of(version);
      const exposed = [...EXPOSED, ...ADDED.filter(([since]) => of.isAtLeast(since)).flatMap(([, names]) => names)];
      const stack = synthMonitored({}, { version: of });
      const asked = metricsIn([...rulesOf(stack).map(({ expr }) => expr), ...drawn(dashboardOf(stack))]);
      expect(asked.filter((name) => ![...exposed, ...ELSEWHERE].includes(name))).toEqual([]);
      // Each of the others is asked for.
      expect(asked).toEqual(expect.arrayContaining(ELSEWHERE));
    },
  );

  test('of a newer server are more', () => {
    const of = (version: QdrantVersion) => named(rulesOf(synthMonitored({}, { version })));
    const [oldest, later, newest] = [of(QdrantVersion.V1_16_0), of(QdrantVersion.V1_16_3), of(QdrantVersion.V1_19_0)];
    expect(newest.filter((name) => !oldest.includes(name))).toEqual(['QdrantConsensusStopped', 'QdrantQuotaExceeded']);
    expect(later.filter((name) => !oldest.includes(name))).toEqual(['QdrantConsensusStopped']);
  });

  test('count what gRPC denies from the release on that tells it', () => {
    const of = (version: QdrantVersion) => ruleOf(rulesOf(synthMonitored({}, { version })), 'QdrantDeniedRequests').expr;
    expect(of(QdrantVersion.V1_16_3)).not.toContain('grpc_responses_total');
    expect(of(QdrantVersion.V1_17_0)).toMatch(/grpc_responses_total\{.*status=~"7\|16"\}/);
  });

  test('ask for the prefix that the metrics of the server have', () => {
    const additional = { 'service.metrics_prefix': 'vectors_' };
    const stack = synthMonitored({}, { settings: { additional } });
    const asked = metricsIn([...rulesOf(stack).map(({ expr }) => expr), ...drawn(dashboardOf(stack))]);
    expect(asked.filter((name) => !name.startsWith('vectors_')).sort()).toEqual([...ELSEWHERE].sort());
    expect(asked).toContain('vectors_cluster_term');
  });

  test('look at the nodes of this cluster only', () => {
    const all = [...rulesOf(synthMonitored()).map(({ expr }) => expr), ...drawn(dashboardOf(synthMonitored()))];
    const selectors = all.flatMap((expression) => [...expression.matchAll(/\{([^}]*)\}/g)].map(([, matchers]) => matchers));
    const ofCluster = [
      'job="vectors-cluster-peers",namespace="search",pod=~"vectors-cluster-[0-9]+"',
      'namespace="search",pod=~"vectors-cluster-[0-9]+"',
      'namespace="search",persistentvolumeclaim=~"(storage|snapshots)-vectors-cluster-[0-9]+"',
      'exported_namespace="search",name=~"vectors-cluster-tls|vectors-cluster-ca"',
      'namespace="search",exported_namespace="",name=~"vectors-cluster-tls|vectors-cluster-ca"',
    ];
    expect(selectors.filter((one) => !ofCluster.some((known) => one.startsWith(known)))).toEqual([]);
  });

  test('are those of the service by which the monitor of the cluster names its job', () => {
    const stack = synthCluster({}, (cluster) => {
      cluster.addServiceMonitor('Monitor', { scrapedBy: kubernetes.Peer.namespace('monitoring') });
      cluster.addMonitoring();
    });
    const { selector } = objectOf(stack.objects, 'ServiceMonitor').spec;
    const selects = ({ kind, metadata }: any) =>
      kind === 'Service' && Object.entries(selector.matchLabels).every(([name, value]) => metadata.labels[name] === value);
    const services = stack.objects.filter(selects).map(({ metadata }) => metadata.name);
    expect(services).toHaveLength(1);
    expect(ruleOf(rulesOf(stack), 'QdrantNodeDown').expr).toContain(`up{job="${services[0]}",namespace="search"`);
  });

  test('have each what happened, for how long, and where the guide says what to do', () => {
    const rules = rulesOf(synthMonitored());
    expect(rules.length).toBeGreaterThan(20);
    for (const { alert, for: lasts, labels, annotations } of rules) {
      expect(lasts).toMatch(/^\d+m$/);
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(labels).toMatchObject({ qdrant_cluster: 'vectors-cluster', namespace: 'search' });
      expect(annotations.summary).toMatch(/^Qdrant vectors-cluster: .*\.$/);
      expect(annotations.runbook_url).toMatch(new RegExp(`/docs/guides/monitoring\\.md#${alert.toLowerCase()}$`));
    }
  });

  test('wait for the nodes to be there, where an apply waits for them', () => {
    const after = (waitForRollout: boolean) => {
      const { json } = synthMonitored({}, { rollingUpdate: { waitForRollout } });
      const made = Object.values<any>(json.resource.kubernetes_manifest);
      return made.find(({ manifest }) => manifest.kind === 'PrometheusRule').depends_on;
    };
    expect(after(true)).toEqual([expect.stringMatching(/^kubernetes_job_v1\..*Rollout/)]);
    expect(after(false)).toBeUndefined();
  });

  test('are told apart by their names and labels', () => {
    const told = rulesOf(synthMonitored()).map(({ alert, labels }) => JSON.stringify([alert, labels]));
    expect(told).toEqual([...new Set(told)]);
  });

  test('come in groups that no other cluster has', () => {
    const names = groupsOf(synthMonitored()).map(({ name }) => name);
    expect(names).toEqual(
      ['nodes', 'replicas', 'consensus', 'resources', 'access', 'certificates', 'watching'].map(
        (group) => `vectors-cluster-${group}`,
      ),
    );
  });

  test('wait for as many nodes as there are', () => {
    const of = (nodeCount: number) => {
      const rules = rulesOf(synthMonitored({}, { nodeCount }));
      const [missing, majority] = ['QdrantNodeMissing', 'QdrantMajorityDown'].map((name) => ruleOf(rules, name));
      return [missing.expr.split(' < ')[1], / < (\d+) or /.exec(majority.expr)?.[1], majority.for];
    };
    expect(of(5)).toEqual(['5', '3', '5m']);
    expect(of(3)).toEqual(['3', '2', '5m']);
    // The restart of the only one is no fault.
    expect(of(1)).toEqual(['1', '1', '15m']);
  });
});

describe('the guide', () => {
  const page = readFileSync(join(ROOT, 'docs', 'guides', 'monitoring.md'), 'utf8');

  test('says of every alert what to do, and of no other', () => {
    const headings = [...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(headings.sort()).toEqual(named(rulesOf(synthMonitored())).sort());
  });

  test('names the severity of each, and how long it lasts before anybody is told', () => {
    const rows = [...page.matchAll(/^\| \[(\w+)\]\(#(\w+)\) \| ([^|]*) \| ([^|]*) \|/gm)].map(([, ...cells]) =>
      cells.join(' '),
    );
    const expected = named(rulesOf(synthMonitored())).map((name) => {
      const ofName = rulesOf(synthMonitored()).filter(({ alert }) => alert === name);
      const cells = [...new Set(ofName.map(({ for: lasts, labels }) => JSON.stringify([labels.severity, lasts])))].map(
        (cell) => JSON.parse(cell) as string[],
      );
      const column = (index: number) => [...new Set(cells.map((cell) => cell[index]))].join(', ');
      return [name, name.toLowerCase(), column(0), column(1)].join(' ');
    });
    expect(rows).toEqual(expected);
  });
});

describe('the dashboard', () => {
  test('is one that Grafana can tell from those of other clusters', () => {
    const uid = (props: kubernetes.MonitoringProps, ofCluster = {}) => dashboardOf(synthMonitored(props, ofCluster)).uid;
    const uids = [
      uid({}),
      uid({ metricLabels: { cluster: 'production' } }),
      uid({}, { namespace: 'other' }),
      uid({}, { clusterName: 'other' }),
    ];
    expect(new Set(uids).size).toBe(uids.length);
    uids.forEach((one) => expect(one).toMatch(/^[\w-]{1,40}$/));
  });

  test('has panels that do not overlap, each with something to draw', () => {
    const { panels } = dashboardOf(synthMonitored());
    expect(panels.length).toBeGreaterThan(10);
    const places = panels.map(({ gridPos: { x, y } }: any) => `${x},${y}`);
    expect(new Set(places).size).toBe(panels.length);
    expect(new Set(panels.map(({ id }: any) => id)).size).toBe(panels.length);
    panels.forEach(({ targets }: any) => expect(targets.length).toBeGreaterThan(0));
  });
});
