import { FindingSeverity } from '../posture/rules/rule';
import { Attack } from './attack/attack';
import { AttackOptions, Target } from './attack/target';
import { Check, notTried, Outcome, Probe } from './probe';
import { probes as allProbes } from './probes';

/** A server that cannot be attacked. */
export class NotAttackable extends Error {}

/** What came of a probe in one place of one server. */
export interface ReportedCheck extends Check {
  readonly host: string;
  readonly probe: Probe;
}

export interface Report {
  readonly startedAt: Date;
  readonly targets: Array<Target & { readonly version?: string }>;
  readonly checks: ReportedCheck[];
  /** The ids of the probes that the user left out. */
  readonly leftOut: string[];
}

export interface VerifyOptions extends AttackOptions {
  /** The ids of the probes to run; all of them where none are named. */
  readonly only: string[];
  readonly skip: string[];
  /** Is told of each step. */
  readonly progress: (line: string) => void;
}

/** Attacks servers, each by every probe. Throws where one of them is no Qdrant, or cannot be reached: nothing would be proved. */
export async function verify(targets: Target[], options: VerifyOptions): Promise<Report> {
  const { only, skip, progress } = options;
  const startedAt = new Date();
  const chosen = allProbes.filter(({ id }) => (only.length === 0 || only.includes(id)) && !skip.includes(id));
  const attacks: Attack[] = [];
  for (const target of targets) {
    progress(`${target.host}: looking at its ports`);
    const attack = await Attack.on(target, options);
    if (attack.obstacle) throw new NotAttackable(attack.obstacle);
    attacks.push(attack);
  }
  const checks: ReportedCheck[] = [];
  for (const attack of attacks) {
    for (const [index, probe] of chosen.entries()) {
      const found = await run(probe, attack);
      progress(`${attack.target.host}: [${index + 1}/${chosen.length}] ${probe.id}: ${summaryOf(found)}`);
      checks.push(...found.map((check) => ({ ...check, host: attack.target.host, probe })));
    }
  }
  return {
    startedAt,
    targets: attacks.map(({ target, version }) => ({ ...target, version })),
    checks,
    leftOut: allProbes.filter((probe) => !chosen.includes(probe)).map(({ id }) => id),
  };
}

/** A probe that fails by itself has proved nothing. */
async function run(probe: Probe, attack: Attack): Promise<Check[]> {
  try {
    return await probe.run(attack);
  } catch (error) {
    return [notTried('probe', `the probe failed: ${(error as Error).message}`)];
  }
}

function summaryOf(checks: Check[]): string {
  const outcomes = Object.values(Outcome).filter((outcome) => checks.some((check) => check.outcome === outcome));
  return outcomes.join(', ');
}

/** How many checks of a report had which outcome. */
export interface Counts {
  readonly errors: number;
  readonly warnings: number;
  readonly passed: number;
  readonly notTried: number;
}

export function countsOf({ checks }: Report): Counts {
  const found = (severity: FindingSeverity) =>
    checks.filter(({ outcome, probe }) => outcome === Outcome.FINDING && probe.severity === severity).length;
  return {
    errors: found(FindingSeverity.ERROR),
    warnings: found(FindingSeverity.WARNING),
    passed: checks.filter(({ outcome }) => outcome === Outcome.PASSED).length,
    notTried: checks.filter(({ outcome }) => outcome === Outcome.NOT_TRIED).length,
  };
}
