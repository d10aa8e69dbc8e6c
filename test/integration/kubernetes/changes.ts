import { kubernetes, QdrantVersion } from '../../../lib';
import { NEXT_ADMIN_KEY, ADMIN_KEY, READ_ONLY_KEY } from './cluster';
import { pause } from '../../support/until';
import { Given } from './given';
import { IMAGES } from './images';

const METRICS = 9153;
const PORTS = [6333, 6334, 6335, 6336, 6337, METRICS];

/** What is planned, while a client writes and reads. */
export function changes(given: Given): void {
  const uids = () => Promise.all(given.cluster.nodes.map(async (node) => (await given.cluster.get(node)).metadata.uid));
  const serials = () => given.cluster.nodes.map((node) => PORTS.map((port) => given.cluster.serial(node, port)));
  const areAllOthers = (before: string[][]) =>
    serials().every((ofNode, node) =>
      ofNode.every((serial, port) => serial.startsWith('serial=') && serial !== before[node][port]),
    );
  const everyNode = (holds: (node: number) => boolean) => given.cluster.nodes.every(holds);
  const believed = (node: number) => given.cluster.exec(node, 'cat /run/qdrant/current/tls/ca.pem').output;

  /** What comes from a Secret or a ConfigMap reaches the server of each pod in its turn. */
  const untilEverywhere = async (what: string, holds: () => boolean) => {
    await given.cluster.update();
    await given.real.until(`${what} everywhere`, 300, async () => holds());
    await given.cluster.untilReady();
  };

  describe('a change, while a client writes and reads', () => {
    test('of the version goes minor by minor, to every node', async () => {
      const { cluster } = given;
      // What was served by a later release does not go back.
      await cluster.remove();
      await cluster.apply({ version: QdrantVersion.V1_17_1, image: IMAGES.server17 });
      await cluster.clients.start();
      await cluster.untilReady(180);
      const versions = () => cluster.nodes.map((node) => cluster.exec(node, 'cat /qdrant/storage/.qdrant-version').output);
      await cluster.change('Qdrant 1.17 to 1.18, whose peers ask each other for the key only afterwards', async () => {
        const version = { version: QdrantVersion.V1_18_3, image: IMAGES.server18 };
        await cluster.rollOut({ ...version, upgradingFrom: QdrantVersion.V1_17_1 });
        expect(versions()).toEqual(Array(3).fill('1.18.3'));
        await cluster.rollOut(version);
      });
      await cluster.change('Qdrant 1.18 to 1.19', () => cluster.rollOut({}));
      expect(versions()).toEqual(Array(3).fill('1.19.0'));
    });

    test('of settings, the image and resources', async () => {
      const { cluster } = given;
      const settings = { logLevel: 'WARN' };
      await cluster.change('settings', () => cluster.rollOut({ settings }));
      expect(cluster.exec(0, 'cat config/local.yaml').output).toMatch(/log_level"?: "?WARN/);
      const image = IMAGES.mirroredServer;
      await cluster.change('image', () => cluster.rollOut({ image }));
      expect((await cluster.get(2)).spec.containers[0].image).toBe(image);
      expect(cluster.exec(0, 'cat config/local.yaml').output).not.toContain('WARN');
      await cluster.change('resources and annotations', () =>
        cluster.rollOut({ resources: { memory: '600Mi', cpu: '120m' }, podAnnotations: { owner: 'search' } }),
      );
      const { spec, metadata } = await cluster.get(0);
      expect(spec.containers[0].resources.limits.memory).toBe('600Mi');
      expect(metadata.annotations.owner).toBe('search');
    });

    test('of the network policies touches no pod', async () => {
      const { cluster, real } = given;
      await cluster.rollOut({});
      const before = await uids();
      const metrics = [`${cluster.host(1)}:${METRICS}`];
      const isOpen = async () => cluster.clients.open('other', metrics).length === 1;
      expect(await isOpen()).toBe(false);
      await cluster.change('network policies', async () => {
        cluster.allow = ({ connections }) =>
          connections.allowMetricsFrom(kubernetes.Peer.pods({ labels: { app: 'other' }, namespace: 'apps' }));
        await cluster.apply();
        await real.until('whom it allows connects', 60, isOpen);
        cluster.allow = () => {};
        await cluster.apply();
        await real.until('it is refused again', 60, async () => !(await isOpen()));
      });
      expect(await uids()).toEqual(before);
    });

    test('of the admin key goes in steps, each of which takes the key that clients have', async () => {
      const { cluster } = given;
      const keys = (admin: string, alternate?: string) => ({
        apiKeys: kubernetes.ApiKeys.fromSecrets({
          admin: kubernetes.Secret.fromName(admin),
          alternate: alternate === undefined ? undefined : kubernetes.Secret.fromName(alternate),
          readOnly: kubernetes.Secret.fromName('key-read'),
        }),
      });
      const status = (node: number, key: string) => cluster.rest(node, '/collections', { key }).status;
      await cluster.change('admin key, in three applies', async () => {
        await cluster.rollOut(keys('key-1', 'key-2'));
        expect(everyNode((node) => [ADMIN_KEY, NEXT_ADMIN_KEY].every((key) => status(node, key) === 200))).toBe(true);
        cluster.clientKey = NEXT_ADMIN_KEY;
        await cluster.clients.update();
        await cluster.rollOut(keys('key-2', 'key-1'));
        await cluster.rollOut(keys('key-2'));
      });
      expect(everyNode((node) => status(node, ADMIN_KEY) === 401 && status(node, NEXT_ADMIN_KEY) === 200)).toBe(true);
      // Back in one step, as the two differ in a name alone.
      cluster.clientKey = ADMIN_KEY;
      await cluster.clients.update();
      await cluster.rollOut({});
    });

    test('of what is behind a Secret’s or a ConfigMap’s name reaches every server, and no pod is made anew', async () => {
      const { cluster } = given;
      const [before, certificates] = [await uids(), serials()];
      await cluster.change('certificate', async () => {
        cluster.secrets['nodes-tls'] = cluster.certificate('nodes-next');
        await untilEverywhere('new certificates', () => areAllOthers(certificates));
      });
      const next = 'n'.repeat(40);
      await cluster.change('read-only key and the CAs of clients, behind the same names', async () => {
        cluster.secrets['key-read'] = { 'api-key': next };
        cluster.configMaps['client-ca'] = {
          'ca.crt': `${cluster.read('client-ca.pem')}${cluster.read('other-client-ca.pem')}`,
        };
        await untilEverywhere('the new key, and the other clients', () =>
          everyNode(
            (node) =>
              cluster.rest(node, '/collections', { client: 'other-client', key: next }).status === 200 &&
              cluster.grpc(node, { client: 'other-client', key: next }) === 'OK',
          ),
        );
      });
      expect(cluster.rest(0, '/collections', { key: READ_ONLY_KEY }).status).toBe(401);
      expect(await uids()).toEqual(before);
      expect(await Promise.all(cluster.nodes.map((node) => cluster.restarts(node)))).toEqual([0, 0, 0]);
    });

    test('to a certificate that is not valid yet is refused, and the nodes go on with the one that they have', async () => {
      const { cluster, real } = given;
      const before = serials();
      cluster.secrets['nodes-tls'] = cluster.certificate('nodes-early');
      await cluster.update();
      const refuses = (node: number) => cluster.log(node).includes('certificate is not yet valid');
      await real.until('every node refuses it', 120, async () => everyNode(refuses));
      // Longer than it takes until each has had its turn.
      await pause(40);
      expect(serials()).toEqual(before);
      cluster.secrets['nodes-tls'] = cluster.certificate('nodes-next');
      await cluster.update();
    });

    test('of the CA’s key, of which a new certificate brings the CA, comes without anybody’s doing', async () => {
      const { cluster, real } = given;
      const renewed = cluster.read('nodes-ca-renewed.pem');
      cluster.clientCas = cluster.read('nodes-ca.pem') + renewed;
      await cluster.clients.update();
      await cluster.change('key of the CA', async () => {
        cluster.secrets['nodes-tls'] = cluster.certificate('nodes-renewed', 'nodes-ca-renewed.pem');
        await cluster.update();
        await real.until('everyone believes the new one alone', 500, async () =>
          everyNode((node) => believed(node) === renewed),
        );
        await cluster.untilReady();
      });
      for (const node of cluster.nodes) expect(new Set(PORTS.map((port) => cluster.serial(node, port))).size).toBe(1);
    });

    test('of the CA goes in the documented steps, without refusing a client of the one or of the other', async () => {
      const { cluster, real } = given;
      const bundle = (name: string) => kubernetes.CaBundle.fromConfigMap(name);
      Object.assign(cluster.configMaps, {
        old: { 'ca.crt': cluster.read('nodes-ca-renewed.pem') },
        new: { 'ca.crt': cluster.read('nodes-ca.pem') },
      });
      const clientVerification = kubernetes.ClientVerification.required();
      const accepted = (client: string) =>
        everyNode(
          (node) => cluster.rest(node, '/collections', { client }).status === 200 && cluster.grpc(node, { client }) === 'OK',
        );
      // Clients have certificates of the nodes' CA for this.
      await cluster.rollOut({ clientVerification });
      cluster.clientCertificate = 'nodes-renewed';
      await cluster.clients.update();
      await cluster.change('CA, in three applies', async () => {
        await cluster.rollOut({ clientVerification, trustedAuthorities: [bundle('new')] });
        expect(['nodes-renewed', 'nodes'].map(accepted)).toEqual([true, true]);
        cluster.secrets['nodes-tls'] = cluster.certificate('nodes');
        await cluster.rollOut({ clientVerification, trustedAuthorities: [bundle('old')] });
        expect(['nodes-renewed', 'nodes'].map(accepted)).toEqual([true, true]);
        cluster.clientCertificate = 'nodes';
        await cluster.clients.update();
        await pause(10);
        await cluster.rollOut({ clientVerification });
        await real.until('the old one is believed no more', 180, async () =>
          everyNode((node) => believed(node) === cluster.read('nodes-ca.pem')),
        );
        await cluster.untilReady();
      });
      expect(['nodes-renewed', 'nodes'].map(accepted)).toEqual([false, true]);
      cluster.clientCertificate = 'client';
      await cluster.clients.update();
      await cluster.rollOut({});
    });
  });
}
