import * as semver from 'semver';
import {
  ClusterSite,
  ClusterState,
  findingsJson,
  findingsOf,
  findingsText,
  hostOf,
  KeyInClearText,
  lifeOf,
  LiveCluster,
  memberNamed,
  nameOf,
  NoCluster,
  Outcome,
  outcomeJson,
  outcomeText,
  Plan,
  planDrain,
  planOf,
  planPreflight,
  planRebalance,
  PlaceTrouble,
  planRepair,
  Refused,
  RestClient,
  run,
  silentFor,
  StateReader,
  stateText,
} from '../ops';
import { CommandContext } from './command-context';
import {
  clientSettingsOf,
  entriesOf,
  OpsValues,
  parseOps,
  restPortOf,
  runOptionsOf,
  silenceSecondsOf,
  zonesOf,
} from './ops-options';
import { backUp, lookAtBackup, OpsWork, restoreBackup } from './ops-backup';
import { OPS_HELP } from './ops-help';
import { refuseKeys } from './secrets';
import { UsageError } from './usage-error';

/** How many arguments a command takes, what they are, and whether it changes a cluster. */
const COMMANDS: { [name: string]: OpsCommand } = {
  status: { least: 0, most: 0, usage: 'status', changes: false, run: look },
  rebalance: { least: 0, most: 0, usage: 'rebalance', changes: true, run: change },
  drain: { least: 1, most: 1, usage: 'drain NODE', changes: true, run: change },
  repair: { least: 0, most: 1, usage: 'repair [NODE]', changes: true, run: change },
  preflight: { least: 1, most: 1, usage: 'preflight VERSION', changes: false, run: look },
  backup: { least: 0, most: 0, usage: 'backup --to PLACE', changes: true, run: backUp },
  restore: { least: 0, most: 0, usage: 'restore --from PLACE[/ID]', changes: true, run: restoreBackup },
  'check-backup': {
    least: 0,
    most: 0,
    usage: 'check-backup --from PLACE[/ID]',
    changes: false,
    isAlone: true,
    run: lookAtBackup,
  },
};

interface OpsCommand {
  readonly least: number;
  readonly most: number;
  readonly usage: string;
  readonly changes: boolean;
  /** Whether it does without a cluster. */
  readonly isAlone?: boolean;
  readonly run: (work: Work) => Promise<number>;
}

/** What a command works with. */
interface Work extends OpsWork {
  readonly argument: string | undefined;
  /** How long a node must be silent to be taken for gone. */
  readonly silenceSeconds: number;
  readonly cluster: LiveCluster;
}

/** Runs the command; the exit status. */
export async function opsCommand(args: string[], context: CommandContext): Promise<number> {
  refuseKeys(args, context.environment);
  const { values, positionals } = parseOps(args);
  if (values.help) {
    const known = Object.hasOwn(COMMANDS, positionals[0] ?? '') ? COMMANDS[positionals[0]] : undefined;
    context.out(`${known ? `cdktf-qdrant ops ${known.usage} [OPTIONS]\n\nof\n\n` : ''}${OPS_HELP}`);
    return 0;
  }
  const [command, argument] = commandOf(positionals);
  const [options, silenceSeconds] = [runOptionsOf(values, context), silenceSecondsOf(values)];
  const client = new RestClient(clientSettingsOf(values, context, COMMANDS[command].changes && !values['dry-run']));
  try {
    const reader = new StateReader(
      client,
      entriesOf(values, !COMMANDS[command].isAlone),
      restPortOf(values),
      zonesOf(values.zones),
    );
    const site = { site: new ClusterSite(reader, client), cluster: new LiveCluster(reader, client) };
    return await COMMANDS[command].run({ command, argument, values, context, options, silenceSeconds, ...site });
  } catch (error) {
    throw usageErrorOf(error as Error);
  } finally {
    client.close();
  }
}

function commandOf(positionals: string[]): [string, string | undefined] {
  const [command, ...others] = positionals;
  if (command === undefined || !Object.hasOwn(COMMANDS, command)) {
    const what = command === undefined ? 'no command is given' : 'there is no such command';
    throw new UsageError(`${what}. Commands of ops: ${Object.keys(COMMANDS).join(', ')}`);
  }
  const { least, most, usage } = COMMANDS[command];
  if (others.length < least || others.length > most) throw new UsageError(`write cdktf-qdrant ops ${usage}`);
  if (command === 'preflight' && semver.valid(others[0]) === null) {
    throw new UsageError('preflight takes a release as major.minor.patch: cdktf-qdrant ops preflight 1.19.0');
  }
  return [command, others[0]];
}

async function look({ command, argument, values, context, cluster }: Work): Promise<number> {
  const state = await cluster.read();
  checkZones(state, values);
  const findings = command === 'status' ? findingsOf(state) : planPreflight(state, semver.valid(argument)!);
  const status = findings.some(({ level }) => level === 'error') ? 1 : 0;
  if (values.json) context.out(findingsJson(command, state, findings, status));
  else context.out(command === 'status' ? `${stateText(state)}\n${findingsText(findings)}` : findingsText(findings));
  return status;
}

