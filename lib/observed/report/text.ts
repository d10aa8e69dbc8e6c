import { ClusterReport, ObservedReport } from './report';
import { NOTHING_FOUND, secretText } from './words';

/** For a reader: a table a cluster, then what was found and what is not known. */
export function textReport({ clusters, unread }: ObservedReport): string {
  return [
    ...(clusters.length === 0 ? [`${NOTHING_FOUND}\n`] : clusters.map(clusterText)),
    ...(unread.length === 0 ? [] : [`Not read\n${unread.map((line) => `  - ${line}\n`).join('')}`]),
  ].join('\n');
}

function clusterText({ name, address, table, secrets, findings, unknown }: ClusterReport): string {
  const list = (title: string, lines: string[]) =>
    lines.length === 0 ? [] : [`${title}\n${lines.map((line) => `  - ${line}\n`).join('')}`];
  const found = findings.map(
    ({ ruleId, severity, what, reason, fix, address: cause }) =>
      `${ruleId} (${severity}) ${what}\n      by ${cause}\n      ${reason}\n      Fix: ${fix}`,
  );
  return [
    `${name} (${address})\n\n${table}\n`,
    ...list('Secrets', secrets.map(secretText)),
    found.length === 0 ? 'Findings\n  none\n' : list('Findings', found).join(''),
    ...list('Unknown, and not taken for safe', unknown),
  ].join('\n');
}
