import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWith } from '../support/shell';

const FOUNDED = '2026-03-04T05:06:07Z';
const MINUTE = 60;

/** A node with a data volume, at a time after the founding. */
interface Node {
  readonly index?: number;
  /** In seconds after the cluster was made. */
  readonly at?: number;
  readonly others?: string;
  readonly ready?: string;
  readonly storage?: string;
}

function join_({ index = 0, at = 0, others = 'b c', ready = '', storage = mkdtempSync(join(tmpdir(), 'joining-')) }: Node) {
  const settings = `
    HOST=a INDEX=${index} OWN_URI=https://a:6335 MEMORY=${storage}/.qdrant- RAFT_STATE=${storage}/raft_state.json
    REST_PORT=6333 GUARDED_PORTS= PORTS_BESIDE_REST= CURRENT=/nowhere
    other_hosts() { printf '%s\\n' ${others}; }
    founding_time() { printf ${FOUNDED}; }
    founding_minutes() { printf 60; }`;
  const script = `
    clock() { printf -v "$1" '%s' $(($(date --date ${FOUNDED} +%s) + ${at})); }
    is_ready() { [[ " ${ready} " == *" $2 "* ]]; }
    find_bootstrap && printf '%s' "$bootstrap"`;
  return { ...runWith(['basics', 'readiness', 'joining'], settings, script), storage };
}

describe('a node without data', () => {
  test('joins through one that is ready, whoever it is and whenever', () => {
    for (const index of [0, 1]) {
      for (const at of [0, 1000 * MINUTE]) {
        expect(join_({ index, at, ready: 'c' })).toMatchObject({ code: 0, output: 'https://c:6335' });
      }
    }
  });

  test.each([-59 * MINUTE, 0, 59 * MINUTE, 60 * MINUTE])(
    'founds the cluster %i s after it was made, if it is the first',
    (at) => {
      const { storage, ...ended } = join_({ at });
      expect(ended).toMatchObject({ code: 0, output: 'https://a:6335' });
      expect(readFileSync(`${storage}/.qdrant-founder`, 'utf8')).toBe('https://a:6335');
    },
  );

  test.each([1, 2])('never founds one as node %i', (index) => {
    expect(join_({ index })).toMatchObject({
      code: 1,
      output: '',
      errors: expect.stringMatching(/it waits for one to join through/),
    });
  });

  const outside = [
    ['late', 60 * MINUTE + 1],
    ['years later', 1e8],
    ['with a clock that is not set', -1.7e9],
    ['with a clock an hour behind', -60 * MINUTE - 1],
  ] as const;
  test.each(outside)('founds none %s, and says what to do', (_when, at) => {
    const { code, output, errors, storage } = join_({ at });
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(/does not found a new cluster: the time for that was within 60 minutes of 2026-03-04T05:06:07Z/);
    expect(errors).toMatch(/raise the cluster's foundingGeneration/);
    expect(() => readFileSync(`${storage}/.qdrant-founder`)).toThrow();
  });

  test.each(['', 'null', 'tomorrow', '03', 'garbage'])('founds none where it is told "%s" as the time', (time) => {
    const storage = mkdtempSync(join(tmpdir(), 'joining-'));
    const settings = `HOST=a INDEX=0 OWN_URI=https://a:6335 MEMORY=${storage}/ RAFT_STATE=${storage}/raft REST_PORT=6333 GUARDED_PORTS= PORTS_BESIDE_REST=
      CURRENT=/nowhere; other_hosts() { printf 'b\n'; }; founding_time() { printf '%s' '${time}'; }; founding_minutes() { printf 60; }`;
    // As the programs wait for it: what goes wrong must not throw them out of the loop.
    const script = `is_ready() { return 1; }; clock() { printf -v "$1" '%s' "$(date --date 00:30 +%s)"; }
      for attempt in 1 2; do ! find_bootstrap || { printf 'founds %s' "$bootstrap"; break; }; done; printf 'waits'`;
    expect(runWith(['basics', 'readiness', 'joining'], settings, script)).toMatchObject({
      code: 0,
      output: 'waits',
      errors: expect.stringMatching(/cannot tell when the cluster was made/),
    });
  });

  test('founds none where the time is not known', () => {
    const storage = mkdtempSync(join(tmpdir(), 'joining-'));
    const { code, output } = runWith(
      ['basics', 'readiness', 'joining'],
      `HOST=a INDEX=0 OWN_URI=https://a:6335 MEMORY=${storage}/.qdrant- RAFT_STATE=${storage}/raft_state.json
      REST_PORT=6333 GUARDED_PORTS= PORTS_BESIDE_REST= CURRENT=/nowhere
      other_hosts() { :; }; founding_time() { return 1; }; founding_minutes() { return 1; }`,
      'find_bootstrap && printf "%s" "$bootstrap"',
    );
    expect(code).not.toBe(0);
    expect(output).toBe('');
  });

  test('founds a cluster of its own as the only node', () => {
    expect(join_({ others: '' })).toMatchObject({ code: 0, output: 'https://a:6335' });
  });
});

describe('a node with data', () => {
  const storage = (founder: boolean) => {
    const folder = mkdtempSync(join(tmpdir(), 'joining-'));
    writeFileSync(`${folder}/raft_state.json`, '{}');
    if (founder) writeFileSync(`${folder}/.qdrant-founder`, 'https://a:6335');
    return folder;
  };

  test('goes on at any time, with nobody ready', () => {
    expect(join_({ storage: storage(true), at: 1e8 })).toMatchObject({ code: 0, output: 'https://a:6335' });
  });

  test('is given another to join through unless it has founded the cluster: its first attempt may have been refused', () => {
    const seen = new Set(Array.from({ length: 12 }, () => join_({ index: 1, storage: storage(false), at: 1e8 }).output));
    expect([...seen].sort()).toEqual(['https://b:6335', 'https://c:6335']);
  });

  test('is told how to mend it when it may have lost its volume: it has tried to join, and never served', () => {
    const refused = join_({ index: 1, storage: storage(false) });
    expect(refused.code).toBe(0);
    expect(refused.errors).toMatch(
      /tries again through [bc]\. If it is refused, .* DELETE \/cluster\/peer\/ID\?force=true on another node/,
    );
  });

  test('is told nothing once it has served, nor as the founder, whom nobody refuses', () => {
    const member = storage(false);
    writeFileSync(`${member}/.qdrant-peer-uri`, 'https://a:6335');
    for (const folder of [member, storage(true)]) expect(join_({ storage: folder }).errors).toBe('');
  });
});
