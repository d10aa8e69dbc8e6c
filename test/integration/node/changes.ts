import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { aws, QdrantVersion } from '../../../lib';
import { bringCertificate, putCertificate } from './brought-certificate';
import { Given, GRPC, GRPC_BEHIND_GUARD, METRICS, PEER, REST, REST_BEHIND_GUARD } from './given';
import { Machine } from './machine';
import { look, serial, untilLooked } from './refresh';
import { Vpc } from './vpc';

const SETTINGS = 'cat /run/qdrant/current/settings.yaml';

/** What is changed by Terraform, or rotates by itself, while a client writes and reads. */
export function changes(given: Given): void {
  describe('a change, while a client writes and reads', () => {
    const version = { version: QdrantVersion.V1_19_0, upgradingFrom: QdrantVersion.V1_18_3 };
    const image = { ...version, image: `${Vpc.PRIVATE_REGISTRY_NAME}/search/qdrant:v1.19.0-unprivileged` };
    const settings = { logLevel: 'WARN' };
    const roll = (options: Partial<aws.QdrantClusterProps>) => given.cluster.roll({ ...image, settings, ...options });
    const container = (machine: Machine) => machine.run('docker inspect --format "{{.Id}}" qdrant').trim();
    const containers = () => given.cluster.machines.map(container);

    test('of the version goes minor by minor, to every node', async () => {
      const { cluster } = given;
      const versions = () => cluster.machines.map((machine) => machine.run('cat /var/lib/qdrant/version'));
      const asksForKey = (machine: Machine) => machine.run(SETTINGS).includes('enforce_internal_auth: true');
      expect(versions()).toEqual(Array(3).fill('1.17.1'));
      await cluster.change('Qdrant 1.17 to 1.18', () =>
        cluster.roll({ version: QdrantVersion.V1_18_3, upgradingFrom: QdrantVersion.V1_17_1 }),
      );
      expect(versions()).toEqual(Array(3).fill('1.18.3'));
      expect(cluster.machines.some(asksForKey)).toBe(false);
      await cluster.change('Qdrant 1.18 to 1.19, whose peers ask each other for the key from then on', () =>
        cluster.roll(version),
      );
      expect(versions()).toEqual(Array(3).fill('1.19.0'));
      expect(cluster.machines.every(asksForKey)).toBe(true);
    });

    test('of the image and of settings reaches every node, from a private registry', async () => {
      const { cluster } = given;
      const before = containers();
      await cluster.change('image and settings', () => roll({}));
      expect(containers().some((id) => before.includes(id))).toBe(false);
      for (const machine of cluster.machines) {
        expect(machine.run(SETTINGS)).toMatch(/WARN/);
        expect(machine.run('docker inspect --format "{{.Config.Image}}" qdrant').trim()).toBe(image.image);
        // The password of the registry is kept nowhere, also not as a container engine writes it.
        const password = `${image.image.split('.')[0]}-auth-token`;
        const texts = ['-e', password, '-e', Buffer.from(`AWS:${password}`).toString('base64')];
        const written = spawnSync('grep', ['-rlsF', '--devices=skip', ...texts, ...machine.writtenFolders], {
          encoding: 'utf8',
        });
        expect(written.stdout).toBe('');
        expect(machine.try(`grep -rlsF --devices=skip ${texts.join(' ')} /run /var/lib/qdrant`).output).toBe('');
      }
    });

    test('of who may connect restarts nothing, and holds at once', async () => {
      const { cluster } = given;
      const [before, ranges] = [containers(), cluster.clientRanges];
      const reached = () => cluster.openPorts(cluster.refused, 1, [REST, GRPC, PEER]);
      // Nothing is waited for, so that there is time for many requests.
      const options = { requestsPerSecond: 500 };
      await cluster.witness.change(
        'allowed sources',
        () => {
          cluster.clientRanges = [...ranges, '10.30.0.0/24'];
          roll({});
          expect(reached()).toEqual([REST, GRPC]);
          cluster.clientRanges = ranges;
          roll({});
          expect(reached()).toEqual([]);
        },
        options,
      );
      expect(containers()).toEqual(before);
    });

    test('of the CAs of clients lets the clients of another in, beside those of before', async () => {
      const { cluster, admin } = given;
      const both = ['client-ca.pem', 'other-client-ca.pem'].map((name) => readFileSync(cluster.file(name), 'utf8'));
      const clientVerification = aws.ClientVerification.required(aws.CaBundle.fromPem(both.join('')));
      await cluster.change('CAs of clients', () => roll({ clientVerification }));
      for (const node of [0, 1, 2]) {
        expect(cluster.rest('/collections', { node, client: 'other-client', key: admin }).status).toBe(200);
        expect(cluster.grpc({ node, client: 'other-client', key: admin })).toBe('OK');
      }
    });

    test('of the key goes in steps, each of which takes the key that clients have', async () => {
      const { cluster, admin } = given;
      const generated = (generation: number, alternateGeneration?: number) =>
        roll({ apiKeys: aws.ApiKeys.generated({ generation, alternateGeneration }) });
      await cluster.change('key', async () => {
        generated(1, 2);
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
        given.admin = next;
        generated(2, 1);
        generated(2);
      });
      expect(cluster.rest('/collections', { key: admin }).status).toBe(401);
      expect(cluster.rest('/collections', { key: given.admin }).status).toBe(200);
      // With the first of these applies the other CA of clients was no longer named.
      for (const node of [0, 1, 2]) {
        expect(cluster.rest('/collections', { node, client: 'other-client', key: given.admin }).status).toBe(0);
      }
    });

    test('of the certificate and of a key behind its secret is picked up by each node in its turn, on every port', async () => {
      const { cluster, readOnly } = given;
      const next = 'n'.repeat(40);
      const ports = [REST, GRPC, METRICS, PEER, GRPC_BEHIND_GUARD, REST_BEHIND_GUARD];
      const before = cluster.machines.map((machine) => ports.map((port) => serial(machine, port)));
      for (const machine of cluster.machines) {
        expect(machine.run('systemctl list-timers --all qdrant-refresh.timer')).toContain('qdrant-refresh.service');
        machine.run('rm -rf /run/qdrant/identity');
      }
      // All that is waited for are turns.
      const options = { requestsPerSecond: 160 };
      const rotate = async () => {
        await cluster.api.putSecret(cluster.secretArn('read-only'), next);
        look(cluster.machines);
        await untilLooked(cluster.machines);
      };
      await cluster.change('certificate, and the value of the read-only key', rotate, options);
      for (const node of [0, 1, 2]) {
        expect(cluster.rest('/collections', { node, key: next }).status).toBe(200);
        expect(cluster.rest('/collections', { node, key: readOnly }).status).toBe(401);
      }
      const after = cluster.machines.map((machine) => ports.map((port) => serial(machine, port)));
      for (const [node, serials] of after.entries()) {
        expect(new Set(serials).size).toBe(1);
        expect(serials[0]).toMatch(/^serial=/);
        expect(serials[0]).not.toBe(before[node][0]);
      }
    });

    test('of the CA goes in steps, the old and the new one believed in between', async () => {
      const { cluster, admin } = given;
      await cluster.change('CA', () => bringCertificate(given));
      for (const node of [0, 1, 2]) {
        expect(cluster.rest('/collections', { node, key: admin }).status).toBe(200);
        expect(cluster.grpc({ node, key: admin })).toBe('OK');
      }
    });

    test('to a certificate that is not yet valid is refused, and the node goes on with the one that it has', async () => {
      const { cluster } = given;
      const [, , machine] = cluster.machines;
      const [, , before] = containers();
      await putCertificate(given, 'nodes-early');
      const refused = machine.try('/opt/qdrant/bin/update-node.sh own');
      expect(refused.code).not.toBe(0);
      expect(refused.output).toMatch(/the certificate is not good as sslserver: .*certificate is not yet valid/);
      expect(containers()[2]).toBe(before);
      expect(cluster.isReady(machine)).toBe(true);
      await putCertificate(given, 'nodes');
      machine.run('/opt/qdrant/bin/update-node.sh own');
      expect(containers()[2]).toBe(before);
    });

    test('that breaks a node stops there, and the others go on', async () => {
      const { cluster } = given;
      const [first, second, third] = cluster.machines;
      const before = container(third);
      // From now on the server of the second node does not start.
      const broken = '#!/bin/sh\n[ "$1" = run ] && exit 1\nexec docker "$@"\n';
      second.run(`printf '%s' '${broken}' >/usr/bin/broken-engine; chmod 755 /usr/bin/broken-engine`);
      second.run('cp /etc/qdrant/environment /etc/qdrant/environment.kept');
      second.run('printf "READY_SECONDS=20\nCONTAINER_ENGINE=broken-engine\n" >>/etc/qdrant/environment');
      cluster.synth({ ...cluster.options, settings: { logLevel: 'WARN' } });
      await cluster.fault('an apply that breaks a node, and an agent of Systems Manager that is away in the next one', () => {
        const applied = cluster.terraform.terraform(['apply', '-auto-approve', '-input=false'], [1]);
        expect(applied.code).toBe(1);
        expect(cluster.isReady(first)).toBe(true);
        expect(cluster.isReady(third)).toBe(true);
        expect(container(third)).toBe(before);
        second.run('mv /etc/qdrant/environment.kept /etc/qdrant/environment');
        writeFileSync(cluster.agentAway(third), '20');
        cluster.terraform.apply();
      });
      expect(existsSync(cluster.agentAway(third))).toBe(false);
      expect(cluster.machines.map((machine) => cluster.isReady(machine))).toEqual([true, true, true]);
      expect(container(third)).not.toBe(before);
    });
  });
}
