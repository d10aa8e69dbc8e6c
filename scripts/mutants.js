// Breaks the lines of scripts/mutants.txt one after the other in a copy of the working tree, and runs the tests that must notice:
//   node scripts/mutants.js [WORD]    only mutants of files whose path has the word
// Exits with 1 where one survives, or where its line is no longer found.
const { execFileSync, spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
const git = (args, input) => execFileSync('git', args, { cwd: ROOT, input, maxBuffer: 2 ** 28 });

/** The mutants of the list. A line of prose is no file. */
function mutants() {
  const lines = readFileSync(join(__dirname, 'mutants.txt'), 'utf8').split('\n');
  return lines.flatMap((file, index) => {
    const [before = '', after = '', test = ''] = lines.slice(index + 1, index + 4);
    if (!before.startsWith('- ')) return [];
    if (!after.startsWith('+') || !test.startsWith('jest ')) throw new Error(`mutants.txt, line ${index + 1}: not four lines`);
    return [{ file, before: before.slice(2), after: after.slice(2), test: test.slice(5) }];
  });
}

/** A copy of the working tree, as far as git knows its files. */
function copyTree(folder) {
  git(['worktree', 'add', '--quiet', '--detach', folder, 'HEAD']);
  const changes = git(['diff', '--binary', 'HEAD']);
  if (changes.length > 0) git(['-C', folder, 'apply'], changes);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

function runTests(folder, test) {
  // In its own words, so that a name of a test may have spaces.
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `npx jest ${test}`], { cwd: folder, encoding: 'utf8' });
  return { passed: status === 0, ran: /[1-9]\d* passed/.test(stdout + stderr), log: stdout + stderr };
}

/** The text with one line mutated, or undefined where there is not one such line. */
function mutate(text, { before, after }) {
  const lines = text.split('\n');
  const found = lines.flatMap((line, index) => (line.trim() === before.trim() ? [index] : []));
  if (found.length !== 1) return undefined;
  const [index] = found;
  lines[index] = after && lines[index].match(/^\s*/)[0] + after;
  return lines.join('\n');
}

/** What became of a mutant. A test that fails by itself, or that is not there, notices nothing. */
function judge(folder, mutant, baselines) {
  const path = join(folder, mutant.file);
  const original = readFileSync(path, 'utf8');
  const mutated = mutate(original, mutant);
  if (mutated === undefined) return 'NOT FOUND';
  if (!baselines.has(mutant.test)) baselines.set(mutant.test, runTests(folder, mutant.test));
  const { passed, ran } = baselines.get(mutant.test);
  if (!passed || !ran) return 'NO TEST';
  writeFileSync(path, mutated);
  try {
    return runTests(folder, mutant.test).passed ? 'SURVIVED' : 'killed';
  } finally {
    writeFileSync(path, original);
  }
}

const parent = mkdtempSync(join(tmpdir(), 'mutants-'));
const folder = join(parent, 'tree');
try {
  copyTree(folder);
  const baselines = new Map();
  for (const mutant of mutants().filter(({ file }) => file.includes(process.argv[2] ?? ''))) {
    const verdict = judge(folder, mutant, baselines);
    console.log(`${verdict.padEnd(9)} ${mutant.file}: ${mutant.before}`);
    if (verdict !== 'killed') process.exitCode = 1;
  }
} finally {
  git(['worktree', 'remove', '--force', folder]);
  rmSync(parent, { recursive: true, force: true });
}
