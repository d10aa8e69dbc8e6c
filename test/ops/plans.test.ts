import * as fc from 'fast-check';
import { ClusterState } from '../../lib/ops/cluster-state';
import { planDrain } from '../../lib/ops/drain';
import { Plan } from '../../lib/ops/plan';
import { planRebalance } from '../../lib/ops/rebalance';
import { planRepair } from '../../lib/ops/repair';
import { startable } from '../../lib/ops/run';
import { Step } from '../../lib/ops/step';
import { runs } from '../support/properties';
import {
  follow,
  healthyClusters,
  largestOf,
  member,
  shard,
  sharedZones,
  spread,
  stateOf,
  sumOfLoads,
} from '../support/cluster-states';

const sentencesOf = (plan: Plan, state: ClusterState) => plan.steps.map((step) => step.sentence(state));
const silent = (id: string) => member(id, { answer: undefined });
const leader = (id: string, cannotReach: string[]) => {
  const { answer } = member(id);
  return member(id, { answer: { ...answer!, cannotReach } });
};

describe('rebalance', () => {
  test('comes to an end where every cluster is even, has its copies and stays so, and no step lowers a shard', () => {
    const property = fc.property(healthyClusters, (state) => {
      const { steps, refusals, waits } = planRebalance(state);
      expect([...refusals, ...waits]).toEqual([]);
      const end = follow(state, steps);
      expect(end.shards.map(({ copies }) => copies.length)).toEqual(
        end.shards.map(({ factor }) => Math.min(factor, end.members.length)),
      );
      const zones = [...new Set(end.members.map(({ zone }) => zone))];
      for (const zone of zones) {
        const inside = end.members.filter((one) => one.zone === zone);
        const tolerated = 0.05 * (sumOfLoads(end) / end.members.length);
        expect(spread(end, inside)).toBeLessThanOrEqual(largestOf(end) + tolerated);
      }
      const spreadable = end.shards.filter(({ factor }) => zones[0] !== undefined && factor <= zones.length);
      expect(sharedZones({ ...end, shards: spreadable })).toEqual([]);
      expect(planRebalance(end).steps).toEqual([]);
    });
    fc.assert(property, runs(100));
  });

  test('moves no more than it must: a node that joins is given its part, by the others', () => {
    const shards = [...Array(12).keys()].map((id) => shard(id, `${(id % 3) + 1}`));
    const state = stateOf({ members: ['1', '2', '3', '4'].map((id) => member(id)), shards });
    const { steps } = planRebalance(state);
    expect(steps).toHaveLength(3);
    expect(steps.map(({ transfer }) => transfer!.from).sort()).toEqual(['1', '2', '3']);
    expect(new Set(steps.map(({ transfer }) => transfer!.to))).toEqual(new Set(['4']));
    expect(steps[0].sentence(state)).toMatch(
      /^move shard \d+ of docs \(1000 bytes\) from vectors-\d\.internal to vectors-4\.internal$/,
    );
  });

  test('leaves a small difference alone', () => {
    const sizes: Array<[string, number]> = [
      ['1', 900],
      ['1', 101],
      ['1', 2],
      ['2', 1000],
    ];
    const shards = sizes.map(([peer, bytes], id) => shard(id, peer, { bytes }));
    expect(planRebalance(stateOf({ members: [member('1'), member('2')], shards })).steps).toEqual([]);
  });

  test('moves nothing back and forth while points are written to shards that are alike', () => {
    const members = [member('1'), member('2')];
    const near = (sizes: number[]) => ['1', '1', '2'].map((peer, id) => shard(id, peer, { bytes: sizes[id] }));
    for (const sizes of [
      [1001, 1002, 1000],
      [1000, 1002, 1003],
      [100019, 100003, 100000],
    ]) {
      expect(planRebalance(stateOf({ members, shards: near(sizes) })).steps).toEqual([]);
    }
  });

  test('gives a node that joins its part of many small shards', () => {
    const members = ['1', '2', '3'].map((id) => member(id));
    const shards = [...Array(100).keys()].map((id) => shard(id, `${(id % 2) + 1}`));
    expect(planRebalance(stateOf({ members, shards })).steps.length).toBeGreaterThan(25);
  });

  test('waits for a complete copy of a shard that has none, however many others there are', () => {
    const copies = ['1', '2', '3'].map((peer) => ({ peer, state: 'Dead' }));
    const members = ['1', '2', '3'].map((id) => member(id));
    const state = stateOf({ members, shards: [shard(0, '', { factor: 2, copies })] });
    const waits = ['1', '2', '3'].map((id) => `the copy of shard 0 of docs on vectors-${id}.internal, which is Dead`);
    expect(planRebalance(state)).toMatchObject({ steps: [], waits });
  });

  test('drops what is too much, first what is not complete, but nothing of a shard key, which may have a number of its own', () => {
    const members = ['1', '2', '3'].map((id) => member(id));
    const many = shard(0, '123', { factor: 2 });
    const dead = { ...many, copies: many.copies.map((copy) => (copy.peer === '2' ? { ...copy, state: 'Dead' } : copy)) };
    const state = (one: typeof many) => stateOf({ members, shards: [one] });
    expect(sentencesOf(planRebalance(state(many)), state(many))).toEqual([
      expect.stringMatching(/^drop the copy of shard 0 of docs/),
    ]);
    expect(sentencesOf(planRebalance(state(dead)), state(dead))).toEqual([
      'drop the copy of shard 0 of docs on vectors-2.internal',
    ]);
    const own = planRebalance(state({ ...many, hasKey: true }));
    expect(own).toMatchObject({ steps: [], notes: [expect.stringMatching(/^docs: shards of a shard key have more copies/)] });
  });

  test('does not compare shards by bytes and points at once, and makes copies all the same', () => {
    const members = ['1', '2', '3'].map((id) => member(id));
    const many = [0, 1, 2, 3, 4].map((id) => shard(id, '1'));
    const unmeasured = [{ what: 'vectors-2.internal to tell how large its shards are', why: 'HTTP 429' }];
    const missing = shard(9, '1', { factor: 2 });
    const state = stateOf({ members, shards: [...many, missing], unmeasured });
    const plan = planRebalance(state);
    expect(sentencesOf(plan, state)).toEqual([expect.stringMatching(/^copy shard 9 of docs/)]);
    expect(plan.waits).toEqual(['vectors-2.internal to tell how large its shards are']);
  });

  test('notes that it brings shards of a shard key elsewhere, which may be where they are on purpose', () => {
    const members = ['1', '2'].map((id) => member(id));
    const notes = (hasKey: boolean) =>
      planRebalance(stateOf({ members, shards: [0, 1].map((id) => shard(id, '1', { hasKey })) })).notes.join();
    expect(notes(true)).toMatch(/docs: shards of a shard key are brought to other nodes/);
    expect(notes(false)).not.toMatch(/shard key/);
  });

  test.each<[string, Partial<ClusterState>, keyof Plan, RegExp]>([
    [
      'a node is away',
      { members: [member('1'), member('2'), silent('3')] },
      'refusals',
      /^vectors-3\.internal does not answer: .*ops repair/,
    ],
    ['there is no majority', { members: [member('1'), silent('2')] }, 'refusals', /^no majority/],
    [
      'no leader is known',
      { members: [member('1', { answer: { ...member('1').answer!, leader: undefined } })] },
      'refusals',
      /^no majority/,
    ],
    [
      'an upgrade is under way',
      { members: [member('1'), member('2', { answer: { ...member('2').answer!, version: '1.20.0' } })] },
      'refusals',
      /^the nodes run 1\.19\.0 and 1\.20\.0/,
    ],
    [
      'a node is a listener',
      {
        shards: [
          shard(0, '', {
            copies: [
              { peer: '1', state: 'Active' },
              { peer: '2', state: 'Listener' },
            ],
          }),
        ],
      },
      'refusals',
      /^a node is a listener/,
    ],
    ['the nodes do not agree', { disagreements: ['the nodes do not agree on something'] }, 'waits', /^the nodes do not agree/],
    ['a collection is resharded', { resharding: ['docs'] }, 'waits', /^docs changes its number of shards/],
    [
      'a copy is dead',
      {
        shards: [
          shard(0, '1', {
            factor: 2,
            copies: [
              { peer: '1', state: 'Active' },
              { peer: '2', state: 'Dead' },
            ],
          }),
        ],
      },
      'waits',
      /^the copy of shard 0 of docs on vectors-2\.internal, which is Dead$/,
    ],
  ])('does nothing where %s', (_what, parts, list, reason) => {
    const shards = [0, 1, 2, 3].map((id) => shard(id, '1'));
    const plan = planRebalance(stateOf({ members: [member('1'), member('2')], shards, ...parts }));
    expect(plan.steps).toEqual([]);
    expect(plan[list][0]).toMatch(reason);
  });

  test('moves nothing to disks that have no room, and says where that is not known', () => {
    const disk = (diskPercent?: number, diskBytes?: number) =>
      member('2', { answer: { ...member('2').answer!, diskBytes, diskPercent } });
    const shards = [0, 1].map((id) => shard(id, '1', { bytes: 400 }));
    const plan = (...told: Array<number | undefined>) =>
      planRebalance(stateOf({ members: [member('1'), disk(...told)], shards }));
    expect(plan(44, 1000)).toMatchObject({ refusals: [], notes: [], undone: [], steps: [expect.anything()] });
    const refused = (percent: number) => ({
      ...{ steps: [], refusals: [] },
      undone: [expect.stringContaining(`to vectors-2.internal: its disk is ${percent} % full, and has no room for it`)],
    });
    expect(plan(46, 1000)).toMatchObject(refused(46));
    expect(plan(85)).toMatchObject(refused(85));
    const unknown = { refusals: [], notes: [expect.stringMatching(/could not be told of vectors-2\.internal/)] };
    expect(plan()).toMatchObject(unknown);
    expect(plan(84)).toMatchObject(unknown);
  });
});

