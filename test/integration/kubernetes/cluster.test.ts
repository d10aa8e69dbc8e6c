import { access } from './access';
import { changes } from './changes';
import { RealCluster } from './cluster';
import { faults } from './faults';
import { fiveNodes } from './five-nodes';
import { founding } from './founding';
import { Given } from './given';
import { RealKubernetes } from './kubernetes';
import { starting } from './starting';
import { stops } from './stops';
import { describeWith } from '../../support/programs';

/** How long it may take to start, in milliseconds: another run of the tests may have its network for as long as it takes. */
const SETUP_TIMEOUT = 3600000;

/** Not run by default before it has proved to be stable: with the programs of `test/support/kubernetes/install.sh cluster`. */
const ASKED_FOR = { name: 'KUBERNETES_CLUSTER_TESTS=1', isThere: () => process.env.KUBERNETES_CLUSTER_TESTS === '1' };

// One Kubernetes for all of them, as it takes a minute to boot. Each leaves the cluster as it was, with all nodes ready.
describeWith([ASKED_FOR, ...RealKubernetes.PROGRAMS], 'a cluster on a real Kubernetes', () => {
  const given = {} as Given;

  beforeAll(async () => {
    given.real = await RealKubernetes.start(5);
    given.cluster = await RealCluster.start(given.real);
    process.stderr.write(`ready after ${await given.cluster.untilReady(180)} s\n`);
  }, SETUP_TIMEOUT);
  afterAll(() => given.real?.stop());

  access(given);
  stops(given);
  changes(given);
  faults(given);
  fiveNodes(given);
  starting(given);
  founding(given);
});
