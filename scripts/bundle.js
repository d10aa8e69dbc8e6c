// Bundles each program of lib/cli/programs to one file, which needs nothing but Node: a job or a machine that has none of the package runs it. Written
// for the package as it is built, and for tests as they begin, so that it is always what the sources give.
const { mkdirSync, readdirSync, renameSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const { buildSync } = require('esbuild');

const ROOT = join(__dirname, '..');
const PROGRAMS = join(ROOT, 'lib/cli/programs');
const BUNDLES = join(ROOT, 'lib/cluster/bundles');

/** The same text for the same sources, wherever they are. */
function bundleOf(program) {
  const { outputFiles } = buildSync({
    entryPoints: [join(PROGRAMS, `${program}.ts`)],
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
  mkdirSync(BUNDLES, { recursive: true });
  for (const file of readdirSync(PROGRAMS).filter((name) => /(?<!\.d)\.ts$/.test(name))) {
    const program = basename(file, '.ts');
    const bundle = join(BUNDLES, `${program}.js`);
    // Never half of one, as another process may read it.
    const draft = `${bundle}.${process.pid}`;
    writeFileSync(draft, bundleOf(program));
    renameSync(draft, bundle);
  }
}

// Jest calls it before the tests.
module.exports = bundleAll;
module.exports.bundleOf = bundleOf;
if (require.main === module) bundleAll();
