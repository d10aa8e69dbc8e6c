import { findingsOf } from '../../lib/observed/judge';
import { awsPairs, machines } from './pairs/aws';
import { kubernetesPairs, pods } from './pairs/kubernetes';
import { Pair, rulesThatFind } from './pairs/pair';

const pairs: Pair[] = [...kubernetesPairs, ...awsPairs];

test.each([
  ['pods', pods],
  ['machines', machines],
])('a cluster of %s that is well set up draws no finding', (_of, cluster) => {
  expect(findingsOf(cluster())).toEqual([]);
});

describe('a pair for each rule: what fires it alone, and its nearest neighbour that does not', () => {
  test.each(pairs.map((pair) => [`${pair.rule}: ${pair.fires}; not ${pair.silent}`, pair] as const))('%s', (_name, pair) => {
    const { rule, bad, good, also = [], address } = pair;
    const cluster = bad();
    expect(rulesThatFind(cluster)).toEqual([rule, ...also].sort());
    if (address) expect(findingsOf(cluster).find(({ ruleId }) => ruleId === rule)!.address).toBe(address);
    expect(rulesThatFind(good())).not.toContain(rule);
  });
});
