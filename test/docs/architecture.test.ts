import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/programs';

const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
/** The rooms of a target and their lines, by the page: `pod` and `node` are one room. */
const rows = [...page.matchAll(/^\| `(\w+)\/`(?:, `(\w+)\/`)? \|.*\| (\d+) \| (\d+) \|$/gm)];
const byPage = (target: string, column: number) =>
  Object.fromEntries(rows.map((row) => [(target === 'kubernetes' && row[2]) || row[1], Number(row[column])]));

function linesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => !/\.(js|d\.ts)$/.test(file))
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).isFile());
  return files.reduce((lines, file) => lines + readFileSync(file, 'utf8').split('\n').length - 1, 0);
}

describe('ARCHITECTURE.md', () => {
  test.each([
    ['aws', 3],
    ['kubernetes', 4],
  ])('knows the rooms of %s, and about how many lines each needs', (target, column) => {
    const rooms = readdirSync(join(ROOT, 'lib', target), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const stated = byPage(target, column);
    expect(Object.keys(stated).sort()).toEqual(rooms.map((room) => room.name).sort());
    const wrong = rooms
      .map(({ name }) => ({ name, lines: linesIn(join(ROOT, 'lib', target, name)), stated: stated[name] }))
      .filter(({ lines, stated: said }) => Math.abs(lines - said) > lines / 4);
    expect(wrong).toEqual([]);
  });

  test('has a row for each folder of lib', () => {
    const folders = readdirSync(join(ROOT, 'lib'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).filter((name) => !page.includes(`\`lib/${name}\``))).toEqual([]);
  });
});
