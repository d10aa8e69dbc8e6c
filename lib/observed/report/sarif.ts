import { sep } from 'node:path';
import { rules } from '../../posture/rules';
import { FindingSeverity } from '../../posture/rules/rule';
import { ObservedReport } from './report';
import { pageOf } from './words';

/**
 * The findings as code scanners take them.
 *
 * @param path of the file that was read
 * @param isJudged whether anything of Qdrant could be judged
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifReport({ clusters, unread }: ObservedReport, path: string, isJudged: boolean): string {
  const levelOf = (severity: FindingSeverity) => (severity === FindingSeverity.ERROR ? 'error' : 'warning');
  const uri = path.split(sep).map(encodeURIComponent).join('/');
  const results = clusters.flatMap(({ name, findings }) =>
    findings.map(({ ruleId, severity, what, fix, address }) => ({
      ruleId,
      level: levelOf(severity),
      message: { text: `${name}: ${what}. Fix: ${fix}` },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } },
          logicalLocations: [{ fullyQualifiedName: address, kind: 'resource' }],
        },
      ],
      // The same finding of the same resource is one, whatever else the file holds.
      partialFingerprints: { finding: `${ruleId} ${name} ${address} ${what}` },
    })),
  );
  const driver = {
    name: 'cdktf-qdrant',
    rules: rules.map(({ id, title, reason, fix, source, severity }) => ({
      id,
      shortDescription: { text: title },
      fullDescription: { text: reason },
      help: { text: `Fix: ${fix} Source: ${source}` },
      helpUri: pageOf(id),
      defaultConfiguration: { level: levelOf(severity) },
    })),
  };
  const invocation = {
    executionSuccessful: isJudged,
    toolExecutionNotifications: unread.map((line) => ({ level: 'warning', message: { text: `Not read: ${line}` } })),
  };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, results, invocations: [invocation] }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
