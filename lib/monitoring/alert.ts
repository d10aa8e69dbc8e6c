/** How soon somebody has to look. */
export type AlertSeverity = 'warning' | 'critical';

/** What is wrong with a cluster, as Prometheus tells it. */
export interface Alert {
  /** Also the heading of the guide that says what to do. Two alerts of one name differ in severity or labels. */
  readonly name: string;
  readonly severity: AlertSeverity;
  /** In PromQL. It has a value while something is wrong. */
  readonly expression: string;
  /** How long that lasts before anybody is told. */
  readonly forMinutes: number;
  /** One sentence, in which `{{ $labels.NAME }}` and `{{ $value }}` stand for what Prometheus found. */
  readonly summary: string;
  readonly labels?: { readonly [name: string]: string };
}

/** Alerts that are evaluated together. */
export interface AlertGroup {
  readonly name: string;
  readonly alerts: Alert[];
}

/** A warning and a critical alert of one expression, by two thresholds in percent. */
export function filling(
  alert: Pick<Alert, 'name' | 'summary'> & { readonly percent: string },
  thresholds: { readonly warning: number; readonly critical: number },
): Alert[] {
  const { name, summary, percent } = alert;
  return [
    { name, summary, severity: 'warning', expression: `${percent} > ${thresholds.warning}`, forMinutes: 15 },
    { name, summary, severity: 'critical', expression: `${percent} > ${thresholds.critical}`, forMinutes: 5 },
  ];
}
