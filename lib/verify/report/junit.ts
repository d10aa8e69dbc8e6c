import { Outcome } from '../probe';
import { Report, ReportedCheck } from '../verify';

/** A report as JUnit writes them: a suite for each host, a case for each probe and place. Warnings fail too, as their type says. */
export function junitReport({ targets, checks, startedAt }: Report): string {
  const suites = targets.map(({ host }) => {
    const own = checks.filter((check) => check.host === host);
    const count = (outcome: Outcome) => own.filter((check) => check.outcome === outcome).length;
    const attributes = attributesOf({
      name: host,
      tests: own.length,
      failures: count(Outcome.FINDING),
      skipped: count(Outcome.NOT_TRIED),
      timestamp: startedAt.toISOString(),
    });
    return `<testsuite ${attributes}>\n${own.map(caseOf).join('')}</testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="cdktf-qdrant verify">\n${suites.join('')}</testsuites>\n`;
}

function caseOf({ probe, where, outcome, what = '', sent, received }: ReportedCheck): string {
  const attributes = attributesOf({ classname: probe.rule ?? 'verify', name: `${probe.id}: ${where}` });
  if (outcome === Outcome.PASSED) return `<testcase ${attributes}/>\n`;
  if (outcome === Outcome.NOT_TRIED) {
    return `<testcase ${attributes}><skipped ${attributesOf({ message: what })}/></testcase>\n`;
  }
  const text = [`sent: ${sent}`, `received: ${received}`, `Qdrant: ${probe.setting}`, `construct: ${probe.construct}`].join(
    '\n',
  );
  const failure = attributesOf({ message: what, type: probe.severity });
  return `<testcase ${attributes}><failure ${failure}>${escaped(text)}</failure></testcase>\n`;
}

function attributesOf(values: { [name: string]: string | number }): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(String(value))}"`)
    .join(' ');
}

/** What a server said may have anything in it, also what XML cannot hold. */
function escaped(text: string): string {
  const entities: { [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '?').replace(/[&<>"]/g, (one) => entities[one]);
}
