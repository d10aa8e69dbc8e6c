import { describeWith } from '../../support/programs';
import { REAL_SERVER } from '../../support/server-image';
import { until } from '../../support/until';
import { ADMIN_KEY, HARNESS, PodCluster, SETUP_TIMEOUT } from './cluster';

const REST_BEHIND_GUARD = 6337;

describeWith(HARNESS, 'pods that are stopped', () => {
  let cluster: PodCluster;

  beforeAll(async () => {
    cluster = await PodCluster.started('stops');
  }, SETUP_TIMEOUT);
  afterAll(() => cluster?.stop(), 120000);

  const serves = (node: number) => cluster.rest('/collections', { node, key: ADMIN_KEY }).status === 200;

  test('one ends in order, the server with its own last word, and the guard soon after it', async () => {
    const [pod] = cluster.pods;
    const { qdrant, guard } = await pod.stop();
    expect(qdrant.code).toBe(0);
    expect(guard.code).toBe(0);
    if (REAL_SERVER === undefined) expect(pod.logOf('qdrant').trimEnd()).toMatch(/all is written$/);
    expect(qdrant.seconds).toBeLessThan(5);
    expect(pod.log).not.toMatch(/unbound variable/);
    cluster.startPod(pod);
    await cluster.untilReady();
  });

  const onStandIn = REAL_SERVER === undefined ? test : test.skip;
  onStandIn('a server that needs 20 s to write all is given them', async () => {
    const [pod] = cluster.pods;
    pod.environment.QDRANT_STAND_IN_FLUSH_SECONDS = '20';
    await pod.stop();
    cluster.startPod(pod);
    await cluster.untilReady();
    const { qdrant } = await pod.stop();
    expect(qdrant).toMatchObject({ code: 0 });
    expect(qdrant.seconds).toBeGreaterThanOrEqual(20);
    expect(pod.logOf('qdrant').trimEnd()).toMatch(/all is written$/);
    pod.environment.QDRANT_STAND_IN_FLUSH_SECONDS = '';
    cluster.startPod(pod);
    await cluster.untilReady();
  });

  test('clients are served until the server takes no more: the guard does not go before it', async () => {
    const [pod] = cluster.pods;
    let ended = false;
    let lastServed = 0;
    let guardWentFirst = false;
    const stopping = pod.stop().then(() => (ended = true));
    while (!ended) {
      if (serves(0)) lastServed = Date.now();
      else
        guardWentFirst ||=
          cluster.rest('/', { node: 0, port: REST_BEHIND_GUARD, client: 'nodes', from: pod.member }).status === 200;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await stopping;
    expect(guardWentFirst).toBe(false);
    expect(lastServed).toBeGreaterThan(0);
    cluster.startPod(pod);
    await cluster.untilReady();
  });

  test('one waits while another is away, and goes on serving until that is back', async () => {
    const [, second, third] = cluster.pods;
    await third.stop('KILL');
    const stopping = second.stop();
    for (let look = 0; look < 8; look++) {
      expect(serves(1)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    cluster.startPod(third);
    await until('the third is back', 10, () => third.isReady);
    const { qdrant } = await stopping;
    expect(qdrant.code).toBe(0);
    cluster.startPod(second);
    await cluster.untilReady();
  });

  test('one that gets no turn goes all the same in the end, and says so', async () => {
    const [, second, third] = cluster.pods;
    await third.stop('KILL');
    const logged = second.log.length;
    await second.stop();
    expect(second.log.slice(logged)).toMatch(
      /stopping although another node is away: the cluster had no turn for this one within 16 s/,
    );
    cluster.startPod(second);
    cluster.startPod(third);
    await cluster.untilReady();
  });

  test('the last one that is there does not wait', async () => {
    const [first, second, third] = cluster.pods;
    await Promise.all([second.stop('KILL'), third.stop('KILL')]);
    const begun = Date.now();
    const logged = first.log.length;
    await first.stop();
    expect(first.log.slice(logged)).toMatch(/does not rest on this node now/);
    // Less than the two turns that it would wait for.
    expect(Date.now() - begun).toBeLessThan(15000);
    cluster.startAll();
    await cluster.untilReady();
  });

  test('all at once, as when the cluster is removed, end in order within two turns and what it takes to drain', async () => {
    const begun = Date.now();
    const ended = await Promise.all(cluster.pods.map((pod) => pod.stop()));
    for (const { qdrant, guard } of ended) expect([qdrant.code, guard.code]).toEqual([0, 0]);
    expect(Date.now() - begun).toBeLessThan(45000);
    cluster.startAll();
    await cluster.untilReady();
  });
});
