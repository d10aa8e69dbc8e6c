import {
  ClusterState,
  copyOn,
  hasMajority,
  leaderOf,
  liveCopies,
  nameOf,
  shardsBy,
  transferText,
  untoldText,
} from './cluster-state';
import { ClusterFinding } from './findings';
import { Placement } from './placement';
import { Outcome } from './run';
import { bytesText } from './size';

/** Raised when a member changes its meaning or goes; more members may come without that. */
const SCHEMA_VERSION = 1;

/** A cluster, for people: its nodes with what they carry, its collections, and what is under way. */
export function stateText(state: ClusterState): string {
  const placement = new Placement(state);
  const isByBytes = state.shards.length > 0 && state.shards.every(({ bytes }) => bytes !== undefined);
  const load = (id: string) => {
    const own = state.shards.filter((shard) => copyOn(shard, id));
    return isByBytes
      ? bytesText(own.reduce((sum, shard) => sum + placement.weight(shard), 0))
      : sumOf(own, ({ points }) => points);
  };
  const leader = leaderOf(state)?.id;
  const members = state.members.map(({ id, zone, answer }) => [
    nameOf(state, id),
    id,
    zone ?? '',
    answer ? `${answer.version}${answer.ready ? '' : ', not ready'}${id === leader ? ', leads' : ''}` : 'does not answer',
    `${state.shards.filter((shard) => copyOn(shard, id)).length}`,
    `${load(id)}`,
  ]);
  const collections = [...shardsBy(state)].map(([name, shards]) => [
    name,
    `${shards.length}`,
    `${shards[0].factor}`,
    `${Math.min(...shards.map((shard) => liveCopies(state, shard).length))}`,
    `${sumOf(shards, ({ points }) => points)}`,
  ]);
  return [
    table([['Node', 'Peer', 'Zone', 'State', 'Shards', isByBytes ? 'Size' : 'Points'], ...members]),
    '',
    collections.length === 0
      ? 'There are no collections.'
      : table([['Collection', 'Shards', 'Copies asked for', 'Fewest that answer', 'Points'], ...collections]),
    '',
    ...state.transfers.map((transfer) => transferText(state, transfer)),
  ].join('\n');
}

export function findingsText(findings: ClusterFinding[]): string {
  const lines = findings.map(({ level, what, instead }) => `${level}: ${what}\n  ${instead}\n`);
  return findings.length === 0 ? 'Nothing is wrong.\n' : lines.join('');
}

/** What a run did and left, for people. */
export function outcomeText({ ended, begun, left, waits, undone, reasons, notes }: Outcome): string {
  const list = (title: string, lines: string[]) => (lines.length === 0 ? [] : [title, ...lines.map((line) => `  - ${line}`)]);
  const nothing = ended === 'planned' && left.length + waits.length + undone.length === 0 ? ['Nothing is to be done.'] : [];
  return [
    ...list('Refused:', ended === 'refused' ? reasons : []),
    ...list('Given up:', ended === 'stuck' ? reasons : []),
    ...list('Begun:', begun),
    ...list(ended === 'planned' ? 'To be done:' : 'Left to do:', ended === 'refused' ? [] : left),
    ...list('Waits for:', ended === 'refused' ? [] : waits),
    ...list('Cannot be done:', ended === 'planned' ? undone : []),
    ...nothing,
    ...(ended === 'done' ? [begun.length === 0 ? 'Nothing was to be done.' : 'Done.'] : []),
    ...list('Note:', notes),
    '',
  ].join('\n');
}

export function outcomeJson(command: string, { state, ...outcome }: Outcome, exitStatus: number): string {
  return json({ schemaVersion: SCHEMA_VERSION, command, exitStatus, ...outcome, cluster: clusterOf(state) });
}

export function findingsJson(command: string, state: ClusterState, findings: ClusterFinding[], exitStatus: number): string {
  return json({ schemaVersion: SCHEMA_VERSION, command, exitStatus, findings, cluster: clusterOf(state) });
}

function clusterOf(state: ClusterState): object {
  const { members, shards, transfers, resharding, disagreements, unclear, unmeasured } = state;
  return {
    hasMajority: hasMajority(state),
    leader: leaderOf(state)?.id ?? null,
    members: members.map(({ id, uri, zone, answer, silence }) => {
      return { id, uri, zone: zone ?? null, answer: answer ?? null, silence: silence?.why ?? null };
    }),
    ...{ shards, transfers, resharding, disagreements, unclear, unmeasured: unmeasured.map(untoldText) },
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function table(rows: string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  const [head, ...body] = rows;
  return [head, widths.map((width) => '-'.repeat(width)), ...body].map(line).join('\n');
}

function sumOf<T>(all: T[], numberOf: (one: T) => number): number {
  return all.reduce((sum, one) => sum + numberOf(one), 0);
}