describe('where disks are full, rebalance', () => {
  const [GB, TB] = [1e9, 1e12];
  const disk = (id: string, diskPercent: number, zone?: string) =>
    member(id, { zone, answer: { ...member(id).answer!, diskBytes: TB, diskPercent } });

  test('makes the copies that have a place, and says what has none', () => {
    const large = [1, 2, 3, 4].map((id) => shard(id, id % 2 ? '1' : '2', { bytes: 30 * GB }));
    const shards = [shard(0, '1', { factor: 2, bytes: GB }), ...large];
    const state = stateOf({ members: [disk('1', 30), disk('2', 30), disk('3', 85)], shards });
    const plan = planRebalance(state);
    expect(sentencesOf(plan, state)).toEqual(['copy shard 0 of docs (954 MiB) from vectors-1.internal to vectors-2.internal']);
    expect(plan.refusals).toEqual([]);
    expect(plan.undone[0]).toMatch(
      /^move shard \d of docs \(27\.9 GiB\) .* to vectors-3\.internal: its disk is 85 % full, and has no room for it; grow its volume$/,
    );
  });

  test('says what a zone lacks whose only node has no room', () => {
    const members = [disk('1', 30, 'a'), disk('2', 30, 'a'), disk('3', 84, 'b'), disk('4', 10, 'a')];
    const shared = stateOf({ members, shards: [shard(0, '12', { bytes: 20 * GB })] });
    const undone = [expect.stringMatching(/^move shard 0 of docs .* to vectors-3\.internal: its disk is 84 % full/)];
    expect(planRebalance(shared)).toMatchObject({ steps: [], refusals: [], undone });
    const shards = [shard(0, '1', { factor: 2, bytes: 20 * GB })];
    const missing = stateOf({ members: [members[0], members[2], members[3]], shards });
    const plan = planRebalance(missing);
    expect(sentencesOf(plan, missing)).toEqual([expect.stringMatching(/^copy shard 0 of docs .* to vectors-4\.internal$/)]);
    expect(plan).toMatchObject({ refusals: [], undone });
  });

  test('makes the cluster even without them', () => {
    const shards = [0, 1, 2, 3].map((id) => shard(id, '1', { bytes: 10 * GB }));
    const state = stateOf({ members: [disk('1', 30), disk('2', 30), disk('3', 84.5)], shards });
    const { steps } = planRebalance(state);
    expect(steps.map(({ transfer }) => transfer!.to)).toEqual(['2', '2']);
  });
});

