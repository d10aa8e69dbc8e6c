import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { aws, QdrantVersion } from '../../../lib';
import { PLAIN_RESOLVER } from '../../support/cluster-client';
import { describeWith, findProgram, python, ROOT, run, testWith } from '../../support/programs';
import { HARNESS, RunningCluster } from './cluster';
import { until } from '../../support/until';
import { REAL_SERVER } from '../../support/server-image';
import { Machine } from './machine';
import { Vpc } from './vpc';

const REST = 6333;
const GRPC = 6334;
const PEER = 6335;
const GRPC_BEHIND_GUARD = 6336;
const REST_BEHIND_GUARD = 6337;
const HEALTH = 6339;
const METRICS = 9153;

describeWith(HARNESS, 'nodes that run', () => {
  let cluster: RunningCluster;
  let admin: string;
  let readOnly: string;
  const started: { version: QdrantVersion; upgradingFrom?: QdrantVersion } = { version: QdrantVersion.V1_18_3 };

  beforeAll(async () => {
    cluster = await RunningCluster.start(started);
    await cluster.untilReady(400);
    admin = await cluster.secret('admin');
    readOnly = await cluster.secret('read-only');
    writeFileSync(cluster.file('ca.pem'), await cluster.secret('ca-certificate'));
    writeFileSync(cluster.file('key'), admin);
  }, 3600000);
  afterAll(() => cluster?.stop(), 300000);

  const put = (path: string, body: unknown, options = {}) =>
    cluster.rest(path, { method: 'PUT', body: JSON.stringify(body), key: admin, ...options });

  describe('what is seen from outside', () => {
    test('three peers joined by themselves', async () => {
      const peers = () => JSON.parse(cluster.rest('/cluster', { key: admin }).body).result.peers;
      await until('three peers', 240, () => Object.keys(peers()).length === 3);
      const uris = Object.values<any>(peers()).map(({ uri }) => uri.replace(/\/$/, ''));
      expect(uris.sort()).toEqual([0, 1, 2].map((index) => `https://${cluster.host(index)}:${PEER}`));
    });

    test.each([0, 1, 2])('without a key, or with a wrong one, node %i refuses', (node) => {
      expect(cluster.rest('/collections', { node }).status).toBe(401);
      expect(cluster.rest('/collections', { node, key: 'x'.repeat(48) }).status).toBe(401);
      expect(cluster.grpc({ node })).toBe('UNAUTHENTICATED');
      expect(cluster.grpc({ node, key: 'x'.repeat(48) })).toBe('UNAUTHENTICATED');
      expect(cluster.rest('/collections', { node, key: admin }).status).toBe(200);
      expect(cluster.grpc({ node, key: admin })).toBe('OK');
    });

    test('the read-only key reads and does not write', () => {
      const collection = { vectors: { size: 2, distance: 'Dot' } };
      expect(put('/collections/first', collection, { key: readOnly }).status).toBe(403);
      expect(put('/collections/first', collection).status).toBe(200);
      expect(cluster.rest('/collections', { key: readOnly }).status).toBe(200);
      expect(cluster.grpc({ key: readOnly })).toBe('OK');
    });

    test.each(['', 'expired', 'early', 'other-client'])(
      'a client with the certificate "%s" is refused on REST and on gRPC',
      (client) => {
        expect(cluster.rest('/', { client, key: admin })).toMatchObject({ status: 0 });
        expect(cluster.grpc({ client, key: admin })).toBe('UNAVAILABLE');
      },
    );

    test('a node’s own certificate is of no authority that clients’ are to be of, and is refused', () => {
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
      expect(cluster.rest('/', { ca: 'other-client-ca.pem' })).toMatchObject({
        status: 0,
        body: expect.stringMatching(/certificate/),
      });
      expect(cluster.grpc({ ca: 'other-client-ca.pem', key: admin })).toBe('UNAVAILABLE');
    });

    test('plain HTTP is refused', () => {
      expect(cluster.rest('/', { scheme: 'http', client: '' }).status).not.toBe(200);
    });

    test('ports are reachable from whom they are meant for, and from nobody else', () => {
      const reached = (from: { namespace: string }) =>
        [REST, GRPC, PEER, GRPC_BEHIND_GUARD, REST_BEHIND_GUARD, HEALTH, METRICS].filter((port) =>
          cluster.connects(from as any, 1, port),
        );
      expect(reached(cluster.allowed)).toEqual([REST, GRPC]);
      expect(reached(cluster.refused)).toEqual([]);
      expect(reached(cluster.machines[0].member)).toEqual([REST, PEER, REST_BEHIND_GUARD]);
    });

    test('no key is seen in processes, in the container, in the journal or on a disk', () => {
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
      for (const machine of cluster.machines) expect(machine.run('wc -l </run/boot-commands').trim()).toBe('1');
    });

    test('the server has no more rights than it needs, and its data is on the data volume', () => {
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

  describe('what only the real server shows', () => {
    const wide = { vectors: { size: 2, distance: 'Dot' }, replication_factor: 2, shard_number: 3 };
    const shards = (node: number) => JSON.parse(cluster.rest('/collections/wide/cluster', { node, key: admin }).body).result;

    testWith(['QDRANT_BIN'], 'a collection with replication factor 2 spreads over the peers', () => {
      expect(put('/collections/wide', wide).status).toBe(200);
      const counts = [0, 1, 2].map((node) => shards(node).local_shards.length);
      expect(counts.reduce((sum, count) => sum + count)).toBe(6);
      expect(counts.every((count) => count > 0)).toBe(true);
    });

    testWith(['QDRANT_BIN'], 'a shard moves by snapshot transfer', async () => {
      const [here, there] = [shards(0), shards(1)];
      const held = there.local_shards.map((shard: any) => shard.shard_id);
      const shard = here.local_shards.find(({ shard_id: id }: any) => !held.includes(id)).shard_id;
      const move = {
        move_shard: { shard_id: shard, from_peer_id: here.peer_id, to_peer_id: there.peer_id, method: 'snapshot' },
      };
      const answer = cluster.rest('/collections/wide/cluster', { method: 'POST', body: JSON.stringify(move), key: admin });
      expect(answer.status).toBe(200);
      await until('the shard has moved', 240, () =>
        shards(1).local_shards.some(({ shard_id: id, state }: any) => id === shard && state === 'Active'),
      );
    });
  });

  describe('a change, while a client writes and reads', () => {
    let traffic: ChildProcess;
    let printed = '';
    let tls: aws.Tls;

    beforeAll(async () => {
      const command = [
        'netns',
        'exec',
        cluster.allowed.namespace,
        findProgram('node')!,
        `${ROOT}/test/support/traffic.js`,
        cluster.folder,
      ];
      traffic = spawn('ip', [...command, ...[0, 1, 2].map((node) => cluster.host(node))], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      traffic.stdout!.on('data', (part) => (printed += part));
      await until('the client has started', 30, () => printed.includes('started'));
    });

    afterAll(() => void traffic?.kill('SIGKILL'));

    const roll = (options: Partial<aws.QdrantClusterProps>) => {
      cluster.synth(options);
      cluster.terraform.apply();
    };
    const version = {
      version: QdrantVersion.V1_19_0,
      upgradingFrom: QdrantVersion.V1_18_3,
      image: `${Vpc.PRIVATE_REGISTRY_NAME}/search/qdrant:v1.19.0-unprivileged`,
    };
    const container = (machine: Machine) => machine.run('docker inspect --format "{{.Id}}" qdrant').trim();
    const containers = () => cluster.machines.map(container);

    test('of the version reaches every node, from a private registry', () => {
      const before = containers();
      expect(cluster.machines.map((machine) => machine.run('cat /var/lib/qdrant/version'))).toEqual(Array(3).fill('1.18.3'));
      roll(version);
      expect(containers().some((id) => before.includes(id))).toBe(false);
      for (const machine of cluster.machines) {
        expect(machine.run('docker inspect --format "{{.Config.Image}}" qdrant').trim()).toBe(version.image);
        // The password of the registry is kept nowhere, also not as a container engine writes it.
        const password = `${version.image.split('.')[0]}-auth-token`;
        const texts = ['-e', password, '-e', Buffer.from(`AWS:${password}`).toString('base64')];
        const written = spawnSync('grep', ['-rlsF', '--devices=skip', ...texts, ...machine.writtenFolders], {
          encoding: 'utf8',
        });
        expect(written.stdout).toBe('');
        expect(machine.try(`grep -rlsF --devices=skip ${texts.join(' ')} /run /var/lib/qdrant`).output).toBe('');
        expect(machine.run('cat /var/lib/qdrant/version')).toBe('1.19.0');
      }
    });

    test('of the key goes in steps, each of which takes the key that clients have', async () => {
      roll({ ...version, apiKeys: aws.ApiKeys.generated({ generation: 1, alternateGeneration: 2 }) });
      const values = await Promise.all(
        cluster.terraform
          .resources('aws_secretsmanager_secret')
          .filter(({ name }) => name.includes('-admin-'))
          .map(({ arn }) => cluster.api.secretValue(arn)),
      );
      const [next] = values.filter((value) => value !== admin);
      expect(values).toHaveLength(2);
      for (const node of [0, 1, 2]) {
        expect(cluster.rest('/collections', { node, key: admin }).status).toBe(200);
        expect(cluster.rest('/collections', { node, key: next }).status).toBe(200);
      }
      writeFileSync(cluster.file('key'), next);
      roll({ ...version, apiKeys: aws.ApiKeys.generated({ generation: 2, alternateGeneration: 1 }) });
      roll({ ...version, apiKeys: aws.ApiKeys.generated({ generation: 2 }) });
      expect(cluster.rest('/collections', { key: admin }).status).toBe(401);
      expect(cluster.rest('/collections', { key: next }).status).toBe(200);
      admin = next;
    });

    test('of the certificate is picked up by each node in its turn, on every port', async () => {
      const serial = (machine: Machine, port: number) =>
        machine.run(
          `openssl s_client -connect 127.0.0.1:${port} -servername "$(hostname)" </dev/null 2>/dev/null | openssl x509 -noout -serial`,
        );
      const ports = [REST, GRPC, METRICS, PEER, GRPC_BEHIND_GUARD, REST_BEHIND_GUARD];
      const before = cluster.machines.map((machine) => ports.map((port) => serial(machine, port)));
      for (const machine of cluster.machines) {
        expect(machine.run('systemctl list-timers --all qdrant-refresh.timer')).toContain('qdrant-refresh.service');
        machine.run('rm -rf /run/qdrant/identity');
      }
      // All at once: that only one of them restarts at a time is up to their turns.
      for (const machine of cluster.machines) machine.run('systemctl start --no-block qdrant-refresh.service');
      for (const machine of cluster.machines) {
        await until(
          'the node has looked',
          300,
          () => machine.try('systemctl is-active qdrant-refresh.service').output === 'inactive\n',
        );
        expect(machine.run('systemctl show --property Result qdrant-refresh.service').trim()).toBe('Result=success');
      }
      const after = cluster.machines.map((machine) => ports.map((port) => serial(machine, port)));
      for (const [node, serials] of after.entries()) {
        expect(new Set(serials).size).toBe(1);
        expect(serials[0]).not.toBe(before[node][0]);
      }
    });

    test('of the CA goes in steps, the old and the new one believed in between', async () => {
      const [old, next] = ['ca.pem', 'nodes-ca.pem'].map((name) => readFileSync(cluster.file(name), 'utf8'));
      const apiKeys = aws.ApiKeys.generated({ generation: 2 });
      const secret = await cluster.api.call(
        'CreateSecret',
        {
          Name: 'brought-tls',
          SecretString: readFileSync(cluster.file('nodes.json'), 'utf8'),
          ClientRequestToken: 'a'.repeat(32),
        },
        { service: 'secretsmanager', prefix: 'secretsmanager' },
      );
      tls = aws.Tls.fromSecret(aws.Secret.fromArn(secret.ARN));
      roll({ ...version, apiKeys, trustedAuthorities: [aws.CaBundle.fromPem(next)] });
      writeFileSync(cluster.file('ca.pem'), `${old}\n${next}`);
      // User data has no room for more beside two CAs.
      roll({ ...version, apiKeys, tls, trustedAuthorities: [aws.CaBundle.fromPem(old)], bootCommands: [] });
      roll({ ...version, apiKeys, tls });
      writeFileSync(cluster.file('ca.pem'), next);
      for (const node of [0, 1, 2]) {
        expect(cluster.rest('/collections', { node, key: admin }).status).toBe(200);
        expect(cluster.grpc({ node, key: admin })).toBe('OK');
      }
    });

    test('to a certificate that is not yet valid is refused, and the node goes on with the one that it has', async () => {
      const [, , machine] = cluster.machines;
      const [, , before] = containers();
      const keep = (file: string) =>
        cluster.api.call(
          'PutSecretValue',
          {
            SecretId: 'brought-tls',
            SecretString: readFileSync(cluster.file(file), 'utf8'),
            ClientRequestToken: file.padEnd(32, '-'),
          },
          { service: 'secretsmanager', prefix: 'secretsmanager' },
        );
      await keep('nodes-early.json');
      const refused = machine.try('/opt/qdrant/bin/update-node.sh own');
      expect(refused.code).not.toBe(0);
      expect(refused.output).toMatch(/the certificate is not good as sslserver: .*certificate is not yet valid/);
      expect(containers()[2]).toBe(before);
      expect(cluster.isReady(machine)).toBe(true);
      await keep('nodes.json');
      machine.run('/opt/qdrant/bin/update-node.sh own');
      expect(containers()[2]).toBe(before);
    });

    test('that breaks a node stops there, and the others go on', () => {
      const [first, second, third] = cluster.machines;
      const before = container(third);
      // From now on the server of the second node does not start.
      const broken = '#!/bin/sh\n[ "$1" = run ] && exit 1\nexec docker "$@"\n';
      second.run(`printf '%s' '${broken}' >/usr/bin/broken-engine; chmod 755 /usr/bin/broken-engine`);
      second.run('cp /etc/qdrant/environment /etc/qdrant/environment.kept');
      second.run('printf "READY_SECONDS=20\nCONTAINER_ENGINE=broken-engine\n" >>/etc/qdrant/environment');
      const options = { ...version, tls, apiKeys: aws.ApiKeys.generated({ generation: 2 }), settings: { logLevel: 'WARN' } };
      cluster.synth(options);
      const applied = cluster.terraform.terraform(['apply', '-auto-approve', '-input=false'], [1]);
      expect(applied.code).toBe(1);
      expect(cluster.isReady(first)).toBe(true);
      expect(cluster.isReady(third)).toBe(true);
      expect(container(third)).toBe(before);
      second.run('mv /etc/qdrant/environment.kept /etc/qdrant/environment');
      cluster.terraform.apply();
      expect(cluster.machines.map((machine) => cluster.isReady(machine))).toEqual([true, true, true]);
      expect(container(third)).not.toBe(before);
    });

    test('loses no request that a retry does not mend, and stops one node at a time', async () => {
      traffic.kill('SIGTERM');
      await until('the client has counted', 300, () => printed.includes('written'));
      const seen = JSON.parse(printed.split('\n').find((line) => line.startsWith('{'))!);
      process.stderr.write(`traffic through all of it: ${JSON.stringify(seen)}\n`);
      expect(seen.written).toBeGreaterThan(100);
      expect({ failed: seen.failed, lost: seen.lost, notReadyAtOnce: seen.notReadyAtOnce }).toEqual({
        failed: 0,
        lost: 0,
        notReadyAtOnce: 1,
      });
    });
  });

  describe('what happens to a node', () => {
    const point = { id: 4711, vector: [1, 2], payload: { kept: true } };
    const patient = () => cluster.machines[2];
    const running = () => patient().try('docker inspect qdrant').code === 0;
    const kept = () => cluster.rest('/collections/first/points/4711', { node: 2, key: admin }).status;

    beforeAll(() => {
      expect(put('/collections/first/points?wait=true', { points: [point] }).status).toBe(200);
    });
    afterEach(() => {
      for (const name of ['denied', 'metadata-delay']) rmSync(cluster.file(name), { force: true });
    });

    test('it is ready only while its guard serves', async () => {
      const [machine] = cluster.machines;
      machine.run('systemctl stop qdrant-guard.service');
      const answer = machine.try('source /opt/qdrant/bin/common.sh && is_ready 127.0.0.1 "$HOST" && serves_clients');
      expect(answer).toMatchObject({ code: 1, output: expect.stringMatching(/the guard does not serve port 6333/) });
      const before = machine.run('docker inspect --format "{{.Id}}" qdrant');
      machine.run('/opt/qdrant/bin/update-node.sh asked');
      expect(cluster.isReady(machine)).toBe(true);
      expect(machine.run('docker inspect --format "{{.Id}}" qdrant')).toBe(before);
    });

    test('it tells a load balancer whether clients are to be sent to it', async () => {
      const machine = patient();
      const health = (method = 'GET') =>
        machine.try(`curl --silent --max-time 15 --request ${method} --write-out '%{http_code}' http://127.0.0.1:${HEALTH}/`)
          .output;
      const balanced = (is: boolean) =>
        machine.run(
          `sed -i 's/"loadBalanced": .*/"loadBalanced": ${is}/' /opt/qdrant/etc/cluster.json && /opt/qdrant/bin/arrange-units.sh`,
        );
      expect(health()).toBe('000');
      balanced(true);
      expect(health()).toBe('200');
      expect(health('PUT')).toBe('405');
      machine.run('touch /run/qdrant/draining');
      expect(health()).toBe('503');
      machine.run('rm /run/qdrant/draining && systemctl stop qdrant-guard.service');
      expect(health()).toBe('503');
      machine.run('systemctl start qdrant-guard.service');
      await until('it is well again', 60, () => health() === '200');
      balanced(false);
      expect(health()).toBe('000');
    });

    test('it is stopped only once another that is away is back', async () => {
      const away = cluster.machines[1];
      away.run('systemctl stop qdrant.service');
      const stopping = spawn('nsenter', [
        '-t',
        String(patient().leaderPid),
        '--all',
        '--',
        'systemctl',
        'stop',
        'qdrant.service',
      ]);
      await new Promise((resolve) => setTimeout(resolve, 25000));
      expect(cluster.isReady(patient())).toBe(true);
      away.run('systemctl start qdrant.service');
      await new Promise((resolve) => stopping.once('exit', resolve));
      expect(cluster.isReady(away)).toBe(true);
      expect(running()).toBe(false);
      patient().run('systemctl start qdrant.service');
      await cluster.untilReady(120, [patient()]);
    });

    test('a release that never served does not bar the way back, and one that did does', () => {
      const machine = patient();
      const check = (version: string) =>
        machine.try(`source /opt/qdrant/bin/common.sh && source /opt/qdrant/bin/versions.sh && check_upgrade_path ${version}`)
          .code;
      const served = machine.run('cat /run/qdrant/current/version').trim();
      expect(machine.run('cat /var/lib/qdrant/version')).toBe(served);
      // Its server would not start: nothing is remembered of it.
      machine.run('cp --recursive --dereference /run/qdrant/current /run/qdrant/prepared/broken');
      machine.run(
        'printf 1.20.0 >/run/qdrant/prepared/broken/version; printf elsewhere.example/none:v1 >/run/qdrant/prepared/broken/image',
      );
      const current = machine.run('readlink /run/qdrant/current').trim();
      machine.run(
        'ln -sfn /run/qdrant/prepared/broken /run/qdrant/current; systemctl restart --no-block qdrant.service; sleep 20',
      );
      expect(machine.run('cat /var/lib/qdrant/version')).toBe(served);
      machine.run(`ln -sfn ${current} /run/qdrant/current; systemctl restart qdrant.service`);
      const minor = Number(served.split('.')[1]);
      expect([minor - 1, minor, minor + 1, minor + 2].map((other) => check(`1.${other}.9`))).toEqual([1, 0, 0, 1]);
    });

    test('killed at any moment of its boot, it boots again, and loses nothing', async () => {
      patient().run('systemctl stop qdrant.target qdrant.service qdrant-guard.service qdrant-boot.service');
      patient().run('umount /var/lib/qdrant; rm -rf /run/qdrant');
      for (const seconds of [0.05, 0.2, 0.5, 1, 1.5, 2, 3, 4]) {
        patient().try(
          `timeout --signal=KILL ${seconds} setsid --wait /opt/qdrant/bin/boot-node.sh; pkill -KILL -f /opt/qdrant/bin`,
        );
        expect(running()).toBe(false);
      }
      patient().run('systemctl start qdrant.target qdrant-guard.service');
      await cluster.untilReady(400, [patient()]);
      expect(kept()).toBe(200);
    });

    test('after a power cut it comes back with its data', async () => {
      await patient().powerOff();
      await cluster.boot(patient());
      await cluster.untilReady(400, [patient()]);
      expect(kept()).toBe(200);
    });

    test('it waits for a data volume that is attached late', async () => {
      await patient().powerOff();
      await cluster.boot(patient(), { volume: false });
      await until('it says so', 240, () => patient().journal('qdrant-boot').includes('is not attached yet'));
      expect(running()).toBe(false);
      patient().attachVolume();
      await cluster.untilReady(400, [patient()]);
      expect(kept()).toBe(200);
    });

    test('it waits for a secret that it may not read, says which, and leaves no half-written file', async () => {
      await patient().powerOff();
      writeFileSync(cluster.file('denied'), 'vectors-');
      await cluster.boot(patient());
      await until('it says so', 240, () =>
        /cannot read the secret arn:\S+ with the node's role/.test(patient().journal('qdrant-boot')),
      );
      expect(patient().journal('qdrant-boot')).toContain('AccessDenied');
      expect(running()).toBe(false);
      expect(patient().try('find /run/qdrant -name keys.yaml | grep .').code).toBe(1);
      rmSync(cluster.file('denied'));
      await cluster.untilReady(400, [patient()]);
      expect(kept()).toBe(200);
    });

    test('it waits for a slow metadata service', async () => {
      await patient().powerOff();
      writeFileSync(cluster.file('metadata-delay'), '3');
      await cluster.boot(patient());
      await cluster.untilReady(400, [patient()]);
      expect(kept()).toBe(200);
    });

    test('with a full disk it loses nothing, and serves again when there is room', async () => {
      const machine = patient();
      machine.try('fallocate --length 10G /var/lib/qdrant/filler; cat /dev/zero >/var/lib/qdrant/filler');
      expect(Number(machine.run('df --output=avail /var/lib/qdrant | tail -1'))).toBeLessThan(1024);
      await machine.powerOff();
      await cluster.boot(machine);
      await until('the volume is mounted', 240, () => machine.try('test -e /var/lib/qdrant/filler').code === 0);
      machine.run('rm /var/lib/qdrant/filler');
      await cluster.untilReady(400, [machine]);
      expect(kept()).toBe(200);
      expect(machine.run('cat /var/lib/qdrant/version')).toBe(machine.run('cat /run/qdrant/current/version').trim());
    });

    test('it leaves a foreign file system alone, and says why', async () => {
      await patient().powerOff();
      let made = '';
      patient().replaceVolume((device) => {
        run('mkfs.ext4', ['-q', '-L', 'elsewhere', device]);
        made = device;
      });
      await cluster.boot(patient());
      await until('it says so', 240, () => patient().journal('qdrant-boot').includes("holds something that is not Qdrant's"));
      expect(running()).toBe(false);
      expect(run('blkid', ['--probe', '--output', 'value', '--match-tag', 'LABEL', made]).trim()).toBe('elsewhere');
    });

    test('with a blank volume in place of a lost one it joins the others again, once its old peer is removed', async () => {
      await patient().powerOff();
      patient().replaceVolume(() => {});
      await cluster.boot(patient());
      // It is refused, and must neither give up nor take itself for the first of another cluster.
      await until('it was refused again and again', 240, () =>
        /restart counter is at [2-9]/.test(patient().run('journalctl --no-pager --unit qdrant')),
      );
      expect(cluster.isReady(patient())).toBe(false);
      cluster.removePeer(2, { node: 0, key: admin });
      await cluster.untilReady(400, [patient()]);
      await until('it is among the peers', 240, () => {
        const { status, body } = cluster.rest('/cluster', { node: 2, key: admin });
        return status === 200 && Object.keys(JSON.parse(body).result.peers).length === 3;
      });
    });

    test('the first one, with a blank volume, never founds a second cluster, and joins the others when they are back', async () => {
      const [first, ...others] = cluster.machines;
      const founded = () =>
        first.try('test -e /var/lib/qdrant/founder || test -e /var/lib/qdrant/storage/raft_state.json').code === 0;
      // As if the cluster had been made long ago.
      first.run(`sed -i 's/"time": "[^"]*"/"time": "2026-01-01T00:00:00Z"/' /opt/qdrant/etc/cluster.json`);
      for (const machine of cluster.machines) await machine.powerOff();
      first.replaceVolume(() => {});
      await cluster.boot(first);
      const waits = () => first.journal('qdrant').split('It does not found a new cluster').length - 1;
      await until('it waits', 240, () => waits() > 0);
      // Cut off from others that are up is no different.
      first.run(
        'nft add table inet cut; nft add chain inet cut out "{ type filter hook output priority 0; }"; ' +
          `nft add rule inet cut out ip daddr "{ ${others.map(({ member }) => member.address).join(', ')} }" drop`,
      );
      for (const machine of others) await cluster.boot(machine);
      await cluster.untilReady(400, others);
      const before = waits();
      await until('it has looked again', 120, () => waits() > before + 1);
      expect(founded()).toBe(false);
      expect(first.try('docker inspect qdrant').code).not.toBe(0);
      cluster.removePeer(0, { node: 1, key: admin });
      first.run('nft delete table inet cut');
      await cluster.untilReady(400, [first]);
      expect(first.try('test -e /var/lib/qdrant/founder').code).toBe(1);
      const { status, body } = cluster.rest('/cluster', { node: 0, key: admin });
      expect(status).toBe(200);
      expect(Object.keys(JSON.parse(body).result.peers)).toHaveLength(3);
    });
  });

  test('no secret is in what Terraform keeps', () => {
    const state = readFileSync(`${cluster.terraform.directory}/terraform.tfstate`, 'utf8');
    for (const key of [admin, readOnly]) expect(`${state}${cluster.terraform.log}`.includes(key)).toBe(false);
  });
});
