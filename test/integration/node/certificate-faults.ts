import { bringCertificate, putCertificate } from './brought-certificate';
import { pause, until } from '../../support/until';
import { Given, PEER, REST } from './given';
import { Machine } from './machine';
import { lastLook, look, serial } from './refresh';

/** How long a certificate is valid that every node is to have before it ends: longer than it takes until each has had its turn. */
const BRIEF_SECONDS = 110;
const ENDED = /error: the certificate is not good as sslserver: .*certificate has expired.* It is valid from .* to .* GMT/;
/** In place of the ten minutes after which a node looks again where it has failed. */
const LOOK_SOON = `
mkdir -p /run/systemd/system/qdrant-refresh.service.d
printf '[Service]\\nRestartSec=5\\n' >/run/systemd/system/qdrant-refresh.service.d/soon.conf
systemctl daemon-reload
`;
const LOOK_LATER = 'rm /run/systemd/system/qdrant-refresh.service.d/soon.conf; systemctl daemon-reload';

/** A certificate that a user brings, and that ends. */
export function certificateFaults(given: Given): void {
  /** Puts a certificate where nodes look for it; gives what waits until all of them serve with it. */
  async function offer(name: string): Promise<() => Promise<void>> {
    const { cluster } = given;
    const serials = (machine: Machine) => [REST, PEER].map((port) => serial(machine, port));
    const before = cluster.machines.map(serials);
    await putCertificate(given, name);
    const isNew = (machine: Machine, node: number) =>
      serials(machine).every((one, port) => one.startsWith('serial=') && one !== before[node][port]);
    return async () => {
      await until(`all nodes have the certificate ${name}`, 180, () => cluster.machines.every(isNew));
      await cluster.untilReady(120);
    };
  }

  describe('after the fault of a certificate', () => {
    beforeAll(async () => {
      const { cluster } = given;
      if (cluster.options.tls === undefined) await bringCertificate(given);
      for (const machine of cluster.machines) machine.run(LOOK_SOON);
    }, 900000);
    afterAll(() => given.cluster?.machines.forEach((machine) => machine.run(LOOK_LATER)));

    test('that has ended, each node says so, and takes the next one without a person', async () => {
      const { cluster } = given;
      const during = async () => {
        cluster.makeCertificates(BRIEF_SECONDS);
        const end = Date.now() + BRIEF_SECONDS * 1000;
        const untilBrief = await offer('nodes-brief');
        look(cluster.machines);
        await untilBrief();
        expect(Date.now()).toBeLessThan(end);

        await pause((end - Date.now()) / 1000);
        await until('nobody is ready', 60, () => !cluster.machines.some((machine) => cluster.isReady(machine)));
        look(cluster.machines);
        await until('every node says why', 60, () => cluster.machines.every((machine) => ENDED.test(lastLook(machine))));

        const untilNext = await offer('nodes-next');
        const start = Date.now();
        await untilNext();
        return (Date.now() - start) / 1000;
      };
      await cluster.fault('a certificate that ended, until there is another', during, { attempts: 1500 });
    });
  });
}
