import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { aws } from '../../lib';
import { ROOT, run } from './programs';
import { Sandbox } from './sandbox';
import { nodeFiles, synthCluster } from './synth';

const HOST = 'node-0.vectors-cluster.qdrant.internal';
const FOLDERS = ['lib/aws/node/files', 'lib/cluster/programs'];
const secret = (name: string) => aws.Secret.fromArn(`arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`);
const { config, settings } = nodeFiles(
  synthCluster({
    apiKeys: aws.ApiKeys.fromSecrets({ admin: secret('admin'), readOnly: secret('read-only') }),
    tls: aws.Tls.fromSecret(secret('tls')),
  }),
);

/** A machine that has been set up: what sets it up, and the machine's own services, are faked. */
export class NodeSandbox extends Sandbox {
  /**
   * @param more what its config has besides
   * @param real a program that is not faked
   */
  public constructor(more: object = {}, real?: string) {
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
    for (const name of ['setup-host', 'mount-data-volume', 'restrict-metadata', 'arrange-units'].filter(
      (one) => one !== real,
    )) {
      this.write(`opt/qdrant/bin/${name}.sh`, '#!/usr/bin/env bash\n', 0o755);
    }
    const founding = { time: new Date().toISOString(), minutes: 60 };
    const toRun = { ...config, peers: [HOST], hostNames: [], founding, turnSeconds: 60, ...more };
    this.write('opt/qdrant/etc/cluster.json', JSON.stringify(toRun));
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
  public within(text: string): string {
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
export function prepare(sandbox: NodeSandbox): string {
  const env = { PATH: `${sandbox.path('bin')}:${process.env.PATH}`, SANDBOX: sandbox.folder };
  const folder = run(sandbox.program('prepare-server.sh')[0], [], { cwd: sandbox.folder, env }).trim();
  symlinkSync(folder, sandbox.path('run/qdrant/current'));
  return folder;
}
