import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { TerraformVariable } from 'cdktf';
import { kubernetes, QdrantVersion } from '../../lib';
import {
  dashboardMapOf,
  dashboardOf,
  drawn,
  groupsOf,
  metricsIn,
  Rule,
  rulesOf,
  synthMonitored,
} from '../support/kubernetes/monitoring';
import { objectOf } from '../support/kubernetes/objects';
import { minimal, synthCluster, synthKubernetes } from '../support/kubernetes/synth';
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

/** What the others expose, as their sources name it. */
const ELSEWHERE = [
  ...['up', 'kube_pod_status_ready', 'container_memory_working_set_bytes'],
  ...['kubelet_volume_stats_available_bytes', 'kubelet_volume_stats_capacity_bytes'],
  ...['certmanager_certificate_expiration_timestamp_seconds', 'certmanager_certificate_renewal_timestamp_seconds'],
];

const named = (rules: Rule[]) => [...new Set(rules.map(({ alert }) => alert))];
const rule = (rules: Rule[], name: string, severity?: string) =>
  rules.find(({ alert, labels }) => alert === name && (severity ?? labels.severity) === labels.severity)!;

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
    const of = (version: QdrantVersion) => rule(rulesOf(synthMonitored({}, { version })), 'QdrantDeniedRequests').expr;
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
      'job="vectors-cluster-peers",namespace="search"',
      'namespace="search",pod=~"vectors-cluster-[0-9]+"',
      'namespace="search",persistentvolumeclaim=~"(storage|snapshots)-vectors-cluster-[0-9]+"',
      'exported_namespace="search",name=~"vectors-cluster-(tls|ca|client-.+)"',
      'namespace="search",exported_namespace="",name=~"vectors-cluster-(tls|ca|client-.+)"',
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
    expect(rule(rulesOf(stack), 'QdrantNodeDown').expr).toBe(`up{job="${services[0]}",namespace="search"} == 0`);
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
      const [missing, majority] = ['QdrantNodeMissing', 'QdrantMajorityDown'].map((name) => rule(rules, name));
      return [missing.expr.split(' < ')[1], majority.expr.split(' < ')[1], majority.for];
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

