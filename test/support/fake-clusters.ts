import { FakeCluster, FakeOptions } from './fake-cluster';

/** Starts clusters of one test, which end with it: the first at 127.0.0.NUMBER, each of the others ten addresses further, with peers of other ids. */
export function fakeClusters(number: number): (options?: Partial<FakeOptions>) => Promise<FakeCluster> {
  let fakes: FakeCluster[] = [];
  afterEach(async () => {
    await Promise.all(fakes.map((fake) => fake.stop()));
    fakes = [];
  });
  return async (options = {}) => {
    const [host, firstId] = [`127.0.0.${number + 10 * fakes.length}`, 1000 + 100 * fakes.length];
    const fake = await FakeCluster.start({ nodes: 3, host, firstId, diskPercent: 40, ...options });
    fakes.push(fake);
    return fake;
  };
}
