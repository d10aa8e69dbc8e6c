import * as fc from 'fast-check';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ran, runWith } from '../support/shell';

const PROGRAMS = ['basics', 'readiness', 'certificates', 'turns'];

/** Who has a turn at a time: lines of SECONDS COUNT TIME are answered with `asked: INDEX... own: INDEX...`. */
function turns(lines: Array<[seconds: number, count: number, time: number]>): Array<{ asked: number[]; own: number[] }> {
  const script = `
    clock() { printf -v "$1" '%s' "$time"; }
    turn_seconds() { printf '%s' "$length"; }
    node_count() { printf "%s" "$nodes"; }
    while read -r length nodes time; do
      for kind in asked own; do
        printf '%s:' "$kind"
        for ((INDEX = 0; INDEX < nodes; INDEX++)); do ! is_turn "$kind" || printf ' %s' "$INDEX"; done
        printf ';'
      done
      printf '\\n'
    done`;
  const { output, errors } = runWith(PROGRAMS, SETTINGS, script, lines.map((line) => `${line.join(' ')}\n`).join(''));
  expect(errors).toBe('');
  return output.split('\n').map((line) => {
    const of = (kind: string) => (new RegExp(`${kind}:([ \\d]*);`).exec(line)![1].match(/\d+/g) ?? []).map(Number);
    return { asked: of('asked'), own: of('own') };
  });
}

const SETTINGS =
  'HOST=a REST_PORT=6333 GUARDED_PORTS= PORTS_BESIDE_REST= CURRENT=/nowhere DRAIN_SECONDS=0 DRAINING=/nowhere MEMORY=/nowhere';

describe('the clock', () => {
  test('never gives a turn to two nodes, nor to Kubernetes or Terraform beside one, whatever its length and their number', () => {
    const times = fc.tuple(
      fc.integer({ min: 30, max: 300 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 2 ** 33 }),
    );
    const lines = fc.sample(times, { numRuns: 300, seed: 7 });
    for (const { asked, own } of turns(lines)) {
      expect(own.length).toBeLessThanOrEqual(1);
      if (asked.length > 0) expect(own).toEqual([]);
    }
  });

  test('gives every node a turn in every round, and leaves two thirds of it to be away in', () => {
    const [seconds, count, start] = [30, 3, 30 * 6 * 1000];
    const round = turns(Array.from({ length: seconds * 2 * count }, (_, second) => [seconds, count, start + second]));
    const own = [0, 1, 2].map((node) => round.flatMap((turn, second) => (turn.own.includes(node) ? [second] : [])));
    expect(own.map((ofNode) => [Math.floor(ofNode[0] / 30), Math.floor(ofNode[ofNode.length - 1] / 30)])).toEqual([
      [1, 1],
      [3, 3],
      [5, 5],
    ]);
    for (const second of own.flat()) expect(second % seconds).toBeLessThan(seconds / 3);
  });

  test('gives none while its length or the number of nodes is not known', () => {
    for (const missing of ['turn_seconds', 'node_count']) {
      const settings = `${SETTINGS}; INDEX=0; turn_seconds() { printf 30; }; node_count() { printf 3; }; ${missing}() { return 1; }`;
      expect(runWith(PROGRAMS, settings, 'clock() { printf -v "$1" 0; }; ! is_turn asked && ! is_turn own')).toMatchObject({
        code: 0,
        errors: '',
      });
    }
  });
});

describe('a node that has its turn', () => {
  const folder = mkdtempSync(join(tmpdir(), 'turns-'));
  /** `ready` says how often the others are ready before one of them is gone. */
  const take = (script: string, more = ''): Ran & { draining: boolean } => {
    const draining = join(mkdtempSync(join(folder, 'node-')), 'draining');
    const settings = `${SETTINGS.replace('DRAINING=/nowhere', `DRAINING=${draining}`)} INDEX=0
      turn_seconds() { printf 30; }; node_count() { printf 3; }; other_hosts() { printf '%s\\n' b c; }`;
    const fakes = `
      looks=0
      clock() { printf -v "$1" 0; }
      ends_soon() { return 1; }
      awaits_trust() { return 1; }
      is_ready() { [[ $2 == a ]] || ((++looks <= \${ready:-1000})); }
      ${more}`;
    return { ...runWith(PROGRAMS, settings, `${fakes}\n${script}`), draining: existsSync(draining) };
  };

  test('looks at the others a second time well apart from every other that was asked at once, and within the turn', () => {
    for (const [seconds, drain, count] of [
      [60, 15, 3],
      [60, 15, 6],
      [60, 2, 3],
      [60, 2, 9],
      [300, 15, 20],
    ]) {
      const looks = [...Array(count).keys()].flatMap((index) =>
        [0, seconds / 3 - 1].map((second) => {
          const settings = `${SETTINGS.replace('DRAIN_SECONDS=0', `DRAIN_SECONDS=${drain}`)} INDEX=${index}; turn_seconds() { printf ${seconds}; }; node_count() { printf ${count}; }`;
          const { output } = runWith(PROGRAMS, settings, `clock() { printf -v "$1" ${second}; }; seconds_until_second_look`);
          return { index, at: second + Number(output) };
        }),
      );
      for (const { index, at } of looks) {
        expect(at).toBeLessThan(seconds);
        for (const other of looks.filter((look) => look.index !== index)) {
          expect(Math.abs(at - other.at)).toBeGreaterThanOrEqual(3);
        }
      }
    }
  });

  test('does not go in a later turn than the one that it began in', () => {
    const passes = 'time=0; clock() { printf -v "$1" "$time"; }; pause() { time=$((time + 31)); }';
    const ended = take('take_turn asked 1', passes);
    expect(ended).toMatchObject({ draining: false });
    expect(ended.errors).toMatch(/the turn has passed/);
  });

  test('does not go where looking at the others took it into a later turn', () => {
    const slow = 'time=0; clock() { printf -v "$1" "$time"; }; others_are_ready() { time=$((time + 31)); }';
    const ended = take('take_turn asked 0', slow);
    expect(ended).toMatchObject({ draining: false });
    expect(ended.errors).toMatch(/the turn has passed/);
  });

  test('is out of service when it has drained', () => {
    expect(take('take_turn asked 5')).toMatchObject({ code: 0, errors: '', draining: true });
  });

  test('goes on serving when another has gone while it drained', () => {
    const ended = take('take_turn asked 1', 'ready=2');
    expect(ended).toMatchObject({ code: 1, draining: false });
    expect(ended.errors).toMatch(/another node has gone meanwhile/);
  });

  test('waits while another is away, and no longer than it was told', () => {
    const start = Date.now();
    expect(take('take_turn asked 2', 'ready=0')).toMatchObject({ code: 1, draining: false });
    expect(Date.now() - start).toBeLessThan(6000);
  });

  test('waits for its turn although all are ready', () => {
    expect(take('take_turn own 1')).toMatchObject({ code: 1, draining: false });
  });

  test('may go while another is away if it serves nobody, or its certificate is about to end', () => {
    expect(take('take_turn asked 1', 'is_ready() { return 1; }')).toMatchObject({ code: 0, draining: true });
    expect(take('take_turn asked 1', 'ready=0; ends_soon() { return 0; }')).toMatchObject({ code: 0, draining: true });
  });

  test('does not miss one that waits to be trusted by it, if it will be', () => {
    const waiting = 'ready=0; awaits_trust() { [[ $2 == new ]]; }';
    expect(take('take_turn asked 1 new', waiting)).toMatchObject({ code: 0, draining: true });
    expect(take('take_turn asked 1', waiting)).toMatchObject({ code: 1, draining: false });
  });
});