describe('options of the monitoring', () => {
  test('thresholds', () => {
    const thresholds = {
      ...{ memoryWarningPercent: 60, memoryCriticalPercent: 70, volumeWarningPercent: 61, volumeCriticalPercent: 71 },
      ...{ processWarningPercent: 62, processCriticalPercent: 72, deniedRequestsPerMinute: 5, electionsPerQuarterHour: 3 },
    };
    const limits = (props: kubernetes.MonitoringProps) =>
      Object.fromEntries(
        rulesOf(synthMonitored(props)).map(({ alert, labels, expr }) => [
          `${alert} ${labels.severity}`,
          Number(/ > (\d+)$/.exec(expr)?.[1]),
        ]),
      );
    expect(limits({})).toMatchObject({
      ...{ 'QdrantMemory warning': 75, 'QdrantMemory critical': 85, 'QdrantVolume warning': 75, 'QdrantVolume critical': 85 },
      ...{ 'QdrantOpenFiles warning': 75, 'QdrantMemoryMappings critical': 85 },
      ...{ 'QdrantDeniedRequests warning': 60, 'QdrantElections warning': 10 },
    });
    expect(limits({ thresholds })).toMatchObject({
      ...{ 'QdrantMemory warning': 60, 'QdrantMemory critical': 70, 'QdrantVolume warning': 61, 'QdrantVolume critical': 71 },
      ...{ 'QdrantOpenFiles warning': 62, 'QdrantOpenFiles critical': 72 },
      ...{ 'QdrantMemoryMappings warning': 62, 'QdrantMemoryMappings critical': 72 },
      ...{ 'QdrantDeniedRequests warning': 5, 'QdrantElections warning': 3 },
    });
    const drawnAt = (title: string) =>
      dashboardOf(synthMonitored({ thresholds }))
        .panels.find((panel: any) => panel.title === title)
        .fieldConfig.defaults.thresholds.steps.map(({ value }: any) => value);
    expect(drawnAt('Memory of its limit')).toEqual([null, 60, 70]);
    expect(drawnAt('Space of its volume')).toEqual([null, 61, 71]);
  });

  test('labels of the rule, of alerts and of severities', () => {
    const stack = synthMonitored({
      labels: { release: 'prometheus' },
      alertLabels: { team: 'search' },
      severityLabels: { critical: { severity: 'page', escalation: 'now' } },
    });
    const { labels } = objectOf(stack.objects, 'PrometheusRule').metadata;
    expect(labels).toMatchObject({ release: 'prometheus', 'app.kubernetes.io/instance': 'vectors-cluster' });
    const rules = rulesOf(stack);
    expect(rule(rules, 'QdrantNodeDown').labels).toMatchObject({ team: 'search', severity: 'warning' });
    expect(rule(rules, 'QdrantMajorityDown').labels).toMatchObject({ team: 'search', severity: 'page', escalation: 'now' });
  });

  test('sources: what Prometheus does not scrape is not asked for', () => {
    const gone = (metricsSources: kubernetes.MetricsSource[], ofCluster = {}) => {
      const stack = synthMonitored({ metricsSources }, ofCluster);
      const asked = metricsIn([...rulesOf(stack).map(({ expr }) => expr), ...drawn(dashboardOf(stack))]);
      return ELSEWHERE.filter((name) => !asked.includes(name));
    };
    const all = Object.values(kubernetes.MetricsSource);
    const without = (source: kubernetes.MetricsSource) => gone(all.filter((one) => one !== source));
    expect(without(kubernetes.MetricsSource.KUBE_STATE_METRICS)).toEqual(['kube_pod_status_ready']);
    expect(without(kubernetes.MetricsSource.CADVISOR).every((name) => name.startsWith('container_'))).toBe(true);
    expect(without(kubernetes.MetricsSource.KUBELET).every((name) => name.startsWith('kubelet_'))).toBe(true);
    expect(without(kubernetes.MetricsSource.CERT_MANAGER).every((name) => name.startsWith('certmanager_'))).toBe(true);
    expect(gone([])).toEqual(ELSEWHERE.filter((name) => name !== 'up'));
    // Where the certificate is brought, cert-manager knows nothing of it.
    const brought = { tls: kubernetes.Tls.fromSecret('vectors-tls') };
    expect(gone(all, brought).every((name) => name.startsWith('certmanager_'))).toBe(true);
    expect(gone(all, brought)).toHaveLength(2);
  });

  test('sources: each that is scraped is missed where it exposes nothing', () => {
    const missed = rulesOf(synthMonitored()).filter(({ alert }) => alert === 'QdrantNotWatched');
    expect(missed.map(({ labels }) => labels.source)).toEqual([
      ...['qdrant', 'kube-state-metrics', 'cadvisor', 'kubelet', 'cert-manager'],
    ]);
    missed.forEach(({ expr }) => expect(expr).toMatch(/^absent\(.*\)$/));
  });

  test('memory without the pages of files', () => {
    const { expr } = rule(rulesOf(synthMonitored({ memoryMeasure: kubernetes.MemoryMeasure.RSS })), 'QdrantMemory');
    expect(metricsIn([expr])).toEqual(['container_memory_rss']);
  });

  test('the job, and the labels of all series', () => {
    const stack = synthMonitored({ job: 'qdrant', metricLabels: { cluster: 'pro"duction' } });
    const expressions = [...rulesOf(stack).map(({ expr }) => expr), ...drawn(dashboardOf(stack))];
    const selectors = expressions.flatMap((expr) => [...expr.matchAll(/\{([^}]*)\}/g)].map(([, matchers]) => matchers));
    expect(selectors.filter((one) => !one.includes('cluster="pro\\"duction"'))).toEqual([]);
    expect(rule(rulesOf(stack), 'QdrantNodeDown').expr).toMatch(/^up\{job="qdrant",/);
  });

  test('what labels are called', () => {
    const metricLabelNames = {
      ...{ namespace: 'kubernetes_namespace', pod: 'pod_name' },
      ...{ container: 'container_name', persistentVolumeClaim: 'claim' },
    };
    const rules = rulesOf(synthMonitored({ metricLabelNames }));
    const memory = rule(rules, 'QdrantMemory');
    expect(memory.expr).toContain(
      'max by (kubernetes_namespace, pod_name) (container_memory_working_set_bytes{kubernetes_namespace="search",pod_name=~"vectors-cluster-[0-9]+",container_name="qdrant"})',
    );
    expect(memory.annotations.summary).toContain('{{ $labels.pod_name }}');
    expect(rule(rules, 'QdrantVolume').expr).toContain('claim=~"(storage|snapshots)-vectors-cluster-[0-9]+"');
    expect(rule(rules, 'QdrantShardUnavailable').expr).toContain('on (pod_name)');
  });

  test('a runbook of your own', () => {
    const rules = rulesOf(synthMonitored({ runbookUrl: 'https://wiki.example.com/qdrant' }));
    expect(rule(rules, 'QdrantNodeDown').annotations.runbook_url).toBe('https://wiki.example.com/qdrant#qdrantnodedown');
  });

  test('namespaces, in which another cluster of this name may be watched too', () => {
    const stack = synthMonitored({ namespace: 'monitoring', dashboardNamespace: 'grafana' });
    expect(objectOf(stack.objects, 'PrometheusRule').metadata).toMatchObject({
      ...{ name: 'search-vectors-cluster-alerts', namespace: 'monitoring' },
    });
    expect(dashboardMapOf(stack).metadata).toMatchObject({
      ...{ name: 'search-vectors-cluster-dashboard', namespace: 'grafana' },
    });
    // The alerts are of where the cluster is.
    expect(rule(rulesOf(stack), 'QdrantNodeDown').expr).toContain('namespace="search"');
  });

  test('a dashboard that Grafana’s sidecar finds, or none', () => {
    expect(dashboardMapOf(synthMonitored()).metadata.labels).toMatchObject({ grafana_dashboard: '1' });
    const other = dashboardMapOf(
      synthMonitored({ dashboardLabels: { dashboards: 'yes' }, dashboardAnnotations: { grafana_folder: 'Qdrant' } }),
    ).metadata;
    expect(other.labels).toMatchObject({ dashboards: 'yes' });
    expect(other.labels).not.toHaveProperty('grafana_dashboard');
    expect(other.annotations).toEqual({ grafana_folder: 'Qdrant' });
    expect(() => dashboardMapOf(synthMonitored({ dashboard: false }))).toThrow('0 objects');
  });

  test('once for a cluster', () => {
    expect(() =>
      synthCluster({}, (cluster) => {
        cluster.addMonitoring();
        cluster.addMonitoring();
      }),
    ).toThrow(/addMonitoring a second time.*Instead: all options in one call/);
  });

  const wrong: Array<[string, any, RegExp]> = [
    ['a threshold', { thresholds: { memoryWarningPercent: 90 } }, /memoryWarningPercent is 90, and memoryCriticalPercent 85/],
    ['a percentage', { thresholds: { volumeCriticalPercent: 100 } }, /volumeCriticalPercent is 100/],
    ['a count', { thresholds: { deniedRequestsPerMinute: 0 } }, /deniedRequestsPerMinute is 0/],
    ['a source', { metricsSources: ['kubelets'] }, /metricsSources is "kubelets".*MetricsSource.KUBELET/],
    ['no source', { metricsSources: [undefined] }, /metricsSources is "undefined"/],
    ['a measure', { memoryMeasure: 'rss' }, /memoryMeasure is "rss".*MemoryMeasure.RSS/],
    ['the name of a label', { alertLabels: { 'the-team': 'search' } }, /alertLabels is "the-team"/],
    ['the value of a label', { metricLabels: { cluster: 5 } }, /metricLabels.cluster is 5/],
    ['the name of a name', { metricLabelNames: { pod: 'pod-name' } }, /metricLabelNames.pod is "pod-name"/],
    ['a severity', { severityLabels: { info: {} } }, /severityLabels.info is no option/],
    ['a runbook', { runbookUrl: 'wiki' }, /runbookUrl is "wiki"/],
    ['a namespace', { namespace: 'Monitoring' }, /namespace is "Monitoring"/],
    ['an annotation', { dashboardAnnotations: { 'a b': 'c' } }, /dashboardAnnotations has the annotation "a b: c"/],
    ['an option', { dashbord: false }, /dashbord is no option.*Instead: dashboard/],
  ];
  test.each(wrong)('are refused: %s', (_what, props, message) => {
    expect(() => synthMonitored(props)).toThrow(message);
  });
});

