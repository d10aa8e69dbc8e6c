import { kubernetes } from '../../lib';
import {
  dashboardMapOf,
  dashboardOf,
  drawn,
  ELSEWHERE,
  metricsIn,
  monitor,
  ruleOf,
  rulesOf,
  synthMonitored,
} from '../support/kubernetes/monitoring';
import { objectOf } from '../support/kubernetes/objects';
import { minimal, synthCluster, synthKubernetes } from '../support/kubernetes/synth';

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
    expect(ruleOf(rules, 'QdrantNodeDown').labels).toMatchObject({ team: 'search', severity: 'warning' });
    expect(ruleOf(rules, 'QdrantMajorityDown').labels).toMatchObject({ team: 'search', severity: 'page', escalation: 'now' });
  });

  test('sources: what Prometheus does not scrape is not asked for', () => {
    const gone = (metricsSources: kubernetes.MetricsSource[], ofCluster = {}) => {
      const stack = synthMonitored({ metricsSources }, ofCluster);
      const asked = metricsIn([...rulesOf(stack).map(({ expr }) => expr), ...drawn(dashboardOf(stack))]);
      return ELSEWHERE.filter((name) => !asked.includes(name));
    };
    const all = Object.values(kubernetes.MetricsSource);
    const without = (source: kubernetes.MetricsSource) => gone(all.filter((one) => one !== source));
    expect(without(kubernetes.MetricsSource.KUBE_STATE_METRICS)).toEqual(ELSEWHERE.filter((name) => name.startsWith('kube_')));
    expect(without(kubernetes.MetricsSource.CADVISOR).every((name) => name.startsWith('container_'))).toBe(true);
    expect(without(kubernetes.MetricsSource.KUBELET).every((name) => name.startsWith('kubelet_'))).toBe(true);
    expect(without(kubernetes.MetricsSource.CERT_MANAGER).every((name) => name.startsWith('certmanager_'))).toBe(true);
    expect(gone([])).toEqual(ELSEWHERE.filter((name) => name !== 'up'));
    // Where the certificate is brought, cert-manager knows nothing of it.
    const brought = synthMonitored({}, { tls: kubernetes.Tls.fromSecret('vectors-tls') });
    expect(metricsIn(rulesOf(brought).map(({ expr }) => expr)).filter((name) => name.startsWith('certmanager_'))).toEqual([]);
  });

  test('sources: each that is scraped is missed where it exposes nothing', () => {
    const missed = rulesOf(synthMonitored()).filter(({ alert }) => alert === 'QdrantNotWatched');
    expect(missed.map(({ labels }) => labels.source)).toEqual([
      ...['qdrant', 'kube-state-metrics', 'cadvisor', 'kubelet', 'cert-manager'],
    ]);
    missed.forEach(({ expr }) => expect(expr).toMatch(/^absent\(.*\)$/));
  });

  test('memory without the pages of files', () => {
    const { expr } = ruleOf(rulesOf(synthMonitored({ memoryMeasure: kubernetes.MemoryMeasure.RSS })), 'QdrantMemory');
    expect(metricsIn([expr])).toEqual(['container_memory_rss']);
  });

  test('the job, and the labels of all series', () => {
    const stack = synthMonitored({ job: 'qdrant', metricLabels: { cluster: 'pro"duction' } });
    const expressions = [...rulesOf(stack).map(({ expr }) => expr), ...drawn(dashboardOf(stack))];
    const selectors = expressions.flatMap((expr) => [...expr.matchAll(/\{([^}]*)\}/g)].map(([, matchers]) => matchers));
    expect(selectors.filter((one) => !one.includes('cluster="pro\\"duction"'))).toEqual([]);
    expect(ruleOf(rulesOf(stack), 'QdrantNodeDown').expr).toMatch(/[(]up\{job="qdrant",/);
  });

  test('the labels of all series are those of alerts too: aggregated, these tell not whose they are', () => {
    const labelsOf = (props: kubernetes.MonitoringProps) => ruleOf(rulesOf(synthMonitored(props)), 'QdrantMajorityDown').labels;
    expect(labelsOf({ metricLabels: { cluster: 'production' } })).toMatchObject({ cluster: 'production', namespace: 'search' });
  });

  test.each([
    ['1x_', { additional: { 'service.metrics_prefix': '1x_' } }, /service.metrics_prefix is "1x_"/],
    ['my-app_', { unchecked: { 'service.metrics_prefix': 'my-app_' } }, /service.metrics_prefix is "my-app_"/],
  ])('no prefix that PromQL does not take: %s', (_, settings, message) => {
    expect(() => synthMonitored({}, { settings })).toThrow(message);
  });

  test('what labels are called', () => {
    const metricLabelNames = {
      ...{ namespace: 'kubernetes_namespace', pod: 'pod_name' },
      ...{ container: 'container_name', persistentVolumeClaim: 'claim' },
    };
    const rules = rulesOf(synthMonitored({ metricLabelNames }));
    const memory = ruleOf(rules, 'QdrantMemory');
    expect(memory.expr).toContain(
      'max by (kubernetes_namespace, pod_name) (container_memory_working_set_bytes{kubernetes_namespace="search",pod_name=~"vectors-cluster-[0-9]+",container_name="qdrant"})',
    );
    expect(memory.annotations.summary).toContain('{{ $labels.pod_name }}');
    expect(ruleOf(rules, 'QdrantVolume').expr).toContain('claim=~"(storage|snapshots)-vectors-cluster-[0-9]+"');
    expect(ruleOf(rules, 'QdrantShardUnavailable').expr).toContain('on (pod_name)');
    // Their own label of that name, or that of all, where all were renamed.
    const certificates = ruleOf(rules, 'QdrantCertificateEnds').expr;
    expect(certificates).toContain('{namespace="search",exported_namespace="",');
    expect(certificates).toContain('{kubernetes_namespace="search",namespace="",exported_namespace="",');
  });

  test('a runbook of your own', () => {
    const rules = rulesOf(synthMonitored({ runbookUrl: 'https://wiki.example.com/qdrant' }));
    expect(ruleOf(rules, 'QdrantNodeDown').annotations.runbook_url).toBe('https://wiki.example.com/qdrant#qdrantnodedown');
  });

  test('namespaces, in which another cluster of this name may be watched too', () => {
    const stack = synthMonitored({ namespace: 'monitoring', dashboardNamespace: 'grafana' });
    expect(objectOf(stack.objects, 'PrometheusRule').metadata).toMatchObject({
      ...{ name: 'search.vectors-cluster-alerts', namespace: 'monitoring' },
    });
    expect(dashboardMapOf(stack).metadata).toMatchObject({
      ...{ name: 'search.vectors-cluster-dashboard', namespace: 'grafana' },
    });
    // The alerts are of where the cluster is.
    expect(ruleOf(rulesOf(stack), 'QdrantNodeDown').expr).toContain('namespace="search"');
  });

  test('namespaces and clusters whose names, together, are the same', () => {
    const { objects } = synthKubernetes((stack) => {
      for (const [namespace, clusterName] of [
        ['search', 'prod-vectors'],
        ['search-prod', 'vectors'],
      ]) {
        const cluster = new kubernetes.QdrantCluster(stack, namespace, { ...minimal, namespace, clusterName });
        monitor(cluster, { namespace: 'monitoring', dashboardNamespace: 'grafana' });
      }
    });
    const ofAll = objects.filter(({ metadata }) => ['monitoring', 'grafana'].includes(metadata.namespace));
    const names = ofAll.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
    expect(names).toHaveLength(4);
    const files = ofAll.flatMap(({ data }) => Object.keys(data ?? {}));
    expect(files).toEqual([...new Set(files)]);
    expect(files).toHaveLength(2);
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

  test('severities that differ in what one of them has', () => {
    const severityLabels = { warning: {}, critical: { page: 'yes' } };
    const rules = rulesOf(synthMonitored({ severityLabels, metricLabels: { severity: 'x' } }));
    expect(ruleOf(rules, 'QdrantMemory', 'x').labels).not.toHaveProperty('page');
    expect(rules.filter(({ labels }) => labels.page === 'yes').length).toBeGreaterThan(5);
    // What is renamed tells nothing apart.
    expect(() => synthMonitored({ metricLabelNames: { pod: 'pod_name' }, alertLabels: { pod: 'x' } })).not.toThrow();
  });

  const told = (option: string, name: string) => new RegExp(`${option} is "${name}", .*Instead: for example "team"`);
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
    ['a reserved label', { alertLabels: { __name__: 'x' } }, /alertLabels is "__name__"/],
    ['a label of each alert', { alertLabels: { namespace: 'x' } }, /alertLabels is "namespace"/],
    [
      'a label of each alert, as a severity',
      { severityLabels: { warning: { source: 'x' } } },
      /severityLabels.warning is "source"/,
    ],
    // Several nodes, claims or certificates would be one alert, which Prometheus does not take; or no series have it.
    ...['pod', 'container', 'persistentvolumeclaim', 'name', 'job', 'resource', 'instance', 'endpoint'].flatMap(
      (name): typeof wrong => [
        [`a label that tells what alerts are of: ${name}`, { alertLabels: { [name]: 'x' } }, told('alertLabels', name)],
        [`a label that differs by series: ${name}`, { metricLabels: { [name]: 'x' } }, told('metricLabels', name)],
      ],
    ),
    [
      'a label that tells what alerts are of, as a severity',
      { severityLabels: { critical: { severity: 'page', pod: 'x' } } },
      told('severityLabels.critical', 'pod'),
    ],
    [
      'a label that tells what alerts are of, as it is called',
      { metricLabelNames: { pod: 'pod_name' }, alertLabels: { pod_name: 'x' } },
      told('alertLabels', 'pod_name'),
    ],
    [
      'severities that are one',
      { severityLabels: { warning: { severity: 'page' }, critical: { severity: 'page' } } },
      /severityLabels are the same for warnings and for critical alerts.*Instead: critical: \{ severity: 'page' \}/,
    ],
    ['no severities', { severityLabels: { warning: {}, critical: { severity: '' } } }, /severityLabels are the same/],
    ['the default as the other', { severityLabels: { critical: { severity: 'warning' } } }, /severityLabels are the same/],
    [
      'a label of series that alerts have twice',
      { metricLabels: { cluster: 'a' }, alertLabels: { cluster: 'b' } },
      /"cluster" is in alertLabels, and in metricLabels/,
    ],
    [
      'a label of series, as a severity',
      { metricLabels: { cluster: 'a' }, severityLabels: { critical: { severity: 'page', cluster: 'b' } } },
      /"cluster" is in severityLabels, and in metricLabels/,
    ],
    [
      'a label of alerts, as a severity',
      { alertLabels: { team: 'a' }, severityLabels: { warning: { team: 'b' } } },
      /"team" is in severityLabels, and in alertLabels/,
    ],
    ['the severity as a label', { alertLabels: { severity: 'x' } }, /"severity" is in severityLabels, and in alertLabels/],
    [
      'two labels of one name',
      { metricLabelNames: { pod: 'instance_name', container: 'instance_name' } },
      /metricLabelNames.container is "instance_name", as that of pod is/,
    ],
    [
      'the name that another label has unless it is renamed',
      { metricLabelNames: { namespace: 'pod' } },
      /metricLabelNames.pod is "pod", as that of namespace is/,
    ],
    ['the name of the job', { metricLabelNames: { pod: 'job' } }, /metricLabelNames.pod is "job"/],
    [
      'a label of each alert as the name of pods',
      { metricLabelNames: { namespace: 'kubernetes_namespace', pod: 'namespace' } },
      /metricLabelNames.pod is "namespace"/,
    ],
    ['the name of a metric', { metricLabels: { __name__: 'x' } }, /metricLabels is "__name__"/],
    ['a template', { alertLabels: { team: 'a {{ b' } }, /alertLabels.team is "a {{ b"/],
    ['a template of metrics', { metricLabels: { cluster: '{{b}}' } }, /metricLabels.cluster is "{{b}}"/],
    ['a template as a runbook', { runbookUrl: 'https://example.com/{{x' }, /runbookUrl is/],
    [
      'a source that knows nothing',
      { metricsSources: [kubernetes.MetricsSource.CERT_MANAGER] },
      /metricsSources has CERT_MANAGER/,
    ],
    ['an option', { dashbord: false }, /dashbord is no option.*Instead: dashboard/],
  ];
  test.each(wrong)('are refused: %s', (_what, props, message) => {
    // Whose certificates are brought.
    const ofCluster = /CERT_MANAGER/.test(message.source) ? { tls: kubernetes.Tls.fromSecret('vectors-tls') } : {};
    expect(() => synthMonitored(props, ofCluster)).toThrow(message);
  });
});

