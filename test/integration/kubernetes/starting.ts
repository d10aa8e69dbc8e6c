import { RealCluster } from './cluster';
import { Given } from './given';
import { versions } from './versions';

const KEY = 'key-1';
const CERTIFICATE = 'nodes-tls';

/** What is not good, how it comes to be, and what the log says. */
const BAD: Array<[string, (cluster: RealCluster) => void, string]> = [
  ['an empty admin key', ({ secrets }) => (secrets[KEY] = { 'api-key': '' }), 'the admin API key is missing or empty'],
  ['a short key', ({ secrets }) => (secrets[KEY] = { 'api-key': 'short' }), "'admin' has 5 characters; at least 32"],
  [
    'a key that fits no header',
    ({ secrets }) => (secrets[KEY] = { 'api-key': 'a b'.repeat(20) }),
    'characters that do not fit a header',
  ],
  [
    'a certificate of another host',
    (cluster) => (cluster.secrets[CERTIFICATE] = cluster.certificate('nodes-elsewhere')),
    "does not name this node's host vectors-0.vectors-peers.search.svc.cluster.local",
  ],
  [
    'a certificate that is not valid yet',
    (cluster) => (cluster.secrets[CERTIFICATE] = cluster.certificate('nodes-early')),
    'certificate is not yet valid',
  ],
  [
    'a key of another certificate',
    (cluster) =>
      (cluster.secrets[CERTIFICATE] = {
        ...cluster.certificate('nodes'),
        'tls.key': cluster.read('nodes-next-key.pem'),
      }),
    'the private key does not belong to the certificate',
  ],
];

/** Prints which ports of a pod are open, and its server's process. A pattern that does not find itself. */
const WHAT_RUNS = `
for port in 6333 6334 6335 6336 6337 6338 9153; do (: </dev/tcp/127.0.0.1/$port) 2>/dev/null && echo port $port; done
grep -lzx -e '--config-pat[h]' /proc/[0-9]*/cmdline 2>/dev/null
true`;

/** What keeps a pod from serving, and what lets it. */
export function starting(given: Given): void {
  describe('what is missing or not good keeps Qdrant from starting, until it is mended', () => {
    test.each(BAD)('%s', async (_what, spoil, message) => {
      const { cluster, real } = given;
      const good = { ...cluster.secrets };
      let waiting;
      try {
        spoil(cluster);
        await cluster.update();
        cluster.killPods([0]);
        await real.until(`it says: ${message}`, 60, async () => cluster.log(0).includes(message));
        waiting = (await cluster.get(0)).metadata.uid;
        expect(cluster.exec(0, WHAT_RUNS)).toEqual({ code: 0, output: '' });
        expect(cluster.exec(1, WHAT_RUNS).output).toMatch(/^port 6333\n(port \d+\n){6}\/proc\/\d+\/cmdline\n$/);
        expect(cluster.rest(0, '/')).toMatchObject({ status: 0 });
        // Those that run go on with what they have.
        expect(cluster.rest(1, '/collections').status).toBe(200);
      } finally {
        cluster.secrets = good;
        await cluster.update();
      }
      await cluster.untilReady(90);
      expect((await cluster.get(0)).metadata.uid).toBe(waiting);
      // A client may know its former address for some seconds.
      await real.until('clients are served', 15, async () => cluster.rest(0, '/collections').status === 200);
    });

    test('a Secret that is not there', async () => {
      const { cluster, real } = given;
      await real.call('DELETE', '/api/v1/namespaces/search/secrets/key-read');
      cluster.killPods([0]);
      try {
        await real.until('Kubernetes says what it waits for', 60, async () => {
          const { uid } = (await cluster.get(0)).metadata;
          const said = real.kubectl('--namespace', 'search', 'events', '--for', 'pod/vectors-0', '--output', 'json');
          return JSON.parse(said).items.some(
            ({ involvedObject, message }: any) => involvedObject.uid === uid && message.includes('secret "key-read" not found'),
          );
        });
        expect(await cluster.isReady(0)).toBe(false);
      } finally {
        await cluster.update();
      }
      await cluster.untilReady(150);
    });
  });

  versions(given);
}
