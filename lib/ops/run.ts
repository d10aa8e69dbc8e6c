import { ClusterState, transferText, untoldText } from './cluster-state';
import { NoCluster } from './heard';
import { Cluster, Outdated } from './live-cluster';
import { Plan } from './plan';
import { Headway } from './headway';
import { Odd, Refused, Unreachable } from './rest-client';
import { bytesText } from './size';
import { Step } from './step';
import { pause } from './time';

export interface RunOptions {
  readonly dryRun: boolean;
  /** How many transfers are under way at a time, those of others included. */
  readonly transfers: number;
  /** How long what was begun, or is waited for, may make no progress until it is given up. */
  readonly patienceSeconds: number;
  /** How long a node may be away once nothing stood against the plan, as it is while it restarts. */
  readonly graceSeconds: number;
  /** How often the cluster is looked at. */
  readonly pollSeconds: number;
  readonly progress: (line: string) => void;
}

/** How a run ended. */
export interface Outcome {
  readonly ended: 'done' | 'planned' | 'refused' | 'stuck';
  /** What was begun, in order. */
  readonly begun: string[];
  /** What is left to do. */
  readonly left: string[];
  /** What has to come about by itself. */
  readonly waits: string[];
  /** What should be done and cannot. */
  readonly undone: string[];
  /** Why it was refused, or given up. */
  readonly reasons: string[];
  readonly notes: string[];
  readonly state: ClusterState;
}

/** A step that ended so often without what it was for is not tried again. */
const ATTEMPTS = 3;

/**
 * Brings a cluster to where a plan has no steps left. It keeps nothing: before each request it reads the cluster and plans anew, so that it can be killed
 * and run again at any time, and others may change the cluster meanwhile. What was read before something was sent is good for nothing more: a transfer
 * onto a copy that has come since would undo it, and a drop might take the last one.
 */
export function run(cluster: Cluster, planner: (state: ClusterState) => Plan, options: RunOptions): Promise<Outcome> {
  return new Run(cluster, planner, options).toEnd();
}

class Run {
  private readonly attempts = new Map<string, number>();
  private readonly begun: string[] = [];
  private readonly notes = new Set<string>();
  private readonly headway = new Headway();
  private sight = '';
  private isUnderWay = false;
  private troubleSince: number | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly planner: (state: ClusterState) => Plan,
    private readonly options: RunOptions,
  ) {}

  public async toEnd(): Promise<Outcome> {
    let state = await this.cluster.read();
    for (;;) {
      const next = await this.advance(state);
      if (typeof next === 'object') return next;
      if (next === 'waits') await pause(this.options.pollSeconds);
      state = await this.readAgain(state);
    }
  }

  /** What was there may be away for a moment: what is known of it is then of before, and nobody answers. */
  private async readAgain(before: ClusterState): Promise<ClusterState> {
    try {
      return await this.cluster.read();
    } catch (error) {
      if (!isAnswerless(error)) throw error;
      this.options.progress(`  ${(error as Error).message}`);
      return { ...before, members: before.members.map(({ answer: _, ...member }) => member) };
    }
  }

  /** Begins what can be begun first, if anything can; the end, where it is one. */
  private async advance(state: ClusterState): Promise<Outcome | 'begun' | 'waits'> {
    const plan = this.planner(state);
    this.headway.look(state, plan.waits);
    const end = (ended: Outcome['ended'], reasons: string[] = []) => this.outcome(ended, reasons, state, plan);
    plan.notes.forEach((note) => this.notes.add(note));
    if (plan.refusals.length > 0) return this.passes(plan.refusals) ? 'waits' : end('refused', plan.refusals);
    [this.troubleSince, this.isUnderWay] = [undefined, true];
    if (this.options.dryRun) return end('planned');
    const isAtRest = plan.waits.length === 0 && state.transfers.length === 0;
    if (plan.steps.length === 0 && isAtRest) return plan.undone.length > 0 ? end('stuck', plan.undone) : end('done');
    const hasFailed = ({ key }: Step) => this.attemptsOf(key) >= ATTEMPTS;
    const failing = plan.steps.find(hasFailed);
    if (failing && state.transfers.length === 0) {
      return end('stuck', [`tried ${ATTEMPTS} times without success: ${failing.sentence(state)}; read the logs of the nodes`]);
    }
    const step = startable(plan.steps, state, this.options.transfers).find((one) => !hasFailed(one));
    if (step && (await this.begin(step, plan, state))) return 'begun';
    const hasPatience = this.look(state, plan);
    const silence = `no progress for ${this.options.patienceSeconds} s: what was begun goes on; look at the nodes, and run it again`;
    return hasPatience ? 'waits' : end('stuck', [silence]);
  }

  /** Once there was nothing against it, a node that restarts is waited for. */
  private passes(refusals: string[]): boolean {
    if (!this.isUnderWay) return false;
    if (this.troubleSince === undefined) refusals.forEach((reason) => this.options.progress(`  waits: ${reason}`));
    this.troubleSince ??= Date.now();
    return Date.now() - this.troubleSince < this.options.graceSeconds * 1000;
  }

  /** Whether the cluster has taken it; what went wrong, if anything, shows in what the cluster is next. */
  private async begin(step: Step, plan: Plan, state: ClusterState): Promise<boolean> {
    const sentence = step.sentence(state);
    this.options.progress(`${sentence}; left: ${leftText(plan.steps)}`);
    const tried = () => {
      this.attempts.set(step.key, this.attemptsOf(step.key) + 1);
      this.begun.push(sentence);
    };
    try {
      await step.begin(this.cluster);
      tried();
      this.headway.begun();
      return true;
    } catch (error) {
      const isUnsent = error instanceof Outdated;
      if (!isUnsent && !isAnswerless(error)) throw error;
      if (!isUnsent) tried();
      this.options.progress(`  not begun: ${(error as Error).message}`);
      return false;
    }
  }

  private attemptsOf(key: string): number {
    return this.attempts.get(key) ?? 0;
  }

  /** Tells what goes on, where that has changed; whether there was progress of late. */
  private look(state: ClusterState, plan: Plan): boolean {
    const lines = [...transferLines(state), ...waitsText(state, plan).map((wait) => `  waits for ${wait}`)];
    const sight = [...transferLines(state), ...plan.waits].join('\n').replace(/\d+(\.\d+)?s\b/g, '');
    if (sight !== this.sight) lines.forEach((line) => this.options.progress(line));
    this.sight = sight;
    return this.headway.secondsWithout <= this.options.patienceSeconds;
  }

  private outcome(ended: Outcome['ended'], reasons: string[], state: ClusterState, plan: Plan): Outcome {
    const left = plan.steps.map((step) => step.sentence(state));
    const waits = waitsText(state, plan);
    return { ended, begun: this.begun, left, waits, undone: plan.undone, reasons, notes: [...this.notes], state };
  }
}

