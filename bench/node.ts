import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { python } from '../test/support/programs';
import { RunningCluster } from '../test/integration/node/cluster';
import { REAL_SERVER } from '../test/support/server-image';

/** Boots a cluster as the tests do, and measures what a user would ask: how soon it serves, and what the guard costs. */
async function main(): Promise<void> {
  const cluster = await RunningCluster.start({});
  try {
    console.log(`server: ${REAL_SERVER ?? 'the stand-in (set QDRANT_BIN for the real one)'}`);
    await cluster.untilReady(300);
    console.log(`from power on to /readyz, three nodes at once on this machine: ${cluster.secondsSinceBoot().toFixed(1)} s`);
    writeFileSync(cluster.file('ca.pem'), await cluster.secret('ca-certificate'));
    const certificates = ['ca.pem', 'client.pem', 'client-key.pem'].map((name) => cluster.file(name));
    const key = await cluster.secret('read-only');
    // From the node itself: no rule of the security group opens the port behind the guard.
    const { namespace } = cluster.machines[0].member;
    const command = ['netns', 'exec', namespace, python(), join(__dirname, 'guard.py'), cluster.host(0), ...certificates];
    execFileSync('ip', command, { stdio: 'inherit', env: { ...process.env, QDRANT_API_KEY: key } });
  } finally {
    await cluster.stop();
  }
}

void main();
