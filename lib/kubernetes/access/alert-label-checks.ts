import { Construct } from 'constructs';
import { AlertSeverity } from '../../monitoring/alert';
import { badInput, isUnknown, quoted, requireMap } from '../../input/input';
import { metricLabelNamesOf } from './monitored-series';
import { checkMonitoringText } from './monitoring-text';
import { MetricLabelNamesProps, MonitoringProps } from './monitoring-props';

interface Labels {
  readonly [name: string]: string;
}

const METRIC_LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Labels by which alerts say what they are of. */
const OWN_LABELS = ['alertname', 'namespace', 'qdrant_cluster', 'source'];

/**
 * Labels by which series differ, or are chosen. As one of an alert, it makes one of several that fire at once, and Prometheus
 * then takes none; as one of all series, nothing has it.
 */
const LABELS_OF_SERIES = [
  'job',
  'instance',
  'endpoint',
  'name',
  'exported_namespace',
  'resource',
  'state',
  'status',
  'condition',
];

/** Prometheus takes two braces in labels and annotations for the begin of a template, and refuses all rules where it is none. */
const NO_TEMPLATE = /^(?!.*\{\{)/s;

/** The labels that say how soon somebody has to look. */
export function severityLabelsOf({ severityLabels }: MonitoringProps, severity: AlertSeverity): Labels {
  return severityLabels?.[severity] ?? { severity };
}

/** Throws where alerts could not be told apart by their labels, or one of these would have two values. */
export function checkAlertLabels(scope: Construct, props: MonitoringProps): void {
  const names = metricLabelNamesOf(props);
  checkMetricLabelNames(scope, props, names);
  const ofSeries = [...LABELS_OF_SERIES, ...Object.values(names)];
  checkLabels(scope, 'alertLabels', props.alertLabels, ofSeries);
  checkLabels(scope, 'metricLabels', props.metricLabels, ofSeries);
  checkLabels(scope, 'severityLabels.warning', props.severityLabels?.warning, ofSeries);
  checkLabels(scope, 'severityLabels.critical', props.severityLabels?.critical, ofSeries);
  requireTwoSeverities(scope, props);
  const severityLabels = { ...severityLabelsOf(props, 'warning'), ...severityLabelsOf(props, 'critical') };
  requireOnce(scope, { alertLabels: props.alertLabels, metricLabels: props.metricLabels });
  requireOnce(scope, { severityLabels, metricLabels: props.metricLabels });
  requireOnce(scope, { severityLabels, alertLabels: props.alertLabels });
}

function checkMetricLabelNames(
  scope: Construct,
  { metricLabelNames }: MonitoringProps,
  names: Required<MetricLabelNamesProps>,
): void {
  for (const [option, name] of Object.entries(metricLabelNames ?? {})) {
    if (name !== undefined) checkMetricLabel(scope, `metricLabelNames.${option}`, name);
  }
  const taken = new Map<string, string>();
  for (const [option, name] of Object.entries(names)) {
    const other = taken.get(name) ?? (option !== 'namespace' && OWN_LABELS.includes(name) ? 'each alert' : undefined);
    if (other !== undefined || name === 'job') {
      throw badInput(scope, {
        given: `metricLabelNames.${option} is ${quoted(name)}, as that of ${other ?? 'the job'} is`,
        allowed: 'a name for each label',
        instead: `what Prometheus calls it, for example ${option.toLowerCase()}`,
      });
    }
    taken.set(name, option);
  }
}

function checkLabels(scope: Construct, what: string, labels: Labels | undefined, ofSeries: string[]): void {
  if (labels === undefined) return;
  requireKnownNames(scope, what, labels);
  requireMap(scope, what, labels, "{ team: 'search' }");
  for (const [name, value] of Object.entries(labels)) {
    checkMetricLabel(scope, what, name);
    if (OWN_LABELS.includes(name)) throw takenLabel(scope, what, name, 'which each alert has already');
    if (ofSeries.includes(name)) throw takenLabel(scope, what, name, 'by which series of one cluster differ');
    checkMonitoringText(scope, `${what}.${name}`, value ?? null, NO_TEMPLATE, 'a text without {{', 'search');
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

/** A warning and a critical alert of one name and the same labels would be one, to Prometheus and to who is told. */
function requireTwoSeverities(scope: Construct, props: MonitoringProps): void {
  // To Prometheus, an empty label is none.
  const identity = (severity: AlertSeverity) =>
    JSON.stringify(
      Object.entries(severityLabelsOf(props, severity))
        .filter(([, value]) => value !== '')
        .sort(),
    );
  if (identity('warning') !== identity('critical')) return;
  throw badInput(scope, {
    given: 'severityLabels are the same for warnings and for critical alerts',
    allowed: 'labels that tell them apart',
    instead: "critical: { severity: 'page' }",
  });
}

function requireOnce(scope: Construct, given: { readonly [option: string]: Labels | undefined }): void {
  const [[option, labels = {}], [other, others = {}]] = Object.entries(given);
  const twice = Object.keys(labels).find((name) => name in others);
  if (twice === undefined) return;
  throw badInput(scope, {
    given: `"${twice}" is in ${option}, and in ${other}`,
    allowed: 'each label once, as an alert has one value of it',
    instead: `leave it out of ${option === 'severityLabels' ? other : option}`,
  });
}

function takenLabel(scope: Construct, what: string, name: string, why: string): Error {
  return badInput(scope, {
    given: `${what} is "${name}", ${why}`,
    allowed: `any but ${[...OWN_LABELS, ...LABELS_OF_SERIES].join(', ')}, and what names a pod, a container or a volume claim`,
    instead: 'for example "team"',
  });
}

function checkMetricLabel(scope: Construct, what: string, name: string): void {
  const allowed = 'names of labels: letters, digits and underscores, no digit and no two underscores first';
  checkMonitoringText(scope, what, name, METRIC_LABEL, allowed, 'team');
}
