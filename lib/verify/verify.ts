import { FindingSeverity } from '../posture/rules/rule';
import { Attack } from './attack/attack';
import { eachAddressOf, nameOf } from './attack/addresses';
import { obstaclesOf, RequirablePort } from './attack/obstacles';
import { AttackOptions, secretsOf, Target } from './attack/target';
import { Check, notTried, Outcome, Probe } from './probe';
import { probes as allProbes } from './probes';
import { printable, withoutSecrets } from './wire/repeatable';

/** There is no server that can be attacked. */
export class NotAttackable extends Error {}

/** What came of a probe in one place of one server. */
export interface ReportedCheck extends Check {
  readonly host: string;
  readonly probe: Probe;
}

export interface Report {
  readonly startedAt: Date;
  /** With why one of them was not attacked. */
  readonly targets: Array<Target & { readonly version?: string; readonly obstacle?: string }>;
  readonly checks: ReportedCheck[];
  /** Why what passed proves too little: a server cannot be attacked, what was given is not taken, or a port is missing that is required. */
  readonly obstacles: string[];
  /** The ids of the probes that the user left out. */
  readonly leftOut: string[];
}

export interface VerifyOptions extends AttackOptions {
  /** The ids of the probes to run; all of them where none are named. */
  readonly only: string[];
  readonly skip: string[];
  /** The ports that every server must answer on. */
  readonly required: RequirablePort[];
  /** Is told of each step. */
  readonly progress: (line: string) => void;
}

/** Attacks servers, each by every probe. Throws where all of them are no Qdrant, or cannot be reached: nothing would be proved. */
export async function verify(targets: Target[], options: VerifyOptions): Promise<Report> {
  const { only, skip, required, progress } = options;
  const startedAt = new Date();
  const chosen = allProbes.filter(({ id }) => (only.length === 0 || only.includes(id)) && !skip.includes(id));
  const attacks: Attack[] = [];
  const all = (await Promise.all(targets.map(eachAddressOf))).flat();
  for (const target of all) {
    progress(`${nameOf(target, all)}: looking at its ports`);
    attacks.push(await Attack.on(target, options));
  }
  const clean = (text: string) => printable(withoutSecrets(text, secretsOf(options.material)));
  const obstacles = attacks
    .filter((attack) => !isBesideOthers(attack, attacks))
    .flatMap(({ obstacle }) => (obstacle ? [clean(obstacle)] : []));
  if (attacks.every(({ obstacle }) => obstacle)) throw new NotAttackable(obstacles.join('; '));
  const checks: ReportedCheck[] = [];
  for (const attack of attacks) {
    const host = nameOf(attack.target, all);
    for (const [index, probe] of chosen.entries()) {
      const found = attack.obstacle ? [notTried('server', attack.obstacle)] : await run(probe, attack);
      progress(`${host}: [${index + 1}/${chosen.length}] ${probe.id}: ${summaryOf(found)}`);
      checks.push(...found.map((check) => ({ ...check, ...cleaned(check, clean), host, probe })));
    }
    const further = attack.obstacle ? [] : await obstaclesOf(attack, required);
    obstacles.push(...further.map((obstacle) => clean(`${host}: ${obstacle}`)));
  }
  return {
    startedAt,
    targets: attacks.map(({ target, version, obstacle }) => ({
      ...target,
      host: nameOf(target, all),
      version: version && clean(version),
      obstacle: obstacle && clean(obstacle),
    })),
    checks,
    obstacles,
    leftOut: allProbes.filter((probe) => !chosen.includes(probe)).map(({ id }) => id),
  };
}

/** Whether a server is an address that cannot be reached, of a name with others that can: from here not all of them need be. */
function isBesideOthers(attack: Attack, attacks: Attack[]): boolean {
  const others = attacks.filter(({ target }) => target.host === attack.target.host && target.address !== undefined);
  return !attack.isReachable && others.some(({ isReachable }) => isReachable);
}

/** What a server said may have anything in it. */
function cleaned({ what, sent, received }: Check, clean: (text: string) => string): Partial<Check> {
  const texts = Object.entries({ what, sent, received }).filter(([, text]) => text !== undefined);
  return Object.fromEntries(texts.map(([name, text]) => [name, clean(text!)]));
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
