import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { aws, QdrantVersion } from '../../../lib';
import { findProgram, ROOT } from '../../support/programs';
import { until } from '../../support/until';
import { Given, GRPC, GRPC_BEHIND_GUARD, METRICS, PEER, REST, REST_BEHIND_GUARD } from './given';
import { Machine } from './machine';
import { Vpc } from './vpc';

/** What is changed by Terraform, or rotates by itself, while a client writes and reads. */
export function changes(given: Given): void {
  describe('a change, while a client writes and reads', () => {
    let traffic: ChildProcess;
    let printed = '';
    let tls: aws.Tls;

    beforeAll(async () => {
      const { cluster } = given;
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
      given.cluster.synth(options);
      given.cluster.terraform.apply();
    };
    const version = {
      version: QdrantVersion.V1_19_0,
      upgradingFrom: QdrantVersion.V1_18_3,
      image: `${Vpc.PRIVATE_REGISTRY_NAME}/search/qdrant:v1.19.0-unprivileged`,
    };
    const container = (machine: Machine) => machine.run('docker inspect --format "{{.Id}}" qdrant').trim();
    const containers = () => given.cluster.machines.map(container);

    test('of the version reaches every node, from a private registry', () => {
      const { cluster } = given;
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
      const { cluster, admin } = given;
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
      given.admin = next;
    });

    test('of the certificate is picked up by each node in its turn, on every port', async () => {
      const { cluster } = given;
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
      const { cluster, admin } = given;
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
      const { cluster } = given;
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
      const { cluster } = given;
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
}
