import { QdrantVersion } from '../../../lib';
import { REAL_SERVER } from '../../support/server-image';
import { Given } from './given';
import { IMAGES } from './images';

/** Of the node that a rollout begins with. */
const NODE = 2;

/** Which release may follow which, on the data of a node. */
export function versions(given: Given): void {
  const refused = (from: string, to: string) => `the data was last served by Qdrant ${from}; ${to} cannot follow it`;
  const untilRefused = (from: string, to: string) =>
    given.real.until(refused(from, to), 60, async () => given.cluster.log(NODE).includes(refused(from, to)));
  const untilRestarted = (times: number) =>
    given.real.until(`it has failed ${times} times`, 120, async () => (await given.cluster.restarts(NODE)) >= times);
  const file = async () => {
    const machine = await given.cluster.machineOf(NODE);
    return { machine, path: `${machine.volume('storage')}/.qdrant-version` };
  };
  const remembered = async () => {
    const { machine, path } = await file();
    return machine.run('cat', [path]);
  };
  const pretend = async (version: string) => {
    const { machine, path } = await file();
    machine.run('sh', ['-c', `printf %s ${version} >${path}`]);
  };

  describe('a release', () => {
    test('that skips a minor one, or goes back, is refused; the next one is not', async () => {
      const { cluster, real } = given;
      for (const stored of ['1.17.0', '1.20.0']) {
        await pretend(stored);
        cluster.killPods([NODE]);
        await untilRefused(stored, '1.19.0');
        expect(await cluster.isReady(NODE)).toBe(false);
      }
      await pretend('1.18.3');
      // The kubelet goes on starting it.
      await cluster.untilReady();
      await real.until('the version is remembered', 20, async () => (await remembered()) === '1.19.0');
    });

    test('that is refused never gets through, however often the pod starts, and does not block the way back', async () => {
      const { cluster, real } = given;
      await cluster.apply({ version: QdrantVersion.V1_18_3, image: IMAGES.server18 });
      await untilRefused('1.19.0', '1.18.3');
      await untilRestarted(2);
      // The container that was started last may have said nothing yet, and that before it may be just being removed.
      const logs = () => [true, false].map((previous) => cluster.log(NODE, 'qdrant', previous));
      const say = refused('1.19.0', '1.18.3');
      await real.until('the last two say so', 60, async () => logs().every((log) => log.includes(say)));
      for (const log of logs()) expect(log).not.toContain('listens');
      expect(await cluster.isReady(NODE)).toBe(false);
      expect(await remembered()).toBe('1.19.0');
      // The others wait for it, and serve.
      await cluster.untilReady(10, [0, 1]);
      for (const node of [0, 1]) expect(cluster.rest(node, '/').body.version).toBe('1.19.0');
      await cluster.rollOut({});
    });

    const onStandIn = REAL_SERVER === undefined ? test : test.skip;
    onStandIn('that does not work does not block the way back', async () => {
      const { cluster } = given;
      await cluster.apply({ version: QdrantVersion.of('1.20.0'), image: IMAGES.brokenServer });
      await given.real.until('it has failed', 120, async () => cluster.log(NODE).includes('this release does not work'));
      await untilRestarted(1);
      expect(await remembered()).toBe('1.19.0');
      await cluster.rollOut({});
      expect(await remembered()).toBe('1.19.0');
    });
  });
}
