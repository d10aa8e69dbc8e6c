import { canBeExact, countPoints, isAbout, rangeOf } from '../../lib/ops/backup/count';
import { Site } from '../../lib/ops/backup/site';

describe('how many points a restore may have', () => {
  test('is the number that was counted twice, one by one', () => {
    expect(rangeOf({ before: 40, after: 40, isExact: true })).toEqual({ least: 40, most: 40, text: '40' });
  });

  test('is anything between two counts, whichever is more', () => {
    const text = '30 to 40, as it was written to meanwhile';
    expect(rangeOf({ before: 40, after: 30, isExact: true })).toEqual({ least: 30, most: 40, text });
  });

  test('is about what was estimated, where there were too many to be counted one by one', () => {
    expect(rangeOf({ before: 50e6, after: 50e6, isExact: false })).toEqual({
      least: 49.5e6,
      most: 50.5e6,
      text: 'about 50000000',
    });
    expect([canBeExact(20e6), canBeExact(20e6 + 1)]).toEqual([true, false]);
    expect([isAbout(100, 99), isAbout(100, 98)]).toEqual([true, false]);
  });
});

test.each([true, false])('nodes gather no ids but where they count one by one: %s', async (isExact) => {
  const asked: unknown[] = [];
  const site = { ask: async (...args: unknown[]) => (asked.push(args), { count: 7 }) } as unknown as Site;
  expect(await countPoints(site, 'docs', { isExact, seconds: 1800 }, '1')).toBe(7);
  expect(asked).toEqual([['1', 'POST', '/collections/docs/points/count?timeout=1800', { exact: isExact }, 1800]]);
});
