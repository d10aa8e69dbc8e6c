import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describeWith, ROOT, run } from '../support/programs';
import { nodeFiles, synthCluster } from '../support/synth';

const FILES = join(ROOT, 'lib', 'aws', 'node', 'files');
const SHARED = join(ROOT, 'lib', 'cluster', 'programs');
const UNITS = [
  'qdrant-boot.service',
  'qdrant.service',
  'qdrant-guard.service',
  'qdrant-health.socket',
  'qdrant-health@.service',
  'qdrant-refresh.service',
  'qdrant-refresh.timer',
];
/** What prepares a node installs packages and mounts disks; what goes on running has next to no rights. */
const PREPARING = ['qdrant-boot.service', 'qdrant-refresh.service'];

const files = [FILES, SHARED].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
const programs = files.filter((file) => file.endsWith('.sh'));
/** What is sent to a node only where it verifies its cluster. */
const installed = (file: string) => basename(file) !== 'verify-cluster.sh';

describeWith(['shellcheck'], 'the programs of a node', () => {
  test('are clean by shellcheck', () => {
    expect(programs.length).toBeGreaterThan(15);
    expect(run('shellcheck', ['--external-sources', '--source-path', FILES, ...programs])).toBe('');
  });
});

describe('the programs of a node', () => {
  test('stop at the first error', () => {
    for (const file of programs.filter((name) => name.startsWith(FILES) && !name.endsWith('/common.sh'))) {
      expect(`${file}: ${readFileSync(file, 'utf8')}`).toContain('\nset -euo pipefail\n');
    }
  });

  test('are installed as they stand in their files, but for comments and layout', () => {
    const { installer } = nodeFiles(synthCluster());
    const asTerraformReadsIt = installer.replace(/\$\$\{/g, '${').replace(/%%\{/g, '%{');
    const lines = (text: string) =>
      text
        .split('\n')
        .filter((line) => !/^ *(#(?!!)|$)/.test(line))
        .map((line) => line.trimStart());
    for (const file of files.filter(installed)) {
      const content = readFileSync(file, 'utf8').replaceAll('@REFRESH_HOURS@', '12');
      expect(asTerraformReadsIt).toContain(` <<'END_OF_QDRANT_FILE'\n${lines(content).join('\n')}\nEND_OF_QDRANT_FILE\n`);
    }
  });

  test('are installed with the boot commands of the user, or without those of before', () => {
    const stackWith = (bootCommands?: string[]) => synthCluster({ bootCommands });
    // Neither Terraform, nor Systems Manager, nor the shell that installs them finds anything of its own in them.
    const commands = ['echo "${HOME} %{if}" >/root/home', "docker ps --format '{{.Names}}' {{ Peers }}", 'END_OF_QDRANT_FILE'];
    const stack = stackWith(commands);
    expect(nodeFiles(stack).installer).toMatch(
      /\nbase64 --decode <<<'\$\{base64encode\(local\.\w+BootCommands\w+\)\}' \| put 0755 \/opt\/qdrant\/etc\/boot-commands\.sh\n/,
    );
    const [, script] = Object.entries<string>(stack.json.locals).find(([name]) => name.includes('BootCommands'))!;
    const escaped = commands
      .join('\n')
      .replace('${', () => '$${')
      .replace('%{', '%%{');
    expect(script).toBe(`#!/usr/bin/env bash\nset -euo pipefail\numask 022\n${escaped}\n`);
    for (const none of [undefined, []]) {
      expect(nodeFiles(stackWith(none)).installer).toContain('\nrm -f /opt/qdrant/etc/boot-commands.sh\n');
    }
    for (const junk of ['', 5, null]) {
      expect(() => stackWith([junk as any])).toThrow(/bootCommands has .* Allowed: commands of Bash/);
    }
  });

  test('leave room in the 16 KiB that EC2 takes as user data', () => {
    const { installer } = nodeFiles(synthCluster());
    const size = gzipSync(JSON.stringify({ write_files: [{ content: installer }] })).length;
    process.stderr.write(`user data, compressed: ${size} bytes\n`);
    expect(size).toBeLessThan(14.5 * 1024);
  });

  test('do what they did with their comments and their layout', () => {
    const { installer } = nodeFiles(synthCluster());
    const asTerraformReadsIt = installer.replace(/\$\$\{/g, '${').replace(/%%\{/g, '%{');
    for (const file of programs.filter(installed)) {
      const [content] = asTerraformReadsIt
        .split(`/${basename(file)} <<'END_OF_QDRANT_FILE'\n`)[1]
        .split('END_OF_QDRANT_FILE\n');
      // As bash itself prints a program, it has no comments.
      // Within texts there is a layout, too: of jq's and nftables' programs, to which it says nothing.
      const parsed = (text: string) =>
        run('bash', ['-c', `eval "f() { $(cat)\n}"; declare -f f`], { input: text }).replace(/^ +/gm, '');
      expect(parsed(content)).toBe(parsed(readFileSync(file, 'utf8')));
    }
  });
});

describeWith(['systemd-analyze'], 'the units of a node', () => {
  /** A root with the programs where the units expect them. */
  function root(): string {
    const directory = mkdtempSync(join(tmpdir(), 'units-'));
    const put = (path: string, content: string) => {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content);
      chmodSync(join(directory, path), 0o755);
    };
    for (const file of files) {
      const content = readFileSync(file, 'utf8').replaceAll('@REFRESH_HOURS@', '12');
      put(file.endsWith('.sh') ? `opt/qdrant/bin/${basename(file)}` : `etc/systemd/system/${basename(file)}`, content);
    }
    put('usr/sbin/nginx', '#!/bin/sh\n');
    put('usr/lib/systemd/system/docker.service', '[Service]\nExecStart=/usr/sbin/nginx\n');
    for (const target of ['network-online', 'network', 'sysinit', 'basic', 'shutdown', 'multi-user', 'sockets', 'timers']) {
      put(`usr/lib/systemd/system/${target}.target`, '[Unit]\nDefaultDependencies=no\n');
    }
    return directory;
  }

  test('are what systemd takes', () => {
    const output = run('systemd-analyze', ['verify', `--root=${root()}`, ...UNITS]);
    expect(output).toBe('');
  });

  test('expose little', () => {
    for (const unit of UNITS.filter((name) => name.endsWith('.service'))) {
      const report = run('systemd-analyze', ['security', '--offline=true', join(FILES, unit)]);
      const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(report)![1]);
      process.stderr.write(`exposure of ${unit}: ${exposure}\n`);
      if (!PREPARING.includes(unit)) expect(exposure).toBeLessThanOrEqual(2.5);
    }
  });
});

describeWith(['nginx', 'openssl'], 'the guard', () => {
  const directory = mkdtempSync(join(tmpdir(), 'guard-'));
  const [certificate, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];

  beforeAll(() => {
    const selfSigned = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=a'];
    run('openssl', [...selfSigned, '-keyout', key, '-out', certificate]);
  });

  test.each([
    ['every port', '6333 6334 9153'],
    ['REST alone', '6333'],
  ])('has a configuration that nginx takes, for %s', (_what, ports) => {
    const module = ['/usr/lib64/nginx', '/usr/lib/nginx']
      .map((path) => `${path}/modules/ngx_stream_module.so`)
      .find(existsSync);
    const script = `source ${SHARED}/guard.sh; write_guard ${SHARED}/guard.conf ${directory}/nginx.pid yes ${module ?? ''}`;
    const configuration = run('bash', ['-euc', script], {
      env: { ...process.env, HOST: 'node-0.vectors.internal', GUARDED_PORTS: ports },
    })
      .replace(/\/run\/qdrant\/current\/tls\/key\.pem/g, key)
      .replace(/\/run\/qdrant\/current\/tls\/[\w-]+\.pem/g, certificate);
    writeFileSync(join(directory, 'nginx.conf'), configuration);
    run('nginx', ['-t', '-q', '-e', 'stderr', '-c', join(directory, 'nginx.conf')]);
    const listening = configuration.match(/^\s*listen \d+/gm)!.map((line) => line.replace(/\D+/, ''));
    expect(listening).toEqual(ports.split(' '));
  });
});
