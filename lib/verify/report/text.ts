import { Outcome } from '../probe';
import { shortened } from '../wire/reply';
import { countsOf, Report, ReportedCheck } from '../verify';

/** What a report says to people: a table of all that was tried, what was found with its fix, and what was not tried. */
export function textReport(report: Report): string {
  const { checks, targets } = report;
  const findings = checks.filter(({ outcome }) => outcome === Outcome.FINDING);
  const tried = checks.filter(({ outcome }) => outcome !== Outcome.NOT_TRIED);
  return [
    ...targets.map(
      ({ host, version, obstacle }) => obstacle ?? `${host}: Qdrant ${version || 'of a version that it does not tell'}`,
    ),
    '',
    ...(tried.length > 0 ? [table(tried), ''] : []),
    ...findings.flatMap(findingLines),
    ...notTriedLines(report),
    summary(report),
    '',
  ].join('\n');
}

function table(checks: ReportedCheck[]): string {
  const rows = [
    ['Result', 'Probe', 'Rule', 'Host', 'Where', 'What was found'],
    ...checks.map(({ outcome, probe, host, where, what }) => [
      outcome === Outcome.FINDING ? probe.severity : outcome,
      probe.id,
      probe.rule ?? '',
      host,
      where,
      outcome === Outcome.FINDING ? shortened(what ?? '', 100) : '',
    ]),
  ];
  // The last column is as long as it is.
  const widths = rows[0].slice(0, -1).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (cells: string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  const [head, ...body] = rows;
  return [head, widths.map((width) => '-'.repeat(width)), ...body].map((row) => line(row).trimEnd()).join('\n');
}

function findingLines({ probe, host, where, what, sent, received }: ReportedCheck): string[] {
  const rule = probe.rule === undefined ? '' : ` (${probe.rule})`;
  return [
    `${probe.severity}: ${probe.id}${rule}, ${host}, ${where}: ${what}`,
    ...(sent === undefined ? [] : [`  sent:            ${sent}`, `  received:        ${received}`]),
    `  in Qdrant:       ${probe.setting}`,
    `  in cdktf-qdrant: ${probe.construct}`,
    '',
  ];
}

/** By reason: one reason often holds for many probes. */
function notTriedLines({ checks, leftOut }: Report): string[] {
  const reasons = new Map<string, string[]>();
  for (const { outcome, probe, host, where, what } of checks) {
    if (outcome !== Outcome.NOT_TRIED) continue;
    const reason = `${host}: ${what}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), `${probe.id}, ${where}`]);
  }
  const lines = [...reasons].flatMap(([reason, places]) => [`  ${reason}`, ...places.map((place) => `    ${place}`)]);
  return [
    ...(lines.length > 0 ? ['Not tried, and so not proved:', ...lines, ''] : []),
    ...(leftOut.length > 0 ? [`Left out by --only or --skip: ${leftOut.join(', ')}`, ''] : []),
  ];
}

function summary(report: Report): string {
  const { errors, warnings, passed, notTried } = countsOf(report);
  return `${errors} errors, ${warnings} warnings, ${passed} passed, ${notTried} not tried`;
}
