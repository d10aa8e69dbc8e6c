import { canBeExact, countPoints, isAbout, expectationOf } from '../../lib/ops/backup/count';
import { Refused } from '../../lib/ops/rest-client';
import { Site } from '../../lib/ops/backup/site';

describe('how many points a restore may have', () => {
  const counted = { before: 40, after: 40, isExact: true, isQuiet: true };

  test('is for certain what was counted one by one, while nobody wrote', () => {
    expect(expectationOf(counted)).toEqual({ least: 40, most: 40, isCertain: true, text: '40' });
  });

  test.each([
    { ...counted, isQuiet: false },
    { before: 40, after: 40, isExact: true },
  ])('is uncertain where somebody may have written, be it the same number twice: %j', (points) => {
    const text = '40, unless it was written to meanwhile';
    expect(expectationOf(points)).toEqual({ least: 40, most: 40, isCertain: false, text });
  });

  test('is about what lies between two counts, whichever is more', () => {
    const text = '30 to 40, unless it was written to meanwhile';
    expect(expectationOf({ before: 40, after: 30, isExact: true })).toEqual({ least: 30, most: 40, isCertain: false, text });
  });

  test('is about what was estimated, where there were too many to be counted one by one', () => {
    expect(expectationOf({ before: 50e6, after: 50e6, isExact: false, isQuiet: true })).toEqual({
      least: 49.5e6,
      most: 50.5e6,
      isCertain: false,
      text: 'about 50000000',
    });
    expect([canBeExact(20e6), canBeExact(20e6 + 1)]).toEqual([true, false]);
    expect([isAbout(100, 99), isAbout(100, 98)]).toEqual([true, false]);
  });
});

test.each([true, false])('nodes gather no ids but where they count one by one: %s', async (isExact) => {
  const asked: unknown[] = [];
  const site = { ask: async (...args: unknown[]) => (asked.push(args), { count: 7 }) } as unknown as Site;
  expect(await countPoints(site, 'docs', { isExact, seconds: 1800 }, '1')).toEqual({ points: 7, isExact });
  expect(asked).toEqual([['1', 'POST', '/collections/docs/points/count?timeout=1800', { exact: isExact }, 1800]]);
});

test('what may not be counted one by one is estimated, and said so', async () => {
  const ask = async (_peer: unknown, _method: unknown, _path: unknown, { exact }: any) => {
    if (exact) throw new Refused(400, 'Exact search disabled!');
    return { count: 7 };
  };
  const site = { ask } as unknown as Site;
  expect(await countPoints(site, 'docs', { isExact: true, seconds: 1800 })).toEqual({ points: 7, isExact: false });
});
