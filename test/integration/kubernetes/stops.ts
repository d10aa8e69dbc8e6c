import { REAL_SERVER } from '../../support/server-image';
import { Given } from './given';

/** What happens to a pod that is stopped, whoever asks for it. */
export function stops(given: Given): void {
  describe('pods that are stopped', () => {
    test('one ends in order, and its guard too', async () => {
      const { cluster } = given;
      const ended = await cluster.stopPod(2);
      for (const { code, log } of Object.values(ended)) {
        expect({ code, log: log.slice(-400) }).toMatchObject({ code: 0 });
        expect(log).not.toMatch(/unbound variable|^error:/m);
        expect(log).not.toBe('');
      }
      // Nothing comes after it.
      if (REAL_SERVER === undefined) expect(ended.qdrant.log.trim()).toMatch(/stand-in stopped, all is written$/);
      await cluster.untilReady(120);
    });

    test('a drain takes one node, and waits with the next until that one is back', async () => {
      const { cluster, real } = given;
      const [first, second] = [await cluster.machineOf(0), await cluster.machineOf(1)];
      const drain = (name: string, seconds: number) =>
        real.tryKubectl('drain', name, '--ignore-daemonsets', '--delete-emptydir-data', `--timeout=${seconds}s`);
      const { uid } = (await cluster.get(0)).metadata;
      await cluster.fault('a machine is drained', async () => {
        expect(drain(first.name, 90)).toMatchObject({ code: 0 });
        const refused = drain(second.name, 6);
        expect(refused.code).not.toBe(0);
        expect(refused.output).toContain('disruption budget');
        expect(await cluster.isReady(1)).toBe(true);
        real.kubectl('uncordon', first.name);
        real.kubectl('uncordon', second.name);
        return real.until('the node is another, and ready', 180, async () => {
          const pod = await cluster.get(0);
          return pod !== undefined && pod.metadata.uid !== uid && (await cluster.isReady(0));
        });
      });
    });
  });
}
