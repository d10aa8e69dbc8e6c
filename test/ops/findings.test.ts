import { ClusterState, NodeAnswer } from '../../lib/ops/cluster-state';
import { findingsOf } from '../../lib/ops/findings';
import { planPreflight } from '../../lib/ops/preflight';
import { member, shard, stateOf } from '../support/cluster-states';

/** A node of whose disk is known how full it is. */
const known = (id: string, parts: Partial<NodeAnswer> = {}) => {
  const { answer } = member(id);
  return member(id, { answer: { ...answer!, diskPercent: 50, ...parts } });
};
const three = ['1', '2', '3'].map((id) => known(id));
const well = (parts: Partial<ClusterState> = {}) => stateOf({ members: three, shards: [shard(0, '12')], ...parts });
const textsOf = (findings: { level: string; what: string }[]) => findings.map(({ level, what }) => `${level}: ${what}`);

describe('what is wrong with a cluster', () => {
  test('is nothing, where nothing is', () => {
    expect(findingsOf(well())).toEqual([]);
  });

  test.each<[string, Partial<ClusterState>]>([
    ['error: vectors-3.internal does not answer', { members: [known('1'), known('2'), member('3', { answer: undefined })] }],
    [
      'error: no majority of the nodes answers and has a leader',
      { members: [known('1'), member('2', { answer: undefined }), member('3', { answer: undefined })] },
    ],
    [
      'error: the consensus of vectors-2.internal has stopped',
      { members: [known('1'), known('2', { consensusWorks: false }), known('3')] },
    ],
    ['error: vectors-2.internal is not ready (/readyz)', { members: [known('1'), known('2', { ready: false }), known('3')] }],
    [
      'warning: vectors-2.internal has yet to apply 4 decisions',
      { members: [known('1'), known('2', { pendingOperations: 4 })] },
    ],
    [
      'error: vectors-1.internal cannot send to vectors-2.internal',
      { members: [known('1', { cannotReach: ['2'] }), known('2')] },
    ],
    ['error: the nodes run 1.18.3 and 1.19.0', { members: [known('1'), known('2', { version: '1.18.3' })] }],
    ['warning: the nodes do not agree on it', { disagreements: ['the nodes do not agree on it'] }],
    ['error: shard 0 of docs has 1 of 2 copies', { shards: [shard(0, '1', { factor: 2 })] }],
    ['warning: shard 0 of docs has a single copy', { shards: [shard(0, '1')] }],
    [
      'error: the copy of shard 0 of docs on vectors-2.internal is Dead',
      {
        shards: [
          shard(0, '', {
            factor: 2,
            copies: [
              { peer: '1', state: 'Active' },
              { peer: '2', state: 'Dead' },
            ],
          }),
        ],
      },
    ],
    ['error: shard 0 of docs has no complete copy that answers', { shards: [shard(0, '9')] }],
    [
      'error: shard 0 of docs is on its way from vectors-1.internal to vectors-3.internal',
      { transfers: [{ collection: 'docs', shard: 0, from: '1', to: '3', keepsSource: true }] },
    ],
    ['error: docs changes its number of shards', { resharding: ['docs'] }],
    ['error: the disk of vectors-2.internal is 85 % full', { members: [known('1'), known('2', { diskPercent: 85 })] }],
    ['warning: the disk of vectors-2.internal is 75 % full', { members: [known('1'), known('2', { diskPercent: 75 })] }],
    ['unknown: how full the disk of vectors-2.internal is', { members: [known('1'), known('2', { diskPercent: undefined })] }],
  ])('is said: %s', (text, parts) => {
    expect(textsOf(findingsOf(well(parts)))).toContain(text);
  });
});

test('a shard of which there are more copies than its collection asks for has no single one', () => {
  expect(findingsOf(well({ shards: [shard(0, '12', { factor: 1, hasKey: true })] }))).toEqual([]);
});

describe('preflight', () => {
  const running = (...versions: string[]) =>
    well({ members: versions.map((version, index) => known(`${index + 1}`, { version })) });

  test.each([
    ['1.19.0', '1.19.2', []],
    ['1.19.0', '1.20.0', []],
    ['1.18.3', '1.20.0', ['error: from 1.18.3 to 1.20.0 is more than one minor release']],
    ['1.19.0', '2.0.0', ['error: from 1.19.0 to 2.0.0 is more than one minor release']],
    ['1.19.0', '1.18.3', ['error: 1.18.3 is older than 1.19.0, which runs']],
    ['1.19.0', '1.19.0', ['warning: all nodes run 1.19.0 already']],
  ])('from %s to %s finds %j', (from, to, findings) => {
    expect(textsOf(planPreflight(running(from, from, from), to))).toEqual(findings);
  });

  test('names the release to go by', () => {
    expect(planPreflight(running('1.17.1'), '1.19.0')).toMatchObject([
      { instead: 'upgrade to the last release of 1.18 first' },
    ]);
  });

  test('lets an upgrade go on that was begun, and no other', () => {
    const mixed = running('1.18.3', '1.19.0', '1.18.3');
    expect(textsOf(planPreflight(mixed, '1.19.0'))).toEqual(['warning: some nodes run 1.19.0 already, others 1.18.3']);
    expect(textsOf(planPreflight(mixed, '1.19.2'))).toContain('error: the nodes run 1.18.3 and 1.19.0');
    // Whose numbers come in another order than their letters.
    const patched = running('1.18.9', '1.18.10', '1.18.9');
    expect(textsOf(planPreflight(patched, '1.18.10'))).toEqual(['warning: some nodes run 1.18.10 already, others 1.18.9']);
  });

  test('finds what is wrong with the cluster, too', () => {
    const state = well({ shards: [shard(0, '1', { factor: 2 })] });
    expect(textsOf(planPreflight(state, '1.20.0'))).toEqual(['error: shard 0 of docs has 1 of 2 copies']);
  });
});

describe('an upgrade', () => {
  test('does not begin while the nodes do not agree', () => {
    const findings = planPreflight(well({ disagreements: ['the nodes do not agree on it'] }), '1.20.0');
    expect(textsOf(findings)).toContain('error: the nodes do not agree on it');
  });

  test('is judged where one of the nodes runs a release without a number', () => {
    const members = [known('1'), known('2', { version: 'dev' }), known('3', { version: '1.18.3' })];
    expect(textsOf(planPreflight(well({ members }), '1.20.0'))).toContain(
      'error: the release dev is none that could be compared',
    );
  });
});
