import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { aws } from '../../lib';
import { describeWith, ROOT, run } from '../support/programs';
import { Ended, Sandbox } from '../support/sandbox';
import { nodeFiles, synthCluster } from '../support/synth';

const HOST = 'node-0.vectors-cluster.qdrant.internal';
const FOLDERS = ['lib/aws/node/files', 'lib/cluster/programs'];
const secret = (name: string) => aws.Secret.fromArn(`arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`);
const { release, settings } = nodeFiles(
  synthCluster({
    apiKeys: aws.ApiKeys.fromSecrets({ admin: secret('admin'), readOnly: secret('read-only') }),
    tls: aws.Tls.fromSecret(secret('tls')),
  }),
);

/** A machine that has been set up: what sets it up, and the machine's own services, are faked. */
class NodeSandbox extends Sandbox {
  public constructor(more: object = {}) {
    super();
    for (const folder of FOLDERS) {
      for (const file of readdirSync(join(ROOT, folder))) {
        const where = /\.(service|timer|socket)$/.test(file)
          ? 'etc/systemd/system'
          : file.endsWith('.conf')
            ? 'opt/qdrant/etc'
            : 'opt/qdrant/bin';
        this.write(`${where}/${file}`, this.within(readFileSync(join(ROOT, folder, file), 'utf8')), 0o755);
      }
    }
    // What changes the machine is not what is stopped here.
    for (const name of ['setup-host', 'mount-data-volume', 'restrict-metadata', 'arrange-units']) {
      this.write(`opt/qdrant/bin/${name}.sh`, '#!/usr/bin/env bash\n', 0o755);
    }
    const founding = { time: new Date().toISOString(), minutes: 60 };
    const toRun = { ...release, peers: [HOST], hostNames: [], founding, turnSeconds: 60, ...more };
    this.write('opt/qdrant/etc/release.json', JSON.stringify(toRun));
    this.write('opt/qdrant/etc/settings.yaml', settings);
    this.write('etc/qdrant/node.json', JSON.stringify({ host: HOST, index: 0, name: 'vectors-0' }));
    for (const folder of ['run/qdrant', 'run/qdrant-server', 'var/lib/qdrant/storage']) this.write(`${folder}/x`, '');
    for (const name of ['systemctl', 'journalctl', 'chown', 'mountpoint']) this.fake(name, 'exit 0');
    this.fake('docker', '[[ $1 != run ]] || { echo served >"$SANDBOX/served"; exec /bin/sleep 30; }');
    this.answerWith('cat "$SANDBOX/secrets/${4##*secret:}"');
    for (const key of ['admin', 'read-only']) this.write(`secrets/${key}-AbCdEf`, 'k'.repeat(40));
    this.write('secrets/tls-AbCdEf', JSON.stringify(makeCertificate(this)));
  }

  /** What the AWS API says. */
  public answerWith(script: string): void {
    this.fake('aws', script);
  }

  /** The command of a program. */
  public program(name: string, ...args: string[]): string[] {
    return [this.path('opt/qdrant/bin', name), ...args];
  }

  /** The paths of a machine, below the folder. */
  private within(text: string): string {
    return text.replace(
      /(?<![\w.}/])\/(opt\/qdrant|run\/qdrant|etc\/qdrant|etc\/systemd|var\/lib\/qdrant)/g,
      `${this.folder}/$1`,
    );
  }
}

function makeCertificate(sandbox: Sandbox): object {
  const [certificate, key] = ['made.pem', 'made-key.pem'].map((file) => sandbox.path(file));
  const made = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    key,
    '-out',
    certificate,
    '-days',
    '3',
  ];
  const names = ['-addext', `subjectAltName=DNS:${HOST}`, '-addext', 'extendedKeyUsage=serverAuth,clientAuth'];
  run('openssl', ['req', '-x509', ...made, '-subj', '/CN=nodes', ...names]);
  const text = (file: string) => readFileSync(file, 'utf8');
  return { certificate: text(certificate), private_key: text(key), ca_certificate: text(certificate) };
}

/** Has a machine prepare what the server is started with, as the boot program does; the folder. */
function prepare(sandbox: NodeSandbox): string {
  const env = { PATH: `${sandbox.path('bin')}:${process.env.PATH}`, SANDBOX: sandbox.folder };
  const folder = run(sandbox.program('prepare-server.sh')[0], [], { cwd: sandbox.folder, env }).trim();
  symlinkSync(folder, sandbox.path('run/qdrant/current'));
  return folder;
}

