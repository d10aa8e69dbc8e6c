import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Synthesizes every example, each as its own `cdktf synth` would, and prints the path of the generated Terraform and what is exposed to whom.
 */
const examples = readdirSync(__dirname, { withFileTypes: true }).filter(
  (entry) => entry.isDirectory() && entry.name !== 'node_modules',
);

for (const { name } of examples) {
  const directory = join(__dirname, name);
  const { app } = JSON.parse(readFileSync(join(directory, 'cdktf.json'), 'utf8'));
  execFileSync('sh', ['-c', app], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });

  const manifest = JSON.parse(readFileSync(join(directory, 'cdktf.out', 'manifest.json'), 'utf8'));
  for (const stack of Object.values<any>(manifest.stacks)) {
    const synthesized = join(directory, 'cdktf.out', stack.synthesizedStackPath);
    console.log(`${name}: ${relative(process.cwd(), synthesized)}\n`);
    const reports: { [path: string]: any } = JSON.parse(readFileSync(synthesized, 'utf8'))['//'].qdrant;
    for (const [path, { exposure, findings }] of Object.entries(reports)) {
      console.log(`${path}\n${exposure}`);
      for (const { ruleId, what, acknowledgedBecause } of findings) {
        console.log(`${ruleId}: ${what}${acknowledgedBecause ? ` (accepted: ${acknowledgedBecause})` : ''}`);
      }
      console.log();
    }
  }
}
