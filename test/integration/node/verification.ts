import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { until } from '../../support/until';
import { RunningCluster } from './cluster';
import { AT_FIRST, Given, GRPC } from './given';
import { Machine } from './machine';

/** Takes the verification away, once no apply waits for it: all other tests are without. */
export async function endVerification(cluster: RunningCluster): Promise<void> {
  await cluster.firstApply.catch(() => {});
  cluster.arrange = () => {};
  cluster.roll(AT_FIRST);
}

/** What comes of `verifyAfterApply`: the last node attacks every node. Leaves a cluster that is not verified. */
export function verification(given: Given): void {
  describe('a verification after an apply', () => {
    const attacker = () => given.cluster.machines[2];
    const journal = (machine = attacker()) => machine.run('journalctl --no-pager --output cat --identifier qdrant-verify');
    const hosts = () => [0, 1, 2].map((index) => given.cluster.host(index));

    test('waits until new nodes serve, and has the last of them attack them all', async () => {
      const { cluster } = given;
      await cluster.firstApply;
      await until('the journal has all of the report', 10, () => isWhole(journal()));
      expect(journal()).toMatch(/^0 errors/m);
      const passed = linesOf(journal(), 'passed');
      for (const probe of ['no-key', 'plain-text', 'no-client-certificate']) {
        for (const port of ['REST (6333)', 'gRPC (6334)']) {
          expect(passed.filter((line) => line.probe === probe && line.port === port).map(({ host }) => host)).toEqual(hosts());
        }
      }
      for (const other of cluster.machines.slice(0, 2)) expect(journal(other)).toBe('');
      expectNothingLeft(attacker());
    });

    test('fails the apply for what was opened by hand, names it, and keeps what it is given to itself', async () => {
      const { cluster } = given;
      const before = journal();
      const left = whatIsThere(attacker());
      verifyClients(cluster.machines[1], 'off');
      cluster.arrange = cluster.verify;
      cluster.clientRanges.push('10.40.0.0/24');
      const seen: string[] = [];
      const look = () => {
        const { code, output } = attacker().try(LOOK);
        if (code === 0) seen.push(output);
      };
      const failure = /waiting for SSM Association .*unexpected state 'Failed'/s;
      await expect(cluster.rollVerified(AT_FIRST, look)).rejects.toThrow(failure);
      const report = () => journal().slice(before.length);
      await until('the journal has all of the report', 10, () => isWhole(report()));
      expect(linesOf(report(), 'error')).toEqual(
        ['REST (6333)', 'gRPC (6334)'].map((port) => ({ probe: 'no-client-certificate', host: cluster.host(1), port })),
      );
      expect(cluster.agentLog()).toContain('error: the cluster is open: the report says where, and how to close it');
      expectConfined(seen);
      expectKeptSecret(seen);
      expectNothingLeft(attacker());
      expect(whatIsThere(attacker())).toBe(left);
    });

    test('is done again by the next apply, which changes nothing else, and succeeds once that is closed', async () => {
      const { cluster } = given;
      verifyClients(cluster.machines[1], 'on');
      const before = journal();
      await cluster.rollVerified(AT_FIRST);
      const report = () => journal().slice(before.length);
      await until('the journal has all of the report', 10, () => isWhole(report()));
      expect(linesOf(report(), 'error')).toEqual([]);
    });

    test('is gone with all that it was allowed, where it is no longer wanted', async () => {
      const { cluster } = given;
      const member = cluster.machines[2].member;
      expect(cluster.connects(member, 1, GRPC)).toBe(true);
      cluster.clientRanges.pop();
      await endVerification(cluster);
      expect(cluster.connects(member, 1, GRPC)).toBe(false);
    });

    /** What an attack runs as has no rights, and reaches no role. */
    function expectConfined(seen: string[]): void {
      expect(seen.length).toBeGreaterThan(0);
      for (const output of seen) {
        const [line, ...others] = output.split('\n');
        const { Config: config, HostConfig: host } = JSON.parse(line);
        expect(config).toMatchObject({ User: '60633:60633', Env: [expect.stringMatching(/^PATH=/)] });
        expect(host).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'], Privileged: false });
        expect(others.filter((other) => other.startsWith('metadata service: '))).toEqual(['metadata service: 7']);
        expect(others.filter((other) => other.startsWith('given: ')).map((other) => other.replace(/ \/.*\//, ' '))).toEqual(
          ['api-key', 'ca.crt', 'client.crt', 'client.key'].map((name) => `given: tmpfs 400 60633 ${name}`),
        );
      }
      // What attacks was looked at itself, with its arguments and its environment, and not only what starts it.
      expect(seen.some((output) => /^ *\d+ .* node \S+verify\.js --host/m.test(output))).toBe(true);
    }

    function expectKeptSecret(seen: string[]): void {
      const { cluster, admin, readOnly } = given;
      const [, clientKey] = readFileSync(cluster.file('client-key.pem'), 'utf8').split('\n');
      const state = readFileSync(`${cluster.terraform.directory}/terraform.tfstate`, 'utf8');
      const texts = [...seen, attacker().run('journalctl --no-pager'), cluster.agentLog(), cluster.terraform.log, state];
      for (const secret of [admin, readOnly, clientKey]) {
        expect(secret.length).toBeGreaterThan(20);
        for (const text of texts) expect(text.includes(secret)).toBe(false);
        const onRootDisk = spawnSync('grep', ['-rlF', '--devices=skip', '-e', secret, ...attacker().writtenFolders], {
          encoding: 'utf8',
        });
        expect(onRootDisk).toMatchObject({ status: 1, stdout: '' });
      }
    }

    /** Has the guard of a node ask for certificates or not, as somebody who looks for a fault. */
    function verifyClients(machine: Machine, value: 'on' | 'off'): void {
      machine.run(`sed -i 's/ssl_verify_client .*;/ssl_verify_client ${value};/' /run/qdrant/current/guard.conf`);
      machine.run('systemctl restart qdrant-guard.service');
    }
  });
}

/** The container that attacks, processes, what it is given, and whether its user reaches the metadata service; fails where it does not run. */
const LOOK = `
docker inspect --format '{{json .}}' qdrant-verify 2>/dev/null || exit
ps axeww
for file in /run/qdrant/verify.*/given/*; do
  printf 'given: %s %s\\n' "$(findmnt --noheadings --output FSTYPE --target "$file")" "$(stat --format '%a %u %n' "$file")"
done
setpriv --reuid 60633 --regid 60633 --clear-groups curl --silent --max-time 5 http://169.254.169.254/latest/api/token
echo "metadata service: $?"
docker inspect --format '{{.Id}}' qdrant-verify >/dev/null
`;

/** What a verification could leave behind. */
function whatIsThere(machine: Machine): string {
  return machine.run(
    'docker ps --all --quiet --no-trunc; docker images --all --quiet --no-trunc | sort; docker volume ls; nft list tables | sort; ls -A /run/qdrant /tmp',
  );
}

function expectNothingLeft(machine: Machine): void {
  expect(machine.run('docker ps --all --format "{{.Names}}"')).toBe('qdrant\n');
  expect(machine.run('docker images --all --format "{{.Repository}}"').trim().split('\n').sort()).toEqual([
    'node',
    'qdrant/qdrant',
  ]);
  expect(machine.run('ls -A /run/qdrant')).not.toMatch(/verify\./);
  expect(machine.run('nft list tables')).not.toContain('qdrant_verify');
  expect(machine.try('pgrep --uid 60633').code).toBe(1);
}

/** A line of the table of a report. */
interface Line {
  readonly probe: string;
  readonly host: string;
  readonly port: string;
}

function linesOf(report: string, result: string): Line[] {
  return report
    .split('\n')
    .map((line) => line.split(/ {2,}/))
    .filter(([first]) => first === result)
    .map(([, probe, ...others]) => {
      const at = others.findIndex((column) => column.startsWith('node-'));
      return { probe, host: others[at], port: others[at + 1] };
    });
}

/** The counts are what it ends with. */
function isWhole(report: string): boolean {
  return /^\d+ errors?, .* not tried$/m.test(report);
}