async function change(work: Work): Promise<number> {
  const { command, values, context, options, cluster } = work;
  const state = await readFor(work);
  checkZones(state, values);
  const planner = await plannerOf(work, state);
  // A node may join meanwhile.
  const outcome = await run(cluster, (now) => planOfZoneless(now, values) ?? planner(now), options);
  const status = statusOf(outcome);
  context.out(values.json ? outcomeJson(command, outcome, status) : outcomeText(outcome));
  return status;
}

/** A node that was drained before is no member: by its own answer it is told from a name that is wrong. */
async function readFor({ command, argument, values, cluster }: Work): Promise<ClusterState> {
  const state = await cluster.read();
  const host = argument?.replace(/:\d+$/, '') ?? '';
  const mayBeDrained = command === 'drain' && !memberNamed(state, argument!) && /^[\w.-]*[A-Za-z.][\w.-]*$/.test(host);
  if (!mayBeDrained) return state;
  // A short name is one of the domain that the members are in.
  const domains = state.members.map(({ uri }) => /^[A-Za-z][\w-]*(\..+)$/.exec(hostOf(uri))?.[1] ?? '');
  const hosts = host.includes('.') ? [host] : [...new Set(domains)].map((domain) => `${host}${domain}`);
  return cluster.readAlsoBy(...hosts.map((one) => ({ host: one, port: restPortOf(values) })));
}

async function plannerOf(work: Work, state: ClusterState): Promise<(now: ClusterState) => Plan> {
  const { command, argument, values } = work;
  if (command === 'rebalance') return planRebalance;
  if (command === 'drain') {
    const fewerCopies = values['fewer-copies'] ?? false;
    return drainOf(argument!, state, fewerCopies);
  }
  return repairOf(work, state);
}

/** Once it was a member, a node that is none any more was removed, by this run or another, where most of the others say so. */
function drainOf(node: string, state: ClusterState, fewerCopies: boolean): (now: ClusterState) => Plan {
  const member = memberNamed(state, node);
  return (now) => {
    if (member === undefined || memberNamed(now, member.id)) return planDrain(now, member?.id ?? node, { fewerCopies });
    const others = state.members.filter(({ id }) => id !== member.id);
    const left = others.filter(({ id }) => now.members.some((one) => one.id === id && one.answer !== undefined));
    const isAgreed = left.length * 2 > others.length && now.disagreements.length === 0;
    const refusals = now.unclear;
    return isAgreed
      ? planOf({ refusals, notes: [`${node} was removed from the cluster`] })
      : planOf({ refusals, waits: [`most of the other nodes to say that ${node} was removed`] });
  };
}

async function repairOf(work: Work, state: ClusterState): Promise<(now: ClusterState) => Plan> {
  const { argument, values, options, silenceSeconds, cluster } = work;
  if (argument !== undefined && /^\d+$/.test(argument) && !memberNamed(state, argument)) {
    throw new UsageError('no member has that id: name the node by its host, by which the new one is known again');
  }
  const { pollSeconds, progress, dryRun } = options;
  const seconds = dryRun ? 0 : silenceSeconds;
  const { member: gone, ...seen } = await silentFor(cluster, argument, { seconds, pollSeconds, progress });
  // By its whole address, which is that of the new one, too.
  const node = gone?.uri ?? memberNamed(state, argument ?? '')?.uri ?? argument;
  const awaitsReplacement = node !== undefined && !values['no-replacement'];
  let { life } = seen;
  return (now) => {
    // Once it has shown life, it is not gone, whatever the next glance shows.
    life ??= gone && lifeOf(now, gone.id);
    return planRepair(now, { gone: gone?.id, life, node, awaitsReplacement });
  };
}

function statusOf({ ended, undone }: Outcome): number {
  return ended === 'refused' || ended === 'stuck' || undone.length > 0 ? 1 : 0;
}

function checkZones(state: ClusterState, values: OpsValues): void {
  const plan = planOfZoneless(state, values);
  if (plan) throw new UsageError(plan.refusals.join());
}

/** Whose zone is not known would count as a zone of its own. */
function planOfZoneless(state: ClusterState, { zones }: OpsValues): Plan | undefined {
  const without = zones === undefined ? [] : state.members.filter(({ zone }) => zone === undefined);
  const names = without.map(({ id }) => nameOf(state, id)).join(', ');
  return names === '' ? undefined : planOf({ refusals: [`the file that --zones names has no zone of ${names}`] });
}

function usageErrorOf(error: Error): Error {
  if (error instanceof KeyInClearText) return new UsageError(`${error.message}: say --send-keys-anyway if that is meant`);
  if (error instanceof PlaceTrouble) return new UsageError(error.message);
  if (error instanceof NoCluster) return new UsageError(error.message);
  return error instanceof Refused && error.isDenial
    ? new UsageError(`the key is not taken, or none was given: ${error.message}`)
    : error;
}
