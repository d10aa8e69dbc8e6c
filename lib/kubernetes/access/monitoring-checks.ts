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

const METRIC_LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Labels by which alerts say what they are of. */
const OWN_LABELS = ['alertname', 'namespace', 'qdrant_cluster', 'source'];

/** Prometheus takes two braces in labels and annotations for the begin of a template, and refuses all rules where it is none. */
const NO_TEMPLATE = /^(?!.*\{\{)/s;

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
    /^https?:\/\/(?!.*\{\{)\S+$/,
    'the address of a page, without {{',
    'https://wiki.example.com/qdrant',
  );
}

/** Throws where what the server puts before the names of its metrics is none that PromQL takes: the server takes more. */
export function checkMetricsPrefix(scope: Construct, prefix: string | undefined): void {
  const allowed = 'letters, digits and underscores, no digit first';
  checkText(scope, 'service.metrics_prefix', prefix ?? undefined, /^([a-zA-Z_][a-zA-Z0-9_]*)?$/, allowed, 'vectors_');
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

function checkMetricLabels(scope: Construct, what: string, labels: { [name: string]: string } | undefined): void {
  if (labels === undefined) return;
  requireKnownNames(scope, what, labels);
  requireMap(scope, what, labels, "{ team: 'search' }");
  for (const [name, value] of Object.entries(labels)) {
    checkMetricLabel(scope, what, name);
    if (OWN_LABELS.includes(name)) throw ownLabel(scope, what, name);
    checkText(scope, `${what}.${name}`, value ?? null, NO_TEMPLATE, 'a text without {{', 'search');
  }
}

/** They are merged with others, and conditions are made of them. */
function requireKnownNames(scope: Construct, what: string, labels: object): void {
  if (!isUnknown(labels) && !Object.keys(labels ?? {}).some(isUnknown)) return;
  throw badInput(scope, {
    given: `${what} is a map that is known only when Terraform runs`,
    allowed: 'names that are known when synthesizing, with values that may be known only later',
    instead: `${what}: { team: VALUE }`,
  });
}

function ownLabel(scope: Construct, what: string, name: string): Error {
  return badInput(scope, {
    given: `${what} is "${name}", which each alert has already`,
    allowed: `any but ${OWN_LABELS.join(', ')}`,
    instead: 'for example "team"',
  });
}

function checkMetricLabel(scope: Construct, what: string, name: string): void {
  checkText(
    scope,
    what,
    name,
    METRIC_LABEL,
    'names of labels: letters, digits and underscores, no digit and no two underscores first',
    'team',
  );
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
