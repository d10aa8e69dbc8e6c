import { bringBack, takeAway } from './away';
import { pause } from '../../support/until';
import { Given } from './given';

/** Longer than it takes until each has had its turn. */
const ALL_TURNS_SECONDS = 55;
/** How long a certificate is valid that every node is to have before it ends. */
const BRIEF_SECONDS = 90;

/** Certificates that come while a node is away, and that end. */
export function certificateFaults(given: Given): void {
  const serial = (node: number) => given.cluster.serial(node, 6333);

  /** Offers a certificate to the nodes; gives what waits until some of them have taken it, and what tells whether one has. */
  async function offer(certificate: string) {
    const { cluster, real } = given;
    const before = cluster.nodes.map(serial);
    cluster.secrets['nodes-tls'] = cluster.certificate(certificate);
    await cluster.update();
    const has = (node: number) => serial(node).startsWith('serial=') && serial(node) !== before[node];
    const until = (nodes: number[]) =>
      real.until(`the nodes ${nodes} have the certificate ${certificate}`, 120, async () => nodes.every(has));
    return { has, until };
  }

  test('while one is away the others go on with the certificate that they have, unless it is about to end', async () => {
    const { cluster } = given;
    const during = async () => {
      const first = await takeAway(given, [2]);
      const ending = await offer('nodes-ending');
      await pause(ALL_TURNS_SECONDS);
      expect([0, 1].some(ending.has)).toBe(false);
      bringBack(given, first);
      await cluster.untilReady(120);
      await ending.until([0, 1]);
      await cluster.untilReady(120);

      const second = await takeAway(given, [2]);
      await (await offer('nodes')).until([0, 1]);
      bringBack(given, second);
      return cluster.untilReady(120);
    };
    // With one away, a restart is not what every shard has a second replica for.
    await cluster.fault('certificates changed while a node is away', during, { attempts: 100 });
  });

  test('one that ends is named in the log of every node, and the next one is taken without a person', async () => {
    const { cluster, real } = given;
    const during = async () => {
      cluster.makeBriefCertificate(BRIEF_SECONDS);
      const end = Date.now() + BRIEF_SECONDS * 1000;
      await (await offer('nodes-brief')).until(cluster.nodes);
      await cluster.untilReady(60);
      expect(Date.now()).toBeLessThan(end);
      const ended =
        /error: the certificate is not good as sslserver: .*certificate has expired.* It is valid from .* to .* GMT/;
      for (const node of cluster.nodes) expect(cluster.log(node)).not.toMatch(ended);

      await pause((end - Date.now()) / 1000);
      await real.until('nobody is asked any more', 60, async () => {
        return (await Promise.all(cluster.nodes.map((node) => cluster.isReady(node)))).every((isReady) => !isReady);
      });
      await real.until('every log says why', 60, async () => cluster.nodes.every((node) => ended.test(cluster.log(node))));
      for (const node of cluster.nodes) expect(cluster.rest(node, '/readyz').body).toMatch(/expired/);

      await offer('nodes-next');
      return cluster.untilReady(180);
    };
    await cluster.fault('a certificate that ended, until there is another', during, { attempts: 1500 });
    await (await offer('nodes')).until(cluster.nodes);
    await cluster.untilReady(120);
  });
}
