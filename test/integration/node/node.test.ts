import { readFileSync, writeFileSync } from 'node:fs';
import { describeWith } from '../../support/programs';
import { access } from './access';
import { booting } from './booting';
import { certificateFaults } from './certificate-faults';
import { changes } from './changes';
import { clockFaults } from './clock-faults';
import { HARNESS, RunningCluster } from './cluster';
import { faults } from './faults';
import { AT_FIRST, Given } from './given';
import { moreNodes } from './more-nodes';
import { shards } from './shards';
import { endVerification, verification } from './verification';
import { volumes } from './volumes';

/** How long it may take to start, in milliseconds: another run of the tests may have its network for as long as it takes. */
const SETUP_TIMEOUT = 3600000;

/** A change asks every node, up to three times, and ends with as many requests of a client as it takes. */
jest.setTimeout(1800000);

// One cluster for all of them, as it takes minutes to boot. Each leaves it with all nodes ready.
describeWith(HARNESS, 'nodes that run', () => {
  const given = {} as Given;

  beforeAll(async () => {
    given.cluster = await RunningCluster.start(AT_FIRST);
    const { cluster } = given;
    await cluster.untilReady(400);
    await endVerification(cluster);
    given.admin = await cluster.secret('admin');
    given.readOnly = await cluster.secret('read-only');
    writeFileSync(cluster.file('ca.pem'), await cluster.secret('ca-certificate'));
    writeFileSync(cluster.file('key'), given.admin);
  }, SETUP_TIMEOUT);
  afterAll(() => given.cluster?.stop(), 300000);

  verification(given);
  access(given);
  shards(given);
  // Certificates are of the cluster's own CA here, also of a node that comes, and brought after the changes.
  clockFaults(given);
  moreNodes(given);
  changes(given);
  faults(given);
  certificateFaults(given);
  booting(given);
  volumes(given);

  test('no secret is in what Terraform keeps', () => {
    const { cluster, admin, readOnly } = given;
    const state = readFileSync(`${cluster.terraform.directory}/terraform.tfstate`, 'utf8');
    for (const key of [admin, readOnly]) expect(`${state}${cluster.terraform.log}`.includes(key)).toBe(false);
  });
});
