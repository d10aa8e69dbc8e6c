import { App } from 'cdktf';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What `cdktf synth` prints of an app: it takes this from the manifest. Each with its stack, and the path that it stands at. */
export function warningsOf(build: (app: App) => void): string[] {
  const outdir = mkdtempSync(join(tmpdir(), 'synth-'));
  try {
    const app = new App({ outdir });
    build(app);
    app.synth();
    const { stacks } = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8'));
    return Object.values<any>(stacks).flatMap(({ name, annotations }) =>
      annotations.map(({ level, constructPath, message }: any) => `${name}: ${level} [${constructPath}] ${message}`),
    );
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
