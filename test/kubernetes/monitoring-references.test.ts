import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { TerraformLocal, TerraformVariable } from 'cdktf';
import { kubernetes } from '../../lib';
import {
  dashboardMapOf,
  dashboardOf,
  drawn,
  metricsIn,
  monitor,
  ruleOf,
  rulesOf,
  synthMonitored,
} from '../support/kubernetes/monitoring';
import { minimal, synthCluster, synthKubernetes } from '../support/kubernetes/synth';

describe('maps of labels that only Terraform knows', () => {
  const refused: Array<[string, (labels: { [name: string]: string }) => kubernetes.MonitoringProps]> = [
    ['alertLabels', (alertLabels) => ({ alertLabels })],
    ['metricLabels', (metricLabels) => ({ metricLabels })],
    ['severityLabels.critical', (critical) => ({ severityLabels: { critical } })],
  ];
  test.each(refused)('are refused: %s', (option, propsOf) => {
    const make = () =>
      synthCluster({}, (cluster, stack) => {
        cluster.addMonitoring({
          job: 'qdrant',
          ...propsOf(new TerraformLocal(stack, 'labels', { team: 'search' }).asStringMap),
        });
      });
    expect(make).toThrow(
      new RegExp(`Cluster/AlertsAndDashboard: ${option} is a map that is known only when Terraform runs.*Instead: `),
    );
  });

  test('but not their values', () => {
    const { json } = synthCluster({}, (cluster, stack) => {
      const team = new TerraformVariable(stack, 'team', { type: 'string' }).stringValue;
      cluster.addMonitoring({ job: 'qdrant', alertLabels: { team } });
    });
    expect(JSON.stringify(json.resource.kubernetes_manifest)).toContain('"team":"${var.team}"');
  });
});

describe('what only Terraform knows, or would take for its own', () => {
  test('a namespace is part of expressions, names and the dashboard', () => {
    const { json, objects } = synthKubernetes((stack) => {
      const namespace = new NamespaceV1(stack, 'Namespace', { metadata: { name: 'vectors' } });
      const cluster = new kubernetes.QdrantCluster(stack, 'Cluster', { ...minimal, namespace: namespace.metadata.name });
      monitor(cluster, { dashboardNamespace: 'grafana' });
    });
    const stack = { json, objects } as any;
    expect(ruleOf(rulesOf(stack), 'QdrantNodeDown').expr).toContain('namespace="vectors"');
    expect(drawn(dashboardOf(stack))[0]).toContain('namespace="vectors"');
    expect(Object.keys(dashboardMapOf(stack).data)).toEqual([expect.stringMatching(/^qdrant-vectors\..*\.json$/)]);
  });

  test('thresholds may be variables', () => {
    const { json } = synthCluster({}, (cluster, stack) => {
      const variable = new TerraformVariable(stack, 'percent', { type: 'number' });
      monitor(cluster, { thresholds: { memoryWarningPercent: variable.numberValue } });
    });
    const manifest = Object.values<any>(json.resource.kubernetes_manifest).find(
      (one) => one.manifest.kind === 'PrometheusRule',
    );
    const memory = ruleOf(
      manifest.manifest.spec.groups.flatMap(({ rules }: any) => rules),
      'QdrantMemory',
    );
    expect(memory.expr).toMatch(/ > \$\{var\.percent\}$/);
  });

  test('the limit of the memory: Prometheus is asked for it then', () => {
    const memoryOf = (stack: any) => ruleOf(rulesOf(stack), 'QdrantMemory').expr;
    expect(memoryOf(synthMonitored({}, { resources: { memory: '16Gi' } }))).toMatch(/\) \/ 17179869184 \* 100 > 75$/);
    const { json } = synthCluster({}, (_, stack) => {
      const memory = new TerraformVariable(stack, 'memory', { type: 'string' }).stringValue;
      const options = { ...minimal, clusterName: 'other', resources: { memory } };
      monitor(new kubernetes.QdrantCluster(stack, 'Other', options), { dashboard: false });
    });
    const { manifest } = Object.values<any>(json.resource.kubernetes_manifest).find(
      (one) => one.manifest.kind === 'PrometheusRule',
    );
    const { expr } = ruleOf(
      manifest.spec.groups.flatMap(({ rules }: any) => rules),
      'QdrantMemory',
    );
    expect(metricsIn([expr])).toEqual(['container_memory_working_set_bytes', 'kube_pod_container_resource_limits']);
  });

  test('the limit of the memory: cAdvisor is asked for it, and missed, where nobody else is there', () => {
    const { json } = synthCluster({}, (_, stack) => {
      const memory = new TerraformVariable(stack, 'memory', { type: 'string' }).stringValue;
      const other = new kubernetes.QdrantCluster(stack, 'Other', { ...minimal, clusterName: 'other', resources: { memory } });
      monitor(other, { metricsSources: [kubernetes.MetricsSource.CADVISOR] });
    });
    const made = Object.values<any>(json.resource.kubernetes_manifest).find(
      ({ manifest }) => manifest.kind === 'PrometheusRule',
    );
    const rules = made.manifest.spec.groups.flatMap((group: any) => group.rules);
    const missed = rules.find(({ labels }: any) => labels.source === 'cadvisor');
    for (const { expr } of [ruleOf(rules, 'QdrantMemory'), missed]) {
      expect(metricsIn([expr])).toEqual(['container_memory_working_set_bytes', 'container_spec_memory_limit_bytes']);
    }
  });

  test('texts stay as they were written', () => {
    const stack = synthMonitored({
      alertLabels: { note: '${a} %{b}' },
      metricLabels: { cluster: '${c}' },
      dashboardAnnotations: { note: '${d}' },
    });
    const down = ruleOf(rulesOf(stack), 'QdrantNodeDown');
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
