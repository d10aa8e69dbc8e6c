import { ClusterReport, ObservedReport } from './report';

/** For a reader: a table a cluster, then what was found and what is not known. */
export function textReport({ clusters, unread }: ObservedReport): string {
  const none = 'No Qdrant was found: no instance, workload or security group that concerns it.\n';
  return [
    ...(clusters.length === 0 ? [none] : clusters.map(clusterText)),
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
    ...list(
      'Secrets',
      secrets.map(
        ({ name: secret, keptIn, readers }) => `${secret}, in ${keptIn}: ${readers.join(', ') || 'no reader is known'}`,
      ),
    ),
    found.length === 0 ? 'Findings\n  none\n' : list('Findings', found).join(''),
    ...list('Unknown, and not taken for safe', unknown),
  ].join('\n');
}
