import { CLOCK } from '../../support/clock';
import { describeWith } from '../../support/programs';
import { pause, until } from '../../support/until';
import { WrongClock } from './clock';
import { Given, REST } from './given';
import { lastLook, look, serial, stopLooking, untilLooked } from './refresh';

const NODE = 1;
/** As AWS refuses who signs by a clock that is ahead: with what that clock says, and what its own says. */
const REFUSED_BY_AWS = /Signature not yet current: \S+ is still later than \S+/;
/** A program that runs already looks for its clock that often. */
const LOOKS_FOR_CLOCK_SECONDS = 10;

/** A clock of one node that is wrong. */
export function clockFaults(given: Given): void {
  describeWith([CLOCK], 'after the fault of a clock', () => {
    let clock: WrongClock;

    beforeAll(async () => {
      clock = new WrongClock(given.cluster.machines[NODE]);
      clock.start();
      await given.cluster.untilReady(120);
      await clock.untilServerHas(0);
    }, 300000);
    afterAll(() => clock?.stop());

    test('that is ahead, a node changes its certificate with the others once AWS takes what it asks', async () => {
      const { cluster } = given;
      const { machines } = cluster;
      const serials = () => machines.map((machine) => serial(machine, REST));
      const before = serials();
      const during = async () => {
        // Not a multiple of a turn, so that its turns are not those of the others.
        clock.shift(3600 + 11);
        for (const machine of machines) machine.run('rm -rf /run/qdrant/identity');
        look(machines);
        await pause(LOOKS_FOR_CLOCK_SECONDS);
        await until('it says why it cannot', 60, () => REFUSED_BY_AWS.test(lastLook(machines[NODE])));
        expect(serials()[NODE]).toBe(before[NODE]);

        clock.shift(4 * 60 + 11);
        const start = Date.now();
        await untilLooked(machines, 150);
        await cluster.untilReady(60);
        return (Date.now() - start) / 1000;
      };
      const what = `a node's clock an hour ahead, then four minutes, and a change of certificates`;
      const { notReadyAtOnce } = await cluster.fault(what, during);
      expect(notReadyAtOnce).toBeLessThanOrEqual(1);
      expect(serials().every((one, node) => one.startsWith('serial=') && one !== before[node])).toBe(true);
    });

    test('that is a year ahead, a node serves nobody and says why, and serves once the clock is right', async () => {
      const { cluster } = given;
      const machine = cluster.machines[NODE];
      const container = () => machine.run('docker inspect --format "{{.Id}}" qdrant');
      const before = container();
      await cluster.fault(`a node's clock a year ahead, and right again`, async () => {
        // What looks already waits for the node to be ready, and asks again after a minute only.
        stopLooking([machine]);
        clock.shift(365 * 24 * 3600);
        await until('it is not asked any more', 60, () => !cluster.isReady(machine));
        const saysWhy = () => {
          look([machine]);
          return REFUSED_BY_AWS.exec(lastLook(machine))?.[0].includes(`${new Date().getUTCFullYear() + 1}`) ?? false;
        };
        await until('it says why', 180, saysWhy, () => lastLook(machine));
        clock.shift(0);
        const start = Date.now();
        await cluster.untilReady(60);
        await untilLooked([machine]);
        return (Date.now() - start) / 1000;
      });
      expect(container()).toBe(before);
    });
  });
}
