import { existsSync, readFileSync } from 'node:fs';
import { keptRecords, merge, PAGE, proofPage, RECORDS, shortfallsOf } from '../../scripts/proof';
import { ProofRecord } from '../support/proof';

const change: ProofRecord = {
  target: 'Kubernetes',
  on: 'Kubernetes 1.36.3',
  server: 'stand-in',
  at: '2026-11-25T10:00:00.000Z',
  kind: 'change',
  what: 'another version',
  recoverySeconds: 61.4,
  requests: 10012,
  retried: 41,
  failed: 0,
  lost: 0,
  longestGapSeconds: 0.34,
  notReadyAtOnce: 1,
};
const fault: ProofRecord = { ...change, kind: 'fault', what: 'all machines without power', requests: 900, notReadyAtOnce: 3 };
const onAws = (record: ProofRecord): ProofRecord => ({ ...record, target: 'AWS', on: 'systemd 252' });

describe('docs/proof.md', () => {
  test('is what `npm run proof` writes, and is there where docs/proof.json is', () => {
    expect(existsSync(PAGE)).toBe(existsSync(RECORDS));
    if (existsSync(PAGE)) expect(readFileSync(PAGE, 'utf8')).toBe(proofPage(keptRecords()));
  });

  test('has nothing that falls short of the bars', () => {
    expect(keptRecords().flatMap(shortfallsOf)).toEqual([]);
  });
});

describe('the page of records', () => {
  test('has a row for each, in the order in which they ran', () => {
    const second = { ...change, what: 'a second CA', recoverySeconds: 8.04 };
    expect(rowsOf(proofPage([change, second, fault]))).toEqual([
      '| Another version | 61 | 10,012 | 41 | 0 | 0 | 0.3 | 1 |',
      '| A second CA | 8.0 | 10,012 | 41 | 0 | 0 | 0.3 | 1 |',
      '| All machines without power | 61 | 900 | 41 | 0 | 0 | 0.3 | 3 |',
    ]);
  });

  test('names the command that a person has to run', () => {
    const [row] = rowsOf(proofPage([{ ...fault, what: 'a lost disk', command: 'curl a | sh' }]));
    expect(row).toContain('| A lost disk; over after `curl a \\| sh` |');
  });

  test.each([
    ['stand-in', '**The server is a stand-in**, not Qdrant', 'The server is Qdrant itself'],
    ['Qdrant', 'The server is Qdrant itself', 'is a stand-in**'],
  ] as const)('tells that %s served', (server, said, unsaid) => {
    const page = proofPage([{ ...change, server }]);
    expect(page).toContain(said);
    expect(page).not.toContain(unsaid);
  });

  test('says of each target what it ran on, and when, and has none that has not run', () => {
    expect(proofPage([change])).toContain('## Kubernetes\n');
    expect(proofPage([change])).not.toContain('## AWS\n');
    const page = proofPage([{ ...onAws(fault), at: '2026-11-20T23:59:59.000Z' }, change]);
    expect(page).toContain('Run on 2026-11-20, on systemd 252.');
    expect(page).toContain('Run on 2026-11-25, on Kubernetes 1.36.3.');
  });
});

test('the records of a run take the place of those of its target only', () => {
  const before = [onAws(change), onAws(fault), change, fault];
  const now = [{ ...change, what: 'new' }];
  expect(merge(before, now)).toEqual([onAws(change), onAws(fault), ...now]);
  expect(merge([], [change, onAws(change)])).toEqual([onAws(change), change]);
  expect(merge(before, [])).toEqual(before);
});

describe('what falls short of the bars', () => {
  test.each<[string, ProofRecord, string[]]>([
    ['a change as it has to be', change, []],
    ['a request that failed', { ...change, failed: 1 }, ['1 requests failed']],
    ['a lost point', { ...change, lost: 2 }, ['2 points are lost']],
    ['too few requests', { ...change, requests: 9999 }, ['9999 requests are too few']],
    ['two nodes away', { ...change, notReadyAtOnce: 2 }, ['2 nodes were away at once']],
    ['a fault that takes every node', fault, []],
    ['requests that failed while all nodes were away', { ...fault, failed: 40 }, []],
    ['a lost point after a fault', { ...fault, lost: 1 }, ['1 points are lost']],
    ['a fault during which nobody asked', { ...fault, requests: 0 }, ['nothing was asked']],
    [
      'a fault of which no end is told',
      { ...fault, recoverySeconds: undefined },
      ['neither is it over, nor does the log name a command'],
    ],
    ['a fault that a person ends by what the log says', { ...fault, recoverySeconds: undefined, command: 'rm x' }, []],
  ])('%s', (_what, record, shortfalls) => {
    expect(shortfallsOf(record)).toEqual(shortfalls.map((shortfall) => `${record.what}: ${shortfall}`));
  });
});

/** The rows of the tables of changes and faults: eight columns, of which the others have numbers. */
function rowsOf(page: string): string[] {
  return page.split('\n').filter((line) => /^\|.*\| \d+ \|$/.test(line));
}
