import { ObservedCluster } from '../observed/found-cluster';
import { Finding } from '../posture';
import { ExposureFinding } from './exposed-cluster';

/** What a construct says of its cluster, in the stack that it is synthesized to. */
export interface DeclaredReport {
  readonly path: string;
  readonly findings: ExposureFinding[];
  /** The reasons for which findings were accepted, by the rule. */
  readonly acknowledged: Map<string, string>;
  readonly unknown: string[];
}

/** The reports in synthesized stacks. `Testing.synth` leaves them out, with all that Terraform ignores. */
export function declaredReports(documents: any[]): DeclaredReport[] {
  return documents.flatMap((document) =>
    Object.entries<any>(document['//']?.qdrant ?? {}).map(([path, { findings = [], unknown = [] }]) => ({
      path,
      findings: (findings as Finding[]).map(({ ruleId, severity, what, reason, fix, acknowledgedBecause }) => ({
        ...{ ruleId, severity, what, reason, fix, acknowledgedBecause },
        address: path,
      })),
      acknowledged: new Map(
        (findings as Finding[]).flatMap(({ ruleId, acknowledgedBecause: reason }) => (reason ? [[ruleId, reason]] : [])),
      ),
      unknown,
    })),
  );
}

/** The report of the construct that a cluster was made by: the path of its resource begins with that of the construct. */
export function reportOfCluster({ resource }: ObservedCluster, reports: DeclaredReport[]): DeclaredReport | undefined {
  const path = `${resource.values?.['//']?.metadata?.path ?? ''}/`;
  return reports
    .filter((report) => path.startsWith(`${report.path}/`))
    .sort((one, other) => other.path.length - one.path.length)[0];
}