describe('a cluster that is watched is scraped', () => {
  const scrapedBy = kubernetes.Peer.namespace('monitoring');
  const every = (intervalSeconds: number) => (cluster: kubernetes.QdrantCluster) => {
    cluster.addMonitoring();
    cluster.addServiceMonitor('Slow', { scrapedBy, intervalSeconds });
  };

  test('by a monitor of its own, or in a job', () => {
    const message = /AlertsAndDashboard: .*nothing that scrapes.*Instead: cluster.addServiceMonitor/;
    expect(() => synthCluster({}, (cluster) => void cluster.addMonitoring())).toThrow(message);
    expect(() => synthCluster({}, (cluster) => void cluster.addMonitoring({ job: 'qdrant' }))).not.toThrow();
    // Also where it is added later.
    expect(() => synthCluster({}, every(30))).not.toThrow();
  });

  test('so often that alerts see it', () => {
    expect(() => synthCluster({}, every(120))).not.toThrow();
    expect(() => synthCluster({}, every(121))).toThrow(/intervalSeconds is 121.*Allowed: .*Instead: intervalSeconds: 120/);
    const both = (cluster: kubernetes.QdrantCluster) => {
      every(3600)(cluster);
      cluster.addServiceMonitor('Quick', { scrapedBy });
    };
    expect(() => synthCluster({}, both)).not.toThrow();
  });
});
