import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { until } from '../../support/until';
import { Given, HEALTH } from './given';
import { Patient } from './patient';

/** What keeps a node from serving, and what lets it. */
export function booting(given: Given): void {
  describe('what happens to a node', () => {
    const patient = new Patient(given);

    beforeAll(() => patient.writePoint());
    afterEach(() => {
      for (const name of ['denied', 'metadata-delay']) rmSync(given.cluster.file(name), { force: true });
    });

    test('it is ready only while its guard serves', async () => {
      const { cluster } = given;
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
      const machine = patient.machine;
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
      const { cluster } = given;
      const away = cluster.machines[1];
      away.run('systemctl stop qdrant.service');
      const stopping = spawn('nsenter', [
        '-t',
        String(patient.machine.leaderPid),
        '--all',
        '--',
        'systemctl',
        'stop',
        'qdrant.service',
      ]);
      await new Promise((resolve) => setTimeout(resolve, 25000));
      expect(cluster.isReady(patient.machine)).toBe(true);
      away.run('systemctl start qdrant.service');
      await new Promise((resolve) => stopping.once('exit', resolve));
      expect(cluster.isReady(away)).toBe(true);
      expect(patient.isRunning).toBe(false);
      patient.machine.run('systemctl start qdrant.service');
      await cluster.untilReady(120, [patient.machine]);
    });

    test('a release that never served does not bar the way back, and one that did does', async () => {
      const machine = patient.machine;
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
      machine.run('ln -sfn /run/qdrant/prepared/broken /run/qdrant/current; systemctl restart --no-block qdrant.service');
      const failures = () => machine.journal('qdrant').split('pulling elsewhere.example/none:v1').length - 1;
      await until('it has failed to start twice', 60, () => failures() > 1);
      expect(machine.run('cat /var/lib/qdrant/version')).toBe(served);
      machine.run(`ln -sfn ${current} /run/qdrant/current; systemctl restart qdrant.service`);
      const minor = Number(served.split('.')[1]);
      expect([minor - 1, minor, minor + 1, minor + 2].map((other) => check(`1.${other}.9`))).toEqual([1, 0, 0, 1]);
    });

    test('killed at any moment of its boot, it boots again, and loses nothing', async () => {
      const { cluster } = given;
      patient.machine.run('systemctl stop qdrant.target qdrant.service qdrant-guard.service qdrant-boot.service');
      patient.machine.run('umount /var/lib/qdrant; rm -rf /run/qdrant');
      for (const seconds of [0.05, 0.2, 0.5, 1, 1.5, 2, 3, 4]) {
        patient.machine.try(
          `timeout --signal=KILL ${seconds} setsid --wait /opt/qdrant/bin/boot-node.sh; pkill -KILL -f /opt/qdrant/bin`,
        );
        expect(patient.isRunning).toBe(false);
      }
      patient.machine.run('systemctl start qdrant.target qdrant-guard.service');
      await cluster.untilReady(400, [patient.machine]);
      expect(patient.kept).toBe(200);
    });

    test('after a power cut it comes back with its data', async () => {
      const { cluster } = given;
      await cluster.fault('a node without power', async () => {
        await patient.machine.powerOff();
        await cluster.boot(patient.machine);
        await cluster.untilReady(400, [patient.machine]);
      });
      expect(patient.kept).toBe(200);
    });

    test('whose instance is gone for good, the next apply makes another, with its address and its data', async () => {
      const { cluster } = given;
      const [first, second, gone] = cluster.machines;
      const containers = () => [first, second].map((machine) => machine.run('docker inspect --format "{{.Id}}" qdrant'));
      const before = containers();
      await cluster.fault('an instance gone for good, and an apply', async () => {
        await cluster.terminate(gone);
        await cluster.applyAndBoot();
        // For an instance that is none of its doing Terraform does not wait.
        await cluster.untilReady(120);
      });
      expect(patient.machine.instanceId).not.toBe(gone.instanceId);
      expect(patient.machine.member.address).toBe(gone.member.address);
      expect(patient.kept).toBe(200);
      expect(containers()).toEqual(before);
      expect(cluster.terraform.plan()).toEqual([]);
    });

    test('it waits for a data volume that is attached late', async () => {
      const { cluster } = given;
      await patient.machine.powerOff();
      await cluster.boot(patient.machine, { volume: false });
      await until('it says so', 240, () => patient.machine.journal('qdrant-boot').includes('is not attached yet'));
      expect(patient.isRunning).toBe(false);
      patient.machine.attachVolume();
      await cluster.untilReady(400, [patient.machine]);
      expect(patient.kept).toBe(200);
    });

    test('it waits for a secret that it may not read, says which, and leaves no half-written file', async () => {
      const { cluster } = given;
      await patient.machine.powerOff();
      writeFileSync(cluster.file('denied'), 'vectors-');
      await cluster.boot(patient.machine);
      await until('it says so', 240, () =>
        /cannot read the secret arn:\S+ with the node's role/.test(patient.machine.journal('qdrant-boot')),
      );
      expect(patient.machine.journal('qdrant-boot')).toContain('AccessDenied');
      expect(patient.isRunning).toBe(false);
      expect(patient.machine.try('find /run/qdrant -name keys.yaml | grep .').code).toBe(1);
      rmSync(cluster.file('denied'));
      await cluster.untilReady(400, [patient.machine]);
      expect(patient.kept).toBe(200);
    });

    test('all of them come back after a power cut, with a metadata service that is away at first, and slow afterwards', async () => {
      const { cluster } = given;
      await cluster.witness.outage('all nodes without power, and without metadata service when they boot', async () => {
        for (const machine of cluster.machines) await machine.powerOff();
        cluster.vpc.refuse('METADATA');
        writeFileSync(cluster.file('metadata-delay'), '3');
        await Promise.all(cluster.machines.map((machine) => cluster.boot(machine)));
        for (const machine of cluster.machines) {
          await until('it says so', 240, () => machine.journal('qdrant-boot').includes("with the node's role"));
        }
        cluster.vpc.accept();
        await cluster.untilReady(400);
      });
      expect(patient.kept).toBe(200);
    });
  });
}
