import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { PLAIN_RESOLVER } from '../../support/cluster-client';
import { Member } from '../../support/network/bridge';
import { findProgram, python, ROOT, run } from '../../support/programs';
import { REAL_SERVER } from '../../support/server-image';
import { until } from '../../support/until';
import { Given, GRPC, GRPC_BEHIND_GUARD, HEALTH, METRICS, PEER, put, REST, REST_BEHIND_GUARD } from './given';

/** What clients, and those who are none, see of the nodes. */
export function access(given: Given): void {
  describe('what is seen from outside', () => {
    test('three peers joined by themselves', async () => {
      const { cluster, admin } = given;
      const peers = () => JSON.parse(cluster.rest('/cluster', { key: admin }).body).result.peers;
      await until('three peers', 240, () => Object.keys(peers()).length === 3);
      const uris = Object.values<any>(peers()).map(({ uri }) => uri.replace(/\/$/, ''));
      expect(uris.sort()).toEqual([0, 1, 2].map((index) => `https://${cluster.host(index)}:${PEER}`));
    });

    test.each([0, 1, 2])('without a key, or with a wrong one, node %i refuses', (node) => {
      const { cluster, admin } = given;
      expect(cluster.rest('/collections', { node }).status).toBe(401);
      expect(cluster.rest('/collections', { node, key: 'x'.repeat(48) }).status).toBe(401);
      expect(cluster.grpc({ node })).toBe('UNAUTHENTICATED');
      expect(cluster.grpc({ node, key: 'x'.repeat(48) })).toBe('UNAUTHENTICATED');
      expect(cluster.rest('/collections', { node, key: admin }).status).toBe(200);
      expect(cluster.grpc({ node, key: admin })).toBe('OK');
    });

    test('the read-only key reads and does not write', () => {
      const { cluster, readOnly } = given;
      const collection = { vectors: { size: 2, distance: 'Dot' } };
      expect(put(given, '/collections/first', collection, { key: readOnly }).status).toBe(403);
      expect(put(given, '/collections/first', collection).status).toBe(200);
      expect(cluster.rest('/collections', { key: readOnly }).status).toBe(200);
      expect(cluster.grpc({ key: readOnly })).toBe('OK');
    });

    test.each(['', 'expired', 'early', 'other-client'])(
      'a client with the certificate "%s" is refused on REST and on gRPC',
      (client) => {
        const { cluster, admin } = given;
        expect(cluster.rest('/', { client, key: admin })).toMatchObject({ status: 0 });
        expect(cluster.grpc({ client, key: admin })).toBe('UNAVAILABLE');
      },
    );

    test('a node’s own certificate is of no authority that clients’ are to be of, and is refused', () => {
      const { cluster, admin } = given;
      const [machine] = cluster.machines;
      for (const [file, name] of [
        ['cert', 'node-itself'],
        ['key', 'node-itself-key'],
      ]) {
        writeFileSync(cluster.file(`${name}.pem`), machine.run(`cat /run/qdrant/current/tls/${file}.pem`));
      }
      expect(cluster.rest('/', { client: 'node-itself', key: admin })).toMatchObject({ status: 0 });
      expect(cluster.grpc({ client: 'node-itself', key: admin })).toBe('UNAVAILABLE');
      expect(machine.run('openssl storeutl -noout -certs /run/qdrant/current/tls/client-ca.pem')).toContain('Total found: 1\n');
    });

    test('what runs as the server cannot reach the metadata service, and with it the role of the instance', () => {
      const { cluster } = given;
      const [machine] = cluster.machines;
      const ask = 'curl --silent --output /dev/null --max-time 5 --request PUT http://169.254.169.254/latest/api/token';
      const asServer = `setpriv --reuid 1000 --regid 1000 --clear-groups ${ask}`;
      const inContainer = `nsenter --target $(docker inspect --format '{{.State.Pid}}' qdrant) --net ${asServer}`;
      expect(machine.try(ask).code).toBe(0);
      expect(machine.try(asServer).code).toBe(7);
      expect(machine.try(inContainer).code).toBe(7);
      if (!REAL_SERVER) {
        const program = `fetch('http://169.254.169.254/latest/api/token', { method: 'PUT' }).then(() => process.exit(9), () => process.exit(7))`;
        expect(machine.try(`docker exec qdrant /bin/node -e "${program}"`).code).toBe(7);
      }
      // Rules of the machine's own that are loaded anew must not open it.
      machine.run('systemctl restart nftables.service && systemctl reload nftables.service');
      expect(machine.try(asServer).code).toBe(7);
      machine.run('systemctl stop nftables.service');
      expect(machine.try(asServer).code).toBe(7);
    });

    test('a server is told from an impostor by the CA', () => {
      const { cluster, admin } = given;
      expect(cluster.rest('/', { ca: 'other-client-ca.pem' })).toMatchObject({
        status: 0,
        body: expect.stringMatching(/certificate/),
      });
      expect(cluster.grpc({ ca: 'other-client-ca.pem', key: admin })).toBe('UNAVAILABLE');
    });

    test('plain HTTP is refused', () => {
      const { cluster } = given;
      expect(cluster.rest('/', { scheme: 'http', client: '' }).status).not.toBe(200);
    });

    test('ports are reachable from whom they are meant for, and from nobody else', () => {
      const { cluster } = given;
      const ports = [REST, GRPC, PEER, GRPC_BEHIND_GUARD, REST_BEHIND_GUARD, HEALTH, METRICS];
      const reached = (from: Member) => cluster.openPorts(from, 1, ports);
      expect(reached(cluster.allowed)).toEqual([REST, GRPC]);
      expect(reached(cluster.refused)).toEqual([]);
      expect(reached(cluster.machines[0].member)).toEqual([REST, PEER, REST_BEHIND_GUARD]);
    });

    test('no key is seen in processes, in the container, in the journal or on a disk', () => {
      const { cluster, admin, readOnly } = given;
      for (const machine of cluster.machines) {
        for (const where of ['ps axeww', 'docker inspect qdrant', 'journalctl --no-pager', 'cat /var/lib/qdrant/version']) {
          const output = machine.run(where);
          expect(output.length).toBeGreaterThan(0);
          for (const key of [admin, readOnly]) expect(output.includes(key)).toBe(false);
        }
        const keys = ['-e', admin, '-e', readOnly];
        const onRootDisk = spawnSync('grep', ['-rlF', '--devices=skip', ...keys, ...machine.writtenFolders], {
          encoding: 'utf8',
        });
        expect(onRootDisk).toMatchObject({ status: 1, stdout: '' });
        const found = machine.try(`grep -rlF ${keys.join(' ')} /var/lib/qdrant`);
        expect(found).toEqual({ code: 1, output: '' });
      }
    });

    test('a node ran the boot commands of its user, once', () => {
      const { cluster } = given;
      for (const machine of cluster.machines) expect(machine.run('wc -l </run/boot-commands').trim()).toBe('1');
    });

    test('the server has no more rights than it needs, and its data is on the data volume', () => {
      const { cluster } = given;
      const machine = cluster.machines[0];
      const status = machine.run('cat /proc/$(docker inspect --format "{{.State.Pid}}" qdrant)/status');
      expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(machine.run('docker inspect --format "{{.HostConfig.ReadonlyRootfs}}" qdrant').trim()).toBe('true');
      expect(machine.run('findmnt --noheadings --output FSTYPE,OPTIONS --target /var/lib/qdrant/storage')).toMatch(
        /^xfs .*noexec/,
      );
      expect(machine.run('ls /var/lib/qdrant/storage')).toContain('raft_state.json');
      expect(machine.run('stat --format %a:%u /run/qdrant/current/keys.yaml').trim()).toBe('400:1000');
    });

    test.each(['curl', 'python', 'typescript'])('the %s snippet connects', (language) => {
      const { cluster, readOnly } = given;
      const snippet = JSON.parse(cluster.terraform.terraform(['output', '-json']).output);
      const code = Object.values<any>(snippet).find(({ value }) => value?.curl).value[language] as string;
      const output = run('ip', ['netns', 'exec', cluster.allowed.namespace, ...runSnippet(language, code)], {
        cwd: cluster.folder,
        env: { ...process.env, ...PLAIN_RESOLVER, QDRANT_API_KEY: readOnly, NODE_PATH: `${ROOT}/node_modules` },
      });
      expect(output).toContain('first');
    });

    function runSnippet(language: string, code: string): string[] {
      if (language === 'curl') return ['bash', '-c', code];
      if (language === 'python') return [python(), '-c', code];
      const script = code.replace(
        /^import (.+) from '(.+)';$/gm,
        (_, names, module) => `const ${names.replace(/ as /g, ': ')} = require('${module}');`,
      );
      return [findProgram('node')!, '-e', script.replace(/ as any|: any/g, '')];
    }
  });
}
