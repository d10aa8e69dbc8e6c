/**
 * What the library costs over hand-written cdktf code that makes the same resources with the same deep imports: time and memory to import, and
 * to synthesize 1, 10 and 100 clusters of three nodes, each as a ratio. Whole processes, the two in turn, medians.
 *
 *   npm run bench            five runs each
 *   npm run bench -- --quick one run each, up to 10 clusters
 */
const { spawnSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const quick = process.argv.includes('--quick');
const RUNS = quick ? 1 : 5;
const COUNTS = quick ? [1, 10] : [1, 10, 100];

/** Seconds and MiB that one run took; the child measures itself, without the start of Node. */
function measure(program, clusters) {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--max-old-space-size=8192', join(__dirname, `${program}.js`), String(clusters), outdir],
      {
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`${program} with ${clusters} clusters ended with ${status}: ${stderr}`);
    return JSON.parse(stdout);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

function compare(what, clusters) {
  const runs = Array.from({ length: RUNS }, () => ({
    library: measure('library', clusters),
    byHand: measure('by-hand', clusters),
  }));
  const figure = (of) => ({
    library: median(runs.map(({ library }) => of(library))),
    byHand: median(runs.map(({ byHand }) => of(byHand))),
    ratio: median(runs.map(({ library, byHand }) => of(library) / of(byHand))),
  });
  return { what, seconds: figure((run) => run.seconds), mebibytes: figure((run) => run.mebibytes) };
}

// What one cluster synthesizes to, for the hand-written side to make again.
rmSync(join(__dirname, 'cdktf.out'), { recursive: true, force: true });
spawnSync(process.execPath, [join(__dirname, 'library.js'), '1', join(__dirname, 'cdktf.out')], {
  stdio: ['ignore', 'ignore', 'inherit'],
});

const rows = [compare('import', 0), ...COUNTS.map((count) => compare(`synthesize ${count}`, count))];
const cell = (value, digits) => value.toFixed(digits).padStart(8);
console.log('                    seconds                        MiB at most');
console.log('                     library  by hand    ratio    library  by hand    ratio');
for (const { what, seconds, mebibytes } of rows) {
  const time = [cell(seconds.library, 3), cell(seconds.byHand, 3), cell(seconds.ratio, 2)].join(' ');
  const memory = [cell(mebibytes.library, 0), cell(mebibytes.byHand, 0), cell(mebibytes.ratio, 2)].join(' ');
  console.log(`${what.padEnd(20)}${time}   ${memory}`);
}