/** What holds of every program, wherever it is stopped: it ends, it uses no variable that is not set, and leaves nothing half-written behind. */
function expectOrderly(ended: Ended, sandbox: Sandbox): void {
  expect(ended.errors).not.toMatch(/unbound variable|command not found|syntax error|bad substitution/);
  expect(ended.signal).not.toBe('SIGKILL');
  const left = [...sandbox.files('run'), ...sandbox.files('var')].filter((file) =>
    /\.new$|staging\.|(keys|tls|registry)\.\w{6}$/.test(file),
  );
  expect(left).toEqual([]);
}

/** Stops a program at its first wait, then on another machine at its second, and so on; at how many it could be stopped. */
async function stopAtEveryWait(
  most: number,
  make: () => NodeSandbox,
  program: string[],
  check: (ended: Ended, sandbox: NodeSandbox) => void = () => {},
): Promise<number> {
  for (let wait = 1; wait <= most; wait++) {
    const sandbox = make();
    // systemd sends it to all processes of a unit.
    const ended = await sandbox.run(sandbox.program(program[0], ...program.slice(1)), {}, { wait, group: true });
    expectOrderly(ended, sandbox);
    if (ended.waits < wait) return wait - 1;
    check(ended, sandbox);
    sandbox.remove();
  }
  return most;
}

describeWith(['openssl', 'jq', 'flock', 'bash'], 'a node’s program that is stopped while it waits', () => {
  const withoutAws = () => {
    const sandbox = new NodeSandbox();
    sandbox.answerWith('echo "An error occurred (AccessDeniedException)" >&2; exit 254');
    return sandbox;
  };

  test.each([
    ['for its keys', ['fetch-keys.sh', 'keys.yaml']],
    ['for its certificate', ['fetch-certificates.sh', 'tls']],
    ['for either', ['prepare-server.sh']],
    ['to start the node', ['boot-node.sh']],
  ])('%s, leaves nothing half-written', async (_, program) => {
    const stopped = await stopAtEveryWait(3, withoutAws, program, (ended, sandbox) => {
      expect(ended.code).not.toBe(0);
      expect(sandbox.read('keys.yaml')).toBeUndefined();
      expect(existsSync(sandbox.path('run/qdrant/current'))).toBe(false);
    });
    expect(stopped).toBe(3);
  });

  test('for a node to join through, has founded nothing', async () => {
    const late = () => {
      const sandbox = new NodeSandbox({ founding: { time: '2020-01-01T00:00:00Z', minutes: 60 } });
      prepare(sandbox);
      return sandbox;
    };
    const stopped = await stopAtEveryWait(3, late, ['run-server.sh'], (ended, sandbox) => {
      expect(ended.errors).toMatch(/does not found a new cluster/);
      expect(sandbox.read('served')).toBeUndefined();
      expect(sandbox.files('var').filter((file) => /founder|version/.test(file))).toEqual([]);
    });
    expect(stopped).toBe(3);
  });

  test('for the server to serve, ends its update in order', async () => {
    const running = () => {
      const sandbox = new NodeSandbox();
      sandbox.write('run/qdrant-server/folder', prepare(sandbox));
      return sandbox;
    };
    const stopped = await stopAtEveryWait(3, running, ['update-node.sh', 'asked'], ({ code }) => expect(code).toBe(0));
    expect(stopped).toBe(3);
  });
});

describeWith(['openssl', 'jq', 'flock', 'bash'], 'a node’s programs', () => {
  test('prepare the same folder again after they were stopped', async () => {
    const sandbox = new NodeSandbox();
    const first = await sandbox.run(sandbox.program('prepare-server.sh'), {});
    expectOrderly(first, sandbox);
    expect(first).toMatchObject({ code: 0, output: expect.stringMatching(/releases\/[0-9a-f]+\n$/) });
    sandbox.answerWith('exit 254');
    expectOrderly(await sandbox.run(sandbox.program('prepare-server.sh'), {}, { wait: 1, group: true }), sandbox);
    sandbox.answerWith('cat "$SANDBOX/secrets/${4##*secret:}"');
    expect((await sandbox.run(sandbox.program('prepare-server.sh'), {})).output).toBe(first.output);
    sandbox.remove();
  });

  test.each([
    ['answer-health.sh', []],
    ['leave.sh', []],
    ['prepare-server.sh', []],
    ['run-server.sh', []],
    ['update-node.sh', ['own']],
    ['update-node.sh', ['asked', 'ignored', '5']],
  ])('%s %j runs on a bare machine without a variable that is not set', async (name, args) => {
    const sandbox = new NodeSandbox();
    expectOrderly(await sandbox.run(sandbox.program(name, ...args), {}, { wait: 4, group: true }), sandbox);
    sandbox.remove();
  });
});
