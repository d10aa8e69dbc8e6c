import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetes, QdrantVersion } from '../../lib';
import { ALERT_CASES } from '../support/kubernetes/alert-cases';
import { AlertCase, MEMORY, plannedRestart, resized, Series, Told, valuesOf } from '../support/kubernetes/alert-series';
import { drawn, dashboardOf, groupsOf, monitor, rulesOf, synthMonitored } from '../support/kubernetes/monitoring';
import { synthCluster } from '../support/kubernetes/synth';
import { describeWith, run } from '../support/programs';

const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RUNBOOK = 'https://example.com/runbook';

/** Writes the rules of a cluster where promtool finds them. */
function write(name: string, content: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** Has promtool evaluate the alerts, each minute, and says what it found to differ from what is expected; nothing if all is as expected. */
function differences(given: Series, expected: object, rules = 'rules.yaml'): string {
  const inputs = Object.entries(given).map(([series, values]) => ({ series, values: valuesOf(values) }));
  const tests = [{ interval: '1m', input_series: inputs, ...expected }];
  const path = write('test.yaml', { rule_files: [rules], evaluation_interval: '1m', tests });
  try {
    run('promtool', ['test', 'rules', path]);
    return '';
  } catch (error: any) {
    return `${error.stdout}${error.stderr}`;
  }
}

/** An alert as promtool expects it. */
function expectedOf({ severity, labels, summary }: Told, minute: number): object {
  const told = typeof summary === 'string' ? summary : summary(minute);
  return {
    exp_labels: { namespace: 'search', qdrant_cluster: 'vectors-cluster', severity, ...labels },
    exp_annotations: { summary: `Qdrant vectors-cluster: ${told}`, runbook_url: RUNBOOK },
  };
}

/** What is told a minute before each alert, and when it fires. */
function whenTold({ alert, told }: AlertCase): object {
  const times = [...new Set(told.flatMap(({ afterMinutes }) => [afterMinutes - 1, afterMinutes]))];
  return {
    alert_rule_test: times.map((minute) => ({
      eval_time: `${minute}m`,
      alertname: alert,
      exp_alerts: told.filter(({ afterMinutes }) => afterMinutes <= minute).map((one) => expectedOf(one, minute)),
    })),
  };
}

/** That nobody is ever told of what the labels select. */
function never(alerts: string): object {
  return {
    promql_expr_test: [
      { expr: `count_over_time(ALERTS{${alerts}alertstate="firing"}[3h])`, eval_time: '179m', exp_samples: [] },
    ],
  };
}

describeWith(['promtool'], 'alerts, as Prometheus evaluates them', () => {
  const stack = synthCluster({ resources: { memory: MEMORY } }, (cluster) => {
    monitor(cluster);
    cluster.issueClientCertificate('search');
  });

  beforeAll(() => {
    const groups = groupsOf(stack).map(({ name, rules }) => ({
      name,
      rules: rules.map((rule) => ({ ...rule, annotations: { ...rule.annotations, runbook_url: RUNBOOK } })),
    }));
    write('rules.yaml', { groups });
  });

  test('have a case for each, of each severity', () => {
    const named = (alert: string, severity: string) => `${alert} ${severity}`;
    const tried = ALERT_CASES.flatMap(({ alert, told }) => told.map(({ severity }) => named(alert, severity)));
    const made = rulesOf(stack).map(({ alert, labels }) => named(alert, labels.severity));
    expect([...new Set(tried)].sort()).toEqual([...new Set(made)].sort());
    const withoutNearest = rulesOf(stack)
      .map(({ alert }) => alert)
      .filter((name) => !ALERT_CASES.some(({ alert, nearest }) => alert === name && Object.keys(nearest).length > 0));
    expect(withoutNearest).toEqual([]);
  });

  test.each(ALERT_CASES.map((one): [string, AlertCase] => [`${one.alert}: ${one.what}`, one]))('%s', (_, one) => {
    expect(differences(one.fires, whenTold(one))).toBe('');
    const told = Object.entries(one.nearest).map(([what, given]) => [
      what,
      differences(given, never(`alertname="${one.alert}",`)),
    ]);
    expect(told.filter(([, found]) => found !== '')).toEqual([]);
  });

  test('a planned restart of each node tells nobody', () => {
    expect(differences(plannedRestart(), never(''))).toBe('');
  });

  /** Writes the rules of a cluster that Prometheus has from a minute on: an apply makes them once all nodes are there. */
  function rulesFrom(minute: number, nodeCount: number): string {
    const later = ({ expr, ...rule }: { expr: string }) => ({
      ...rule,
      expr: `(${expr}) and on () vector(time()) >= ${minute * 60}`,
    });
    const groups = groupsOf(synthMonitored({}, { nodeCount })).map(({ name, rules }) => ({ name, rules: rules.map(later) }));
    write('rules-later.yaml', { groups });
    return 'rules-later.yaml';
  }

  test.each([
    ['one grows to three', 1, 3, 2],
    ['one grows to five, which take long', 1, 5, 12],
    ['three grow to five', 3, 5, 2],
    ['three grow to seven', 3, 7, 2],
    ['five become three', 5, 3, 0],
    ['one is founded, which takes long', 0, 1, 17],
    ['three are founded', 0, 3, 8],
    ['three are founded, which takes long', 0, 3, 18],
  ])('nobody is called where %s', (_, before, after, minutesToStart) => {
    const start = 60 - minutesToStart;
    const given = resized(before, after, start, minutesToStart);
    expect(differences(given, never('severity="critical",'), rulesFrom(61, after))).toBe('');
    // The same rules call somebody where a majority goes.
    const gone = Object.entries(given).map(([series, values]) => [series, [...values.slice(0, -1), [1, 40], [0, 60]]]);
    expect(differences(Object.fromEntries(gone), never('severity="critical",'), rulesFrom(61, after))).toContain(
      'QdrantMajorityDown',
    );
  });

  test('what differs is found', () => {
    const [{ fires, alert }] = ALERT_CASES;
    expect(differences(fires, never(`alertname="${alert}",`))).toContain('FAILED');
  });

  test.each(['1.16.0', '1.16.3', '1.17.0', '1.18.0', '1.20.0'])(
    'of %s are PromQL, and so is what the dashboard draws',
    (version) => {
      const of = synthMonitored({ metricLabels: { cluster: 'a"b' } }, { version: QdrantVersion.of(version) });
      const expressions = drawn(dashboardOf(of)).map((expr) => expr.replaceAll('$__rate_interval', '5m'));
      const panels = { name: 'panels', rules: expressions.map((expr, index) => ({ record: `panel:${index}`, expr })) };
      const path = write(`rules-${version}.yaml`, { groups: [...groupsOf(of), panels] });
      expect(run('promtool', ['check', 'rules', '--lint=none', path])).toContain('SUCCESS');
    },
  );

  test('with every option are PromQL', () => {
    const of = synthMonitored({
      metricsSources: [kubernetes.MetricsSource.CADVISOR],
      memoryMeasure: kubernetes.MemoryMeasure.RSS,
      metricLabelNames: { namespace: 'kubernetes_namespace', pod: 'pod_name', container: 'container_name' },
    });
    expect(run('promtool', ['check', 'rules', write('rules-options.yaml', { groups: groupsOf(of) })])).toContain('SUCCESS');
  });
});