describe('drain', () => {
  test('empties any node of any cluster, keeps all copies elsewhere, and removes the node at last', () => {
    const property = fc.property(healthyClusters, fc.nat(5), fc.boolean(), (state, index, fewerCopies) => {
      const { id } = state.members[index % state.members.length];
      const left = state.members.length - 1;
      const { steps, refusals } = planDrain(state, id, { fewerCopies });
      const own = state.shards.filter(({ copies }) => copies.some(({ peer }) => peer === id));
      const isShort = own.some(({ factor }) => factor > left);
      expect(refusals.length > 0).toBe(left === 0 || (isShort && !fewerCopies));
      if (refusals.length > 0) return expect(steps).toEqual([]);
      const end = steps.reduce((draft, step) => {
        expect(step.obstacle(draft)).toBeUndefined();
        return step.applied(draft);
      }, state);
      expect(end.members.map((one) => one.id)).not.toContain(id);
      end.shards.forEach(({ copies, factor }, position) => {
        expect(copies.map(({ peer }) => peer)).not.toContain(id);
        const before = state.shards[position];
        const wasOnIt = own.includes(before);
        const least = wasOnIt ? Math.min(factor, left) : before.copies.length;
        expect(copies.length).toBeGreaterThanOrEqual(least);
      });
      if (!fewerCopies) follow(state, steps);
    });
    fc.assert(property, runs(100));
  });

  test.each<[string, ClusterState, RegExp]>([
    [
      'does not answer',
      stateOf({ members: [member('1'), member('2'), silent('3')] }),
      /^vectors-3\.internal does not answer: .* ops repair vectors-3/,
    ],
    [
      'is the only one',
      stateOf({ members: [member('3', { answer: { ...member('3').answer!, leader: '3' } })] }),
      /is the only node$/,
    ],
    [
      'is none',
      stateOf({ members: [member('1'), member('2')] }),
      /^no member, or more than one, is called vectors-3; members: vectors-1/,
    ],
    [
      'is needed for all copies',
      stateOf({ members: ['1', '2', '3'].map((id) => member(id)), shards: [shard(0, '123')] }),
      /^docs asks for 3 copies, and 2 nodes would be left: lower its replication_factor, or say --fewer-copies$/,
    ],
  ])('refuses a node that %s', (_what, state, reason) => {
    expect(planDrain(state, 'vectors-3')).toMatchObject({ steps: [], refusals: [expect.stringMatching(reason)] });
  });

  test('moves copies of shard keys, whose number nobody tells, and drops none of them', () => {
    const members = ['1', '2', '3', '4'].map((id) => member(id));
    const own = (peers: string) => stateOf({ members, shards: [shard(0, peers, { factor: 1, hasKey: true })] });
    expect(sentencesOf(planDrain(own('12'), '1'), own('12'))).toEqual([
      expect.stringMatching(/^move shard 0 of docs \(1000 bytes\) from vectors-1\.internal to vectors-[34]\.internal$/),
      'remove vectors-1.internal (peer 1) from the cluster',
    ]);
    const refusals = ['shards of a shard key in docs have 4 copies, and 3 nodes would be left: say --fewer-copies'];
    expect(planDrain(own('1234'), '1')).toMatchObject({ steps: [], refusals });
    expect(sentencesOf(planDrain(own('1234'), '1', { fewerCopies: true }), own('1234'))[0]).toMatch(/^drop the copy/);
    const copies = ['1', '2'].map((peer) => ({ peer, state: peer === '1' ? 'Dead' : 'Active' }));
    const dead = stateOf({ members, shards: [shard(0, '', { factor: 1, hasKey: true, copies })] });
    expect(planDrain(dead, '1')).toMatchObject({ steps: [], waits: [expect.stringMatching(/which is Dead$/)] });
  });

  test('brings shards to where there is room, though others carry less', () => {
    const disk = (id: string, diskPercent: number) =>
      member(id, { answer: { ...member(id).answer!, diskBytes: 1000, diskPercent } });
    const members = [disk('1', 40), disk('2', 75), disk('3', 50)];
    const shards = [shard(0, '1', { bytes: 150 }), shard(1, '1', { bytes: 150 }), shard(2, '3', { bytes: 400 })];
    const state = stateOf({ members, shards });
    const { steps, refusals } = planDrain(state, '1');
    expect(refusals).toEqual([]);
    expect(steps.map(({ transfer }) => transfer?.to)).toEqual(['3', '3', undefined]);
    const full = stateOf({ members, shards: [...shards, shard(3, '1', { bytes: 150 })] });
    expect(planDrain(full, '1').refusals).toEqual([expect.stringMatching(/has no room for \d+ bytes more/)]);
  });

  test('counts no copy whose node is away', () => {
    const members = [member('1'), member('2'), member('3'), silent('4')];
    const state = stateOf({ members, shards: [shard(0, '34', { factor: 1 })] });
    expect(planDrain(state, '3').steps).toEqual([]);
    expect(Step.dropReplica(state.shards[0], '3').obstacle(state)).toMatch(/would be left with 0 of 1 complete copies/);
  });

  test('does not wait for copies of the node itself that are dead, where others are complete, but for those of others', () => {
    const members = ['1', '2', '3'].map((id) => member(id));
    const one = (dead: string) => {
      const copies = ['1', '3'].map((peer) => ({ peer, state: peer === dead ? 'Dead' : 'Active' }));
      return stateOf({ members, shards: [shard(0, '', { factor: 2, copies })] });
    };
    expect(sentencesOf(planDrain(one('3'), '3'), one('3'))).toEqual([
      'copy shard 0 of docs (1000 bytes) from vectors-1.internal to vectors-2.internal',
      'drop the copy of shard 0 of docs on vectors-3.internal',
      'remove vectors-3.internal (peer 3) from the cluster',
    ]);
    follow(one('3'), planDrain(one('3'), '3').steps);
    const waits = ['the copy of shard 0 of docs on vectors-1.internal, which is Dead'];
    expect(planDrain(one('1'), '3')).toMatchObject({ steps: [], waits });
    const none = stateOf({ members, shards: [shard(0, '', { factor: 1, copies: [{ peer: '3', state: 'Dead' }] })] });
    expect(planDrain(none, '3')).toMatchObject({
      steps: [],
      waits: [expect.stringMatching(/on vectors-3\.internal, which is Dead/)],
    });
  });

  test('has nothing to do for a node that was removed, and still answers', () => {
    const state = stateOf({ members: [member('1'), member('2')], former: [{ id: '3', host: 'vectors-3.internal' }] });
    expect(planDrain(state, 'vectors-3')).toMatchObject({
      steps: [],
      refusals: [],
      notes: ['vectors-3 was removed from the cluster'],
    });
  });
});

