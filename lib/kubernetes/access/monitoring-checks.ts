import { Construct } from 'constructs';
import { badInput, requireBooleanIfGiven, requireEnumIfGiven, requireListIfGiven } from '../../input/input';
import { requireOptions, requireOptionsIfGiven } from '../../input/options';
import { checkAnnotations, checkLabelName, checkOwnLabels } from '../names/names';
import { checkAlertLabels } from './alert-label-checks';
import {
  MemoryMeasure,
  METRIC_LABEL_NAMES_OPTIONS,
  MetricsSource,
  MONITORING_OPTIONS,
  MonitoringProps,
  SEVERITY_LABELS_OPTIONS,
} from './monitoring-props';
import { checkMonitoringText } from './monitoring-text';

/** Throws where the options of a monitoring cannot be. Its thresholds are checked as they are resolved. */
export function checkMonitoring(scope: Construct, props: MonitoringProps): void {
  requireOptions(scope, undefined, props, MONITORING_OPTIONS);
  requireOptionsIfGiven(scope, 'severityLabels', props.severityLabels, SEVERITY_LABELS_OPTIONS);
  requireOptionsIfGiven(scope, 'metricLabelNames', props.metricLabelNames, METRIC_LABEL_NAMES_OPTIONS);
  checkOwnLabels(scope, 'labels', props.labels);
  checkOwnLabels(scope, 'dashboardLabels', props.dashboardLabels);
  checkAnnotations(scope, 'dashboardAnnotations', props.dashboardAnnotations);
  if (props.namespace !== undefined) checkLabelName(scope, 'namespace', props.namespace, 'monitoring');
  if (props.dashboardNamespace !== undefined)
    checkLabelName(scope, 'dashboardNamespace', props.dashboardNamespace, 'monitoring');
  checkAlertLabels(scope, props);
  requireListIfGiven(scope, 'metricsSources', props.metricsSources);
  (props.metricsSources ?? []).forEach((source) => requireSource(scope, source));
  requireEnumIfGiven(scope, 'memoryMeasure', props.memoryMeasure, 'MemoryMeasure', MemoryMeasure);
  requireBooleanIfGiven(scope, 'dashboard', props.dashboard);
  checkMonitoringText(scope, 'job', props.job, /\S/, 'the name of a job', 'qdrant');
  checkMonitoringText(
    scope,
    'runbookUrl',
    props.runbookUrl,
    /^https?:\/\/(?!.*\{\{)\S+$/,
    'the address of a page, without {{',
    'https://wiki.example.com/qdrant',
  );
}

/** Throws where what the server puts before the names of its metrics is none that PromQL takes: the server takes more. */
export function checkMetricsPrefix(scope: Construct, prefix: string | undefined): void {
  const allowed = 'letters, digits and underscores, no digit first';
  checkMonitoringText(scope, 'service.metrics_prefix', prefix ?? undefined, /^([a-zA-Z_][a-zA-Z0-9_]*)?$/, allowed, 'vectors_');
}

/** Throws where cert-manager is named, of whose series none are of a cluster that is brought its certificate. */
export function requireIssuedCertificates(scope: Construct, { metricsSources }: MonitoringProps): void {
  if (!metricsSources?.includes(MetricsSource.CERT_MANAGER)) return;
  throw badInput(scope, {
    given: 'metricsSources has CERT_MANAGER, which does not issue the certificate of the cluster',
    allowed: 'sources that tell of the cluster',
    instead: 'leave CERT_MANAGER out',
  });
}

/** An undefined one would count as one that is left out. */
function requireSource(scope: Construct, source: MetricsSource): void {
  requireEnumIfGiven(scope, 'metricsSources', source ?? String(source), 'MetricsSource', MetricsSource);
}
