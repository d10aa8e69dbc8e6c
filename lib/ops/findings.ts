import { ClusterState, hasMajority, liveCopies, nameOf, Shard, shardName } from './cluster-state';
import { FULL } from './disk';
import { releasesOf } from './releases';

/** How much something matters: an error is to be mended first, a warning to be known, and what is unknown to be looked at by a person. */
export type FindingLevel = 'error' | 'warning' | 'unknown';

/** What is wrong with a cluster, or cannot be told. */
export interface ClusterFinding {
  readonly level: FindingLevel;
  readonly what: string;
  readonly instead: string;
}

/** From so many percent on a disk is to be grown soon. */
const FILLING = 75;

/** What is wrong with a cluster as it is. */
export function findingsOf(state: ClusterState): ClusterFinding[] {
  return [
    ...memberFindings(state),
    ...versionFindings(state),
    ...state.shards.flatMap((shard) => copyFindings(state, shard)),
    ...transferFindings(state),
    ...diskFindings(state),
  ];
}

function memberFindings(state: ClusterState): ClusterFinding[] {
  const majority = hasMajority(state)
    ? []
    : [
        error(
          'no majority of the nodes answers and has a leader',
          'bring nodes back: nothing can be decided without a majority',
        ),
      ];
  const members = state.members.flatMap(({ id, answer, silence }): ClusterFinding[] => {
    const name = nameOf(state, id);
    const reason = silence ? ` (${silence.why})` : '';
    const isThere = silence?.isThere ?? false;
    if (!answer)
      return [
        error(
          `${name} does not answer${reason}`,
          isThere ? 'look at it' : `bring it back, or, where it is gone for good, cdktf-qdrant ops repair ${name}`,
        ),
      ];
    return [
      ...(answer.consensusWorks ? [] : [error(`the consensus of ${name} has stopped`, 'read its log, and restart it')]),
      ...(answer.ready ? [] : [error(`${name} is not ready (/readyz)`, 'wait until it has caught up, or read its log')]),
      ...(answer.pendingOperations > 0
        ? [warning(`${name} has yet to apply ${answer.pendingOperations} decisions`, 'wait, and look again')]
        : []),
      ...answer.cannotReach.map((other) =>
        error(
          `${name} cannot send to ${nameOf(state, other)}`,
          'look at the network among the nodes (6335) and their certificates',
        ),
      ),
    ];
  });
  const disagreements = state.disagreements.map((what) => warning(what, 'wait until all have taken up what was decided'));
  const unclear = state.unclear.map((what) => error(what, 'nothing is changed before that is known: look at it'));
  return [...majority, ...members, ...disagreements, ...unclear];
}

function versionFindings(state: ClusterState): ClusterFinding[] {
  const versions = releasesOf(state);
  return versions.length < 2 ? [] : [error(`the nodes run ${versions.join(' and ')}`, 'finish the upgrade that was begun')];
}

function copyFindings(state: ClusterState, shard: Shard): ClusterFinding[] {
  const name = shardName(shard);
  const live = liveCopies(state, shard).length;
  const incomplete = shard.copies
    .filter(({ state: copyState }) => copyState !== 'Active')
    .map(({ peer, state: copyState }) =>
      error(
        `the copy of ${name} on ${nameOf(state, peer)} is ${copyState}`,
        'wait: Qdrant brings it back once its node answers',
      ),
    );
  const wanted = Math.min(shard.factor, state.members.length);
  if (live === 0) return [error(`${name} has no complete copy that answers`, 'bring back a node that has it'), ...incomplete];
  const missing =
    shard.copies.length < wanted
      ? [error(`${name} has ${shard.copies.length} of ${wanted} copies`, 'cdktf-qdrant ops rebalance')]
      : [];
  const single =
    shard.factor === 1 && shard.copies.length === 1 && state.members.length > 1
      ? [
          warning(
            `${name} has a single copy`,
            'raise the replication_factor of its collection: it is away while its node restarts',
          ),
        ]
      : [];
  return [...incomplete, ...missing, ...single];
}

function transferFindings(state: ClusterState): ClusterFinding[] {
  const transfers = state.transfers.map(({ collection, shard, from, to }) => {
    const what = `${shardName({ collection, id: shard })} is on its way from ${nameOf(state, from)} to ${nameOf(state, to)}`;
    return error(what, 'wait until it has arrived');
  });
  const resharding = state.resharding.map((name) => error(`${name} changes its number of shards`, 'wait until that has ended'));
  return [...transfers, ...resharding];
}

function diskFindings(state: ClusterState): ClusterFinding[] {
  return state.members.flatMap(({ id, answer }): ClusterFinding[] => {
    if (!answer) return [];
    const { diskPercent } = answer;
    const name = nameOf(state, id);
    if (diskPercent === undefined) {
      return [
        { level: 'unknown', what: `how full the disk of ${name} is`, instead: 'look at it: before 1.19 Qdrant does not tell' },
      ];
    }
    const text = `the disk of ${name} is ${diskPercent} % full`;
    if (diskPercent >= FULL) return [error(text, 'grow its volume')];
    return diskPercent >= FILLING ? [warning(text, 'grow its volume soon')] : [];
  });
}

export function error(what: string, instead: string): ClusterFinding {
  return { level: 'error', what, instead };
}

export function warning(what: string, instead: string): ClusterFinding {
  return { level: 'warning', what, instead };
}
