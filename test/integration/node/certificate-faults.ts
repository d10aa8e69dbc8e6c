import { bringCertificate, putCertificate } from './brought-certificate';
import { run } from '../../support/programs';
import { pause, until } from '../../support/until';
import { Given, PEER, REST } from './given';
import { Machine } from './machine';
import { lastLook, look, serial, untilLooked } from './refresh';

/** How long a certificate is valid that every node is to have before it ends: longer than it takes until each has had its turn. */
const BRIEF_SECONDS = 110;
const ENDED = /error: the certificate is not good as sslserver: .*certificate has expired.* It is valid from .* to .* GMT/;
/** In place of the ten minutes after which a node looks again where it has failed. */
const LOOK_SOON = `
mkdir -p /run/systemd/system/qdrant-refresh.service.d
printf '[Service]\\nRestartSec=5\\n' >/run/systemd/system/qdrant-refresh.service.d/soon.conf
systemctl daemon-reload
`;
const LOOK_LATER = 'rm -f /run/systemd/system/qdrant-refresh.service.d/soon.conf; systemctl daemon-reload';

/** A certificate that a user brings, and that ends. */
export function certificateFaults(given: Given): void {
  /** Whether a node serves with a certificate. */
  function has(machine: Machine, name: string): boolean {
    const expected = run('openssl', ['x509', '-noout', '-serial', '-in', given.cluster.file(`${name}.pem`)]);
    return [REST, PEER].every((port) => serial(machine, port) === expected);
  }

  async function untilServingWith(name: string, machines = given.cluster.machines): Promise<void> {
    await until(`they have the certificate ${name}`, 180, () => machines.every((machine) => has(machine, name)));
    await given.cluster.untilReady(120, machines);
  }

  describe('after the fault of a certificate', () => {
    beforeAll(async () => {
      const { cluster } = given;
      if (cluster.options.tls === undefined) await bringCertificate(given);
    }, 900000);
    // A machine that has booted meanwhile has lost it.
    beforeEach(() => given.cluster?.machines.forEach((machine) => machine.run(LOOK_SOON)));
    afterEach(() => given.cluster?.machines.forEach((machine) => machine.run(LOOK_LATER)));

    test('that has changed while a node has no power, the others keep theirs, unless it is about to end', async () => {
      const { cluster } = given;
      const [first, second, away] = cluster.machines;
      const others = [first, second];
      const declines = (machine: Machine) => lastLook(machine).includes(`the node ${cluster.host(2)} is not ready`);
      const during = async () => {
        await away.powerOff();
        await putCertificate(given, 'nodes-ending');
        look(others);
        await until('each has let its turn pass', 120, () => others.every(declines));
        expect(others.some((machine) => has(machine, 'nodes-ending'))).toBe(false);
        await cluster.boot(away);
        await untilServingWith('nodes-ending');
        await untilLooked(others);

        await away.powerOff();
        await putCertificate(given, 'nodes-next');
        look(others);
        await untilServingWith('nodes-next', others);
        await cluster.boot(away);
        const start = Date.now();
        await untilServingWith('nodes-next');
        return (Date.now() - start) / 1000;
      };
      // With one away, a restart is not what every shard has a second replica for.
      await cluster.fault('certificates changed while a node has no power', during, { attempts: 100 });
    });

    test('that has ended, each node says so, and takes the next one without a person', async () => {
      const { cluster } = given;
      const during = async () => {
        cluster.makeCertificates(BRIEF_SECONDS);
        const end = Date.now() + BRIEF_SECONDS * 1000;
        await putCertificate(given, 'nodes-brief');
        look(cluster.machines);
        await untilServingWith('nodes-brief');
        expect(Date.now()).toBeLessThan(end);

        await pause((end - Date.now()) / 1000);
        await until('nobody is ready', 60, () => !cluster.machines.some((machine) => cluster.isReady(machine)));
        look(cluster.machines);
        await until('every node says why', 60, () => cluster.machines.every((machine) => ENDED.test(lastLook(machine))));

        await putCertificate(given, 'nodes-next');
        const start = Date.now();
        await untilServingWith('nodes-next');
        return (Date.now() - start) / 1000;
      };
      await cluster.fault('a certificate that ended, until there is another', during, { attempts: 1500 });
    });
  });
}
