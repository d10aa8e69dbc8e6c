import { Construct } from 'constructs';
import {
  badInput,
  isUnknown,
  quoted,
  requireBooleanIfGiven,
  requireEnumIfGiven,
  requireListIfGiven,
  requireMap,
} from '../../input/input';
import { requireOptions, requireOptionsIfGiven } from '../../input/options';
import { checkAnnotations, checkLabelName, checkOwnLabels } from '../names/names';
import {
  MemoryMeasure,
  METRIC_LABEL_NAMES_OPTIONS,
  MetricsSource,
  MONITORING_OPTIONS,
  MonitoringProps,
  SEVERITY_LABELS_OPTIONS,
} from './monitoring-props';

const METRIC_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

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
  checkMetricLabels(scope, 'alertLabels', props.alertLabels);
  checkMetricLabels(scope, 'metricLabels', props.metricLabels);
  checkMetricLabels(scope, 'severityLabels.warning', props.severityLabels?.warning);
  checkMetricLabels(scope, 'severityLabels.critical', props.severityLabels?.critical);
  for (const [option, name] of Object.entries(props.metricLabelNames ?? {})) {
    if (name !== undefined) checkMetricLabel(scope, `metricLabelNames.${option}`, name);
  }
  requireListIfGiven(scope, 'metricsSources', props.metricsSources);
  (props.metricsSources ?? []).forEach((source) => requireSource(scope, source));
  requireEnumIfGiven(scope, 'memoryMeasure', props.memoryMeasure, 'MemoryMeasure', MemoryMeasure);
  requireBooleanIfGiven(scope, 'dashboard', props.dashboard);
  checkText(scope, 'job', props.job, /\S/, 'the name of a job', 'qdrant');
  checkText(
    scope,
    'runbookUrl',
    props.runbookUrl,
    /^https?:\/\/\S+$/,
    'the address of a page',
    'https://wiki.example.com/qdrant',
  );
}

/** An undefined one would count as one that is left out. */
function requireSource(scope: Construct, source: MetricsSource): void {
  requireEnumIfGiven(scope, 'metricsSources', source ?? String(source), 'MetricsSource', MetricsSource);
}

function checkMetricLabels(scope: Construct, what: string, labels: { [name: string]: string } | undefined): void {
  if (labels === undefined || isUnknown(labels)) return;
  requireMap(scope, what, labels, "{ team: 'search' }");
  for (const [name, value] of Object.entries(labels)) {
    checkMetricLabel(scope, what, name);
    checkText(scope, `${what}.${name}`, value ?? null, /(?:)/, 'a text', 'search');
  }
}

function checkMetricLabel(scope: Construct, what: string, name: string): void {
  checkText(scope, what, name, METRIC_LABEL, 'names of labels: letters, digits and underscores, no digit first', 'team');
}

function checkText(
  scope: Construct,
  what: string,
  text: string | null | undefined,
  pattern: RegExp,
  allowed: string,
  example: string,
): void {
  if (text === undefined || isUnknown(text) || (typeof text === 'string' && pattern.test(text))) return;
  throw badInput(scope, { given: `${what} is ${quoted(text)}`, allowed, instead: `for example "${example}"` });
}
