import { CLOCK } from '../../support/clock';
import { testWith } from '../../support/programs';
import { pause } from '../../support/until';
import { Given } from './given';
import { CLOCK_FILE, IMAGES } from './images';

const NODE = 1;

/**
 * A clock that is wrong: of every program in one node's container for the server. The kernel shifts no clock for a namespace, so that the
 * machine's kubelet and the node's guard have the right one.
 */
export function clockFaults(given: Given): void {
  /** Has the node's server run where a file sets the clock. */
  async function giveClock(): Promise<void> {
    const { cluster, real } = given;
    const before = await cluster.restarts(NODE);
    const { namespace, name } = (await cluster.get(NODE)).metadata;
    const image = { spec: { containers: [{ name: 'qdrant', image: IMAGES.clockedServer }] } };
    const patch = 'application/strategic-merge-patch+json';
    expect((await real.call('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}`, image, patch)).status).toBe(200);
    await real.until('it runs in the other image', 120, async () => {
      return (await cluster.restarts(NODE)) > before && (await cluster.isReady(NODE));
    });
  }

  const shift = async (seconds: number) => {
    const { cluster, real } = given;
    expect(cluster.exec(NODE, `printf '+%s' ${seconds} >${CLOCK_FILE}`).code).toBe(0);
    await real.until('its clock says so', 10, async () => {
      const clocks = cluster.exec(NODE, 'date +%s; printf "%(%s)T" -1').output.split('\n');
      return clocks.every((clock) => Math.abs(Number(clock) - Date.now() / 1000 - seconds) < 10);
    });
    // What runs already looks for it that often.
    await pause(10);
  };

  describe('of a clock', () => {
    beforeAll(async () => {
      if (CLOCK.isThere()) await giveClock();
    }, 300000);
    afterAll(async () => {
      const { cluster, real } = given;
      if (!CLOCK.isThere()) return;
      cluster.exec(NODE, `rm -f ${CLOCK_FILE}`);
      const { uid } = (await cluster.get(NODE)).metadata;
      cluster.killPods([NODE]);
      await real.until(
        'it is another pod',
        60,
        async () => ![uid, undefined].includes((await cluster.get(NODE))?.metadata.uid),
      );
      await cluster.untilReady(180);
      expect((await cluster.get(NODE)).spec.containers[0].image).toBe(IMAGES.server);
    }, 300000);

    testWith([CLOCK], 'that is an hour ahead, a node changes its certificate with the others, one at a time', async () => {
      const { cluster, real } = given;
      const serials = () => cluster.nodes.map((node) => cluster.serial(node, 6333));
      const before = serials();
      const { notReadyAtOnce } = await cluster.fault(
        `a machine's clock an hour ahead, and a change of certificates`,
        async () => {
          // Not a multiple of a turn, so that its turns are not those of the others.
          await shift(3600 + 11);
          cluster.secrets['nodes-tls'] = cluster.certificate('nodes-next');
          await cluster.update();
          await real.until('the next certificate everywhere', 240, async () =>
            serials().every((serial, node) => serial.startsWith('serial=') && serial !== before[node]),
          );
          return cluster.untilReady(120);
        },
      );
      expect(notReadyAtOnce).toBeLessThanOrEqual(1);
    });

    testWith(
      [CLOCK],
      'that is a year ahead, a node says what it refuses and why, and serves once the clock is right',
      async () => {
        const { cluster, real } = given;
        const before = await cluster.restarts(NODE);
        await cluster.fault(`a machine's clock a year ahead, and right again`, async () => {
          const from = cluster.log(NODE).length;
          await shift(365 * 24 * 3600);
          await real.until('it is not asked any more', 60, async () => !(await cluster.isReady(NODE)));
          const year = new Date().getUTCFullYear() + 1;
          const why = new RegExp(`certificate has expired.* It is valid from .*; the clock here says .*${year}`);
          await real.until('it says why', 60, async () => why.test(cluster.log(NODE).slice(from)));
          await pause(5);
          await shift(0);
          return cluster.untilReady(120);
        });
        expect(await cluster.restarts(NODE)).toBe(before);
      },
    );
  });
}