describe('repair', () => {
  const options = { gone: '3', node: 'vectors-3.internal', awaitsReplacement: true };
  const members = [leader('1', ['3']), member('2'), silent('3')];

  test('takes the copies of the node from the list, and then the node', () => {
    const shards = [shard(0, '13'), shard(1, '12'), shard(2, '23')];
    const state = stateOf({ members, shards });
    const plan = planRepair(state, options);
    expect(sentencesOf(plan, state)).toEqual([
      'drop the copy of shard 0 of docs on vectors-3.internal',
      'drop the copy of shard 2 of docs on vectors-3.internal',
      'remove vectors-3.internal (peer 3) from the cluster',
    ]);
    follow({ ...state, shards: shards.map((one) => ({ ...one, factor: 1 })) }, plan.steps);
  });

  test('notes copies of shard keys that it does not make again', () => {
    const shards = [shard(0, '13', { factor: 1, hasKey: true }), shard(1, '13', { factor: 2, hasKey: true })];
    expect(planRepair(stateOf({ members, shards }), options).notes).toEqual([
      expect.stringMatching(/^shard 0 of docs is of a shard key, has 2 copies, and its collection asks for 1: /),
    ]);
  });

  test('says what it waits for where a collection is resharded', () => {
    const shards = [shard(0, '13'), shard(0, '13', { collection: 'images' })];
    const state = stateOf({ members, shards, resharding: ['docs'] });
    const plan = planRepair(state, options);
    expect(plan.waits).toEqual(['docs changes its number of shards']);
    expect(startable(plan.steps, state, 2).map(({ key }) => key)).toEqual(['drop images/0 3']);
  });

  test('makes any cluster whole that lost one of its nodes, unless that would lose a shard', () => {
    const property = fc.property(healthyClusters, fc.nat(5), (whole, index) => {
      const lost = whole.members[index % whole.members.length];
      const rest = whole.members.filter((one) => one !== lost);
      // The first that is left leads, and misses the other.
      const all = whole.members.map((one) => {
        if (one === lost) return { ...one, answer: undefined };
        return { ...one, answer: { ...one.answer!, leader: rest[0].id, cannotReach: one === rest[0] ? [lost.id] : [] } };
      });
      const state = { ...whole, members: all };
      const how = { gone: lost.id, node: lost.uri, awaitsReplacement: false };
      const { steps, refusals } = planRepair(state, how);
      const isLost = whole.shards.some(({ copies }) => copies.every(({ peer }) => peer === lost.id));
      expect(refusals.length > 0).toBe(isLost || rest.length * 2 <= whole.members.length);
      if (refusals.length > 0) return expect(steps).toEqual([]);
      const removed = follow(state, steps);
      expect(removed.members.map(({ id }) => id)).toEqual(rest.map(({ id }) => id));
      const end = follow(removed, planRepair(removed, how).steps);
      expect(end.shards.filter(({ copies, factor }) => copies.length < Math.min(factor, rest.length))).toEqual([]);
      expect(planRepair(end, how)).toMatchObject({ steps: [], waits: [], refusals: [] });
    });
    fc.assert(property, runs(100));
  });

  test('waits for the new node, which is another peer, and gives it what is missing', () => {
    const shards = [shard(0, '1', { factor: 2 }), shard(1, '12'), shard(2, '2', { factor: 2 })];
    const left = [member('1'), member('2')];
    const again =
      /^a new node to join, and to answer, under the address vectors-3.* \(where this is run again, as ops repair vectors-3/;
    const waits = [expect.stringMatching(again)];
    expect(planRepair(stateOf({ members: left, shards }), options)).toMatchObject({ steps: [], waits });
    const joining = member('9', { uri: 'https://vectors-3.internal:6335/', answer: undefined });
    expect(planRepair(stateOf({ members: [...left, joining], shards }), options)).toMatchObject({ steps: [], waits });
    const joined = stateOf({ members: [...left, { ...member('9'), uri: joining.uri }], shards });
    const plan = planRepair(joined, options);
    expect(plan.steps.map(({ transfer }) => transfer!.to)).toEqual(['9', '9']);
    const without = planRepair(stateOf({ members: left, shards }), { ...options, awaitsReplacement: false });
    expect(without.steps).toHaveLength(2);
  });

  test.each<[string, Partial<ClusterState>, RegExp]>([
    ['there is no majority', { members: [leader('1', ['3']), silent('3')] }, /^no majority/],
    [
      'another node is away, too',
      { members: [leader('1', ['3', '4']), member('2'), member('5'), silent('3'), silent('4')] },
      /^vectors-4\.internal does not answer either: one node at a time/,
    ],
    [
      'the other nodes reach it',
      { members: [leader('1', []), member('2'), silent('3')] },
      /^vectors-3\.internal does not answer you, and the leader reaches it/,
    ],
    [
      'it has what no other has',
      { shards: [shard(0, '3')] },
      /^no other node has a complete copy of shard 0 of docs: bring .* back/,
    ],
    [
      'the other copies are dead',
      {
        shards: [
          shard(0, '', {
            copies: [
              { peer: '1', state: 'Dead' },
              { peer: '3', state: 'Active' },
            ],
          }),
        ],
      },
      /^no other node has a complete copy/,
    ],
  ])('refuses where %s', (_what, parts, reason) => {
    const plan = planRepair(stateOf({ members, shards: [shard(0, '13')], ...parts }), options);
    expect(plan).toMatchObject({ steps: [], refusals: [expect.stringMatching(reason)] });
  });

  test('removes nobody who answers', () => {
    const state = stateOf({ members: ['1', '2', '3'].map((id) => member(id)), shards: [shard(0, '13')] });
    expect(planRepair(state, options)).toMatchObject({ steps: [], waits: [], refusals: [] });
  });
});

describe('the steps that can be begun', () => {
  const members = ['1', '2', '3', '4'].map((id) => member(id));
  const shards = [0, 1, 2, 3].map((id) => shard(id, '1'));
  const state = stateOf({ members, shards });
  const move = (id: number, to: string) => Step.moveShard(shards[id], '1', to);
  const keys = (steps: Step[], now = state, most = 2) => startable(steps, now, most).map(({ key }) => key);

  test('are as many as transfers may be under way, those of others counted', () => {
    const steps = [move(0, '2'), move(1, '3'), move(2, '4')];
    expect(keys(steps)).toEqual(['move docs/0 1 2', 'move docs/1 1 3']);
    const transfers = [{ collection: 'docs', shard: 3, from: '1', to: '4', keepsSource: false }];
    expect(keys(steps, { ...state, transfers })).toEqual(['move docs/0 1 2']);
  });

  test('send a node one shard at a time, and change a shard in order', () => {
    expect(keys([move(0, '2'), move(1, '2')])).toEqual(['move docs/0 1 2']);
    expect(keys([Step.replicateShard(shards[0], '1', '2'), Step.dropReplica(shards[0], '1')])).toEqual([
      'replicate docs/0 1 2',
    ]);
  });

  test('remove a node only once nothing else is to be done', () => {
    expect(keys([move(0, '2'), Step.removePeer('4')])).toEqual(['move docs/0 1 2']);
    expect(keys([Step.removePeer('4')])).toEqual(['remove 4']);
    expect(keys([Step.removePeer('1')])).toEqual([]);
  });
});

test.each<[string, (state: ClusterState) => Step, RegExp]>([
  ['sends to who has a copy', ({ shards }) => Step.replicateShard(shards[0], '1', '2'), /vectors-2\.internal has a copy/],
  ['sends from who has none', ({ shards }) => Step.moveShard(shards[0], '3', '4'), /vectors-3\.internal has no complete copy/],
  ['sends to who is away', ({ shards }) => Step.moveShard(shards[0], '1', '5'), /vectors-5\.internal does not answer/],
  [
    'sends what is on its way',
    ({ shards }) => Step.moveShard(shards[1], '1', '4'),
    /a transfer of shard 1 of docs is under way/,
  ],
  ['drops one of too few', ({ shards }) => Step.dropReplica(shards[0], '1'), /left with 1 of 2 complete copies/],
  ['drops what is not there', ({ shards }) => Step.dropReplica(shards[0], '4'), /has no copy of shard 0/],
  ['removes who has copies', () => Step.removePeer('1'), /vectors-1\.internal has a copy of shard 0/],
  ['removes who receives', () => Step.removePeer('3'), /a transfer from or to vectors-3\.internal is under way/],
])('no step is begun that %s', (_what, step, reason) => {
  const members = [...['1', '2', '3', '4'].map((id) => member(id)), silent('5')];
  const transfers = [{ collection: 'docs', shard: 1, from: '1', to: '3', keepsSource: true }];
  const state = stateOf({ members, shards: [shard(0, '12'), shard(1, '12')], transfers });
  expect(step(state).obstacle(state)).toMatch(reason);
});