/** Whether it says of nodes that they did not do what was asked, not of this program that it is wrong. A key that is not taken will not be taken later. */
function isAnswerless(error: unknown): boolean {
  if (error instanceof Refused) return !error.isDenial;
  return error instanceof NoCluster || error instanceof Odd || error instanceof Unreachable;
}

/** The steps that can be begun now: of each shard the first, a node receives one shard at a time, and a node goes once all else is done. */
export function startable(steps: Step[], state: ClusterState, mostTransfers: number): Step[] {
  const chosen: Step[] = [];
  const places = new Set<string>();
  const receiving = new Set(state.transfers.map(({ to }) => to));
  let room = mostTransfers - state.transfers.length;
  for (const step of steps) {
    const { place, transfer } = step;
    if (place === undefined) {
      if (step === steps[0] && step.obstacle(state) === undefined) chosen.push(step);
      break;
    }
    const isFirst = !places.has(place);
    places.add(place);
    if (!isFirst || step.obstacle(state) !== undefined) continue;
    if (transfer && (room <= 0 || receiving.has(transfer.to))) continue;
    if (transfer) {
      receiving.add(transfer.to);
      room -= 1;
    }
    chosen.push(step);
  }
  return chosen;
}

/** What is left to do, the step that is begun included. */
function leftText(steps: Step[]): string {
  const transfers = steps.flatMap(({ transfer }) => transfer ?? []);
  const bytes = transfers.reduce((sum, transfer) => sum + (transfer.bytes ?? NaN), 0);
  const size = transfers.length === 0 || Number.isNaN(bytes) ? '' : `, ${bytesText(bytes)} to send`;
  return `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}${size}`;
}

function transferLines(state: ClusterState): string[] {
  return state.transfers.map((transfer) => `  ${transferText(state, transfer)}`);
}

/** What is waited for, with what nodes say of it. */
function waitsText(state: ClusterState, { waits }: Plan): string[] {
  const told = new Map(state.unmeasured.map((untold) => [untold.what, untoldText(untold)]));
  return waits.map((wait) => told.get(wait) ?? wait);
}
