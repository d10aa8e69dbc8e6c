// Bundles each program of lib/cli/programs to one file, which needs nothing but Node: a job or a machine that has none of the package runs it. So is what
// programs need of AWS's client, which nobody installs then who only synthesizes. Written for the package as it is built, and for tests as they begin, so
// that it is always what the sources give.
const { mkdirSync, readdirSync, renameSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const { buildSync } = require('esbuild');

const ROOT = join(__dirname, '..');
const PROGRAMS = join(ROOT, 'lib/cli/programs');
const BUNDLES = join(ROOT, 'lib/cluster/bundles');
const VENDOR = join(ROOT, 'lib/ops/backup/vendor');

/** The same text for the same sources, wherever they are. */
function bundleOf(program) {
  return textOf(join(PROGRAMS, `${program}.ts`));
}

function textOf(entry) {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    write: false,
  });
  return outputFiles[0].text;
}

function bundleAll() {
  // Programs are bundled with it.
  writeWhole(join(VENDOR, 'aws-s3.js'), textOf(join(VENDOR, 'aws-s3.entry.ts')));
  mkdirSync(BUNDLES, { recursive: true });
  for (const file of readdirSync(PROGRAMS).filter((name) => /(?<!\.d)\.ts$/.test(name))) {
    const program = basename(file, '.ts');
    writeWhole(join(BUNDLES, `${program}.js`), bundleOf(program));
  }
}

/** Never half of it, as another process may read it. */
function writeWhole(file, text) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

// Jest calls it before the tests.
module.exports = bundleAll;
module.exports.bundleOf = bundleOf;
if (require.main === module) bundleAll();
