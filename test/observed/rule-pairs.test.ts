import { findingsOf } from '../../lib/observed/judge';
import { awsPairs } from './pairs/aws';
import { kubernetesPairs } from './pairs/kubernetes';
import { kubernetesPairsOfServers } from './pairs/kubernetes-servers';
import { machines } from './pairs/machines';
import { rules } from '../../lib/posture/rules';
import { Pair, rulesThatFind } from './pairs/pair';
import { pods } from './pairs/pods';

const pairs: Pair[] = [...kubernetesPairs, ...kubernetesPairsOfServers, ...awsPairs];

test.each([
  ['pods', pods],
  ['machines', machines],
])('a cluster of %s that is well set up draws no finding', (_of, cluster) => {
  expect(findingsOf(cluster())).toEqual([]);
});

describe('a pair for each rule: what fires it alone, and its nearest neighbour that does not', () => {
  test.each(pairs.map((pair) => [`${pair.rule}: ${pair.fires}; not ${pair.silent}`, pair] as const))('%s', (_name, pair) => {
    const { rule, bad, good, also = [], silentAlso = [], address } = pair;
    const cluster = bad();
    expect(rulesThatFind(cluster)).toEqual([rule, ...also].sort());
    if (address) expect(findingsOf(cluster).find(({ ruleId }) => ruleId === rule)!.address).toBe(address);
    expect(rulesThatFind(good())).toEqual(silentAlso);
  });
});

test('every rule has its pair; those of what only the code knows in the tests of the posture', () => {
  const onlyCode = ['QDR005', 'QDR024', 'QDR025', 'QDR026', 'QDR027', 'QDR050', 'QDR077'];
  const paired = new Set([...pairs.map(({ rule }) => rule), ...onlyCode]);
  expect(rules.filter(({ id }) => !paired.has(id)).map(({ id }) => id)).toEqual([]);
});

test('every rule names the page that says so', () => {
  expect(rules.filter(({ source }) => !/^https:\/\/[\w.]+\/\S+$/.test(source)).map(({ id }) => id)).toEqual([]);
});
