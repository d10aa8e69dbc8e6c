import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWith } from '../support/shell';

function check(script: string, memory: { [name: string]: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'versions-'));
  for (const [name, value] of Object.entries(memory)) writeFileSync(join(folder, `m-${name}`), value);
  const settings = `MEMORY=${folder}/m- OWN_URI=https://a.new:6335`;
  return {
    ...runWith(['basics', 'versions'], settings, script),
    read: (name: string) => readFileSync(join(folder, `m-${name}`), 'utf8'),
  };
}

describe('data that was last served by a release', () => {
  const table: Array<[string, string, boolean]> = [
    ['1.19.0', '1.19.0', true],
    ['1.19.3', '1.19.0', true],
    ['1.18.3', '1.19.0', true],
    ['1.9.0', '1.10.0', true],
    ['1.17.1', '1.19.0', false],
    ['1.19.0', '1.18.3', false],
    ['1.10.0', '1.9.7', false],
    ['1.19.0', '2.19.0', false],
    ['1.19.0', '2.0.0', false],
  ];
  test.each(table)('%s may be served by %s: %p', (from, to, may) => {
    const { code, errors } = check(`check_upgrade_path ${to}`, { version: from });
    expect(code).toBe(may ? 0 : 1);
    if (!may)
      expect(errors).toBe(
        `error: the data was last served by Qdrant ${from}; ${to} cannot follow it. Upgrade minor by minor, never back.`,
      );
  });

  test('may be served by any where there is none', () => {
    expect(check('check_upgrade_path 1.19.0', {}).code).toBe(0);
    expect(check('check_upgrade_path 1.19.0', { version: '' }).code).toBe(0);
  });
});

test('a node keeps the address by which its cluster knows it', () => {
  expect(check('check_peer_address', {}).code).toBe(0);
  expect(check('check_peer_address', { 'peer-uri': 'https://a.new:6335' }).code).toBe(0);
  expect(check('check_peer_address', { 'peer-uri': 'https://a.old:6335' })).toMatchObject({
    code: 1,
    errors: expect.stringMatching(/known to its cluster as https:\/\/a\.old:6335; it cannot become https:\/\/a\.new:6335/),
  });
});

test('what is remembered is replaced as a whole, and kept where it cannot be written', () => {
  const kept = check('remember version 1.19.0; remember version 1.20.0; remembered version', { version: '1.18.0' });
  expect(kept).toMatchObject({ code: 0, output: '1.20.0' });
  expect(kept.read('version')).toBe('1.20.0');
  // As on a full disk, where the new file stays empty and the program ends.
  const full = check('mv() { return 1; }; remember version 1.20.0', { version: '1.18.0' });
  expect(full.code).not.toBe(0);
  expect(full.read('version')).toBe('1.18.0');
});