describe('what only Terraform knows, or would take for its own', () => {
  test('a namespace is part of expressions, names and the dashboard', () => {
    const { json, objects } = synthKubernetes((stack) => {
      const namespace = new NamespaceV1(stack, 'Namespace', { metadata: { name: 'vectors' } });
      const cluster = new kubernetes.QdrantCluster(stack, 'Cluster', { ...minimal, namespace: namespace.metadata.name });
      cluster.addMonitoring({ dashboardNamespace: 'grafana' });
    });
    const stack = { json, objects } as any;
    expect(rule(rulesOf(stack), 'QdrantNodeDown').expr).toContain('namespace="vectors"');
    expect(drawn(dashboardOf(stack))[0]).toContain('namespace="vectors"');
    expect(Object.keys(dashboardMapOf(stack).data)).toEqual([expect.stringMatching(/^qdrant-vectors-.*\.json$/)]);
  });

  test('thresholds may be variables', () => {
    const { json } = synthCluster({}, (cluster, stack) => {
      const variable = new TerraformVariable(stack, 'percent', { type: 'number' });
      cluster.addMonitoring({ thresholds: { memoryWarningPercent: variable.numberValue } });
    });
    const manifest = Object.values<any>(json.resource.kubernetes_manifest).find(
      (one) => one.manifest.kind === 'PrometheusRule',
    );
    const memory = rule(
      manifest.manifest.spec.groups.flatMap(({ rules }: any) => rules),
      'QdrantMemory',
    );
    expect(memory.expr).toMatch(/ > \$\{var\.percent\}$/);
  });

  test('the limit of the memory: Prometheus is asked for it then', () => {
    const memoryOf = (stack: any) => rule(rulesOf(stack), 'QdrantMemory').expr;
    expect(memoryOf(synthMonitored({}, { resources: { memory: '16Gi' } }))).toMatch(/\) \/ 17179869184 \* 100 > 75$/);
    const { json } = synthCluster({}, (_, stack) => {
      const memory = new TerraformVariable(stack, 'memory', { type: 'string' }).stringValue;
      const options = { ...minimal, clusterName: 'other', resources: { memory } };
      new kubernetes.QdrantCluster(stack, 'Other', options).addMonitoring({ dashboard: false });
    });
    const { manifest } = Object.values<any>(json.resource.kubernetes_manifest).find(
      (one) => one.manifest.kind === 'PrometheusRule',
    );
    const { expr } = rule(
      manifest.spec.groups.flatMap(({ rules }: any) => rules),
      'QdrantMemory',
    );
    expect(metricsIn([expr])).toEqual(['container_memory_working_set_bytes', 'kube_pod_container_resource_limits']);
  });

  test('texts stay as they were written', () => {
    const stack = synthMonitored({
      alertLabels: { note: '${a} %{b}' },
      metricLabels: { cluster: '${c}' },
      dashboardAnnotations: { note: '${d}' },
    });
    const down = rule(rulesOf(stack), 'QdrantNodeDown');
    expect(down.labels.note).toBe('${a} %{b}');
    expect(down.expr).toContain('cluster="${c}"');
    expect(dashboardMapOf(stack).metadata.annotations.note).toBe('${d}');
    expect(drawn(dashboardOf(stack))[0]).toContain('cluster="${c}"');
  });

  test('Grafana chooses the source of its data, and not Terraform', () => {
    const stack = synthMonitored();
    const [map] = Object.values<any>(stack.json.resource.kubernetes_config_map_v1).filter(({ metadata }) =>
      metadata.name.endsWith('-dashboard'),
    );
    expect(Object.values<string>(map.data)[0]).not.toContain('${');
    expect(dashboardOf(stack).panels[0].datasource.uid).toBe('${datasource}');
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
