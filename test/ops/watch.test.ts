import { planRepair, silentFor } from '../../lib/ops';
import { ClusterState, Silence } from '../../lib/ops/cluster-state';
import { Cluster } from '../../lib/ops/live-cluster';
import { member, shard, stateOf } from '../support/cluster-states';

const gone: Silence = { why: 'ECONNREFUSED', isThere: false };

/** Three nodes of which the third has no answer, by what this machine and the leader see of it. */
function seen(silence: Silence | undefined, cannotReach: string[]): ClusterState {
  const { answer } = member('1');
  const third = member('3', silence ? { answer: undefined, silence } : {});
  const members = [member('1', { answer: { ...answer!, cannotReach } }), member('2'), third];
  return stateOf({ members, shards: [shard(0, '13')] });
}

/** Time passes with each look, and in no other way: however busy the machine is, each is as long as the other. */
const LOOK_MILLISECONDS = 10;
let now = 0;
beforeEach(() => void jest.spyOn(Date, 'now').mockImplementation(() => now));
afterEach(() => jest.restoreAllMocks());

/** What is seen at each look, the last one for good. */
function seenInTurn(...states: ClusterState[]): Cluster {
  const read = async () => {
    now += LOOK_MILLISECONDS;
    return states.length > 1 ? states.shift()! : states[0];
  };
  return { read, send: async () => true };
}

const look = (cluster: Cluster, seconds = 0.05) => silentFor(cluster, '3', { seconds, pollSeconds: 0, progress: () => {} });
const silent = seen(gone, ['3']);
const leaderless = {
  ...silent,
  members: silent.members.map(({ answer, ...one }) => ({ ...one, answer: answer && { ...answer, leader: undefined } })),
};

describe('a node is taken for gone', () => {
  test('where neither this machine nor the leader has reached it all the while', async () => {
    const begun = Date.now();
    expect(await look(seenInTurn(silent))).toEqual({ member: expect.objectContaining({ id: '3' }) });
    expect(Date.now() - begun).toBeGreaterThanOrEqual(50);
  });

  test.each<[string, ClusterState, RegExp]>([
    ['the leader reached it but for the last moment', seen(gone, []), /^vectors-3\.internal .* the leader reaches it/],
    ['nobody led', leaderless, /no leader says whether it reaches it/],
    ['it took a connection', seen({ why: 'no answer within 15 s', isThere: true }, ['3']), /is there: no answer within 15 s/],
  ])('not where %s', async (_what, alive, why) => {
    const states = [...Array(20).fill(alive), silent];
    const { member: watched, life } = await look(seenInTurn(...states));
    expect(life).toMatch(why);
    const plan = planRepair(silent, { gone: watched!.id, life, node: '3', awaitsReplacement: false });
    expect(plan).toMatchObject({ steps: [], refusals: [life] });
  });

  test('not where the leader reached it in the midst: from there on it is watched anew', async () => {
    const begun = Date.now();
    const cluster = seenInTurn(silent, silent, silent, seen(gone, []), silent);
    expect(await look(cluster)).toEqual({ member: expect.objectContaining({ id: '3' }) });
    expect(Date.now() - begun).toBeGreaterThanOrEqual(80);
  });

  test('not where it answers again', async () => {
    expect(await look(seenInTurn(silent, seen(undefined, [])))).toEqual({});
  });
});
