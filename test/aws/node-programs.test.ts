import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeWith, ROOT, run } from '../support/programs';
import { nodeFiles, synthCluster } from '../support/synth';

const FILES = join(ROOT, 'lib', 'aws', 'node', 'files');
const UNITS = ['qdrant-boot.service', 'qdrant.service', 'qdrant-grpc-guard.service'];

describeWith(['shellcheck'], 'the programs of a node', () => {
  test('are clean by shellcheck', () => {
    const programs = readdirSync(FILES).filter((name) => name.endsWith('.sh'));
    expect(programs.length).toBeGreaterThan(5);
    expect(
      run('shellcheck', ['--external-sources', '--source-path', FILES, ...programs.map((name) => join(FILES, name))]),
    ).toBe('');
  });
});

describe('the programs of a node', () => {
  test('stop at the first error', () => {
    for (const name of readdirSync(FILES).filter((file) => file.endsWith('.sh') && file !== 'common.sh')) {
      expect(`${name}: ${readFileSync(join(FILES, name), 'utf8')}`).toContain('\nset -euo pipefail\n');
    }
  });

  test('are installed as they stand in their files', () => {
    const { installer } = nodeFiles(synthCluster());
    const asTerraformReadsIt = installer.replace(/\$\$\{/g, '${').replace(/%%\{/g, '%{');
    for (const name of readdirSync(FILES)) {
      expect(asTerraformReadsIt).toContain(`/${name} <<'END_OF_QDRANT_FILE'\n${readFileSync(join(FILES, name), 'utf8')}`);
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
    for (const name of readdirSync(FILES)) {
      const content = readFileSync(join(FILES, name), 'utf8');
      put(name.endsWith('.sh') ? `opt/qdrant/bin/${name}` : `etc/systemd/system/${name}`, content);
    }
    put('usr/sbin/nginx', '#!/bin/sh\n');
    put('usr/lib/systemd/system/docker.service', '[Service]\nExecStart=/usr/sbin/nginx\n');
    for (const target of ['network-online', 'network', 'sysinit', 'basic', 'shutdown', 'multi-user']) {
      put(`usr/lib/systemd/system/${target}.target`, '[Unit]\nDefaultDependencies=no\n');
    }
    return directory;
  }

  test('are what systemd takes', () => {
    const output = run('systemd-analyze', ['verify', `--root=${root()}`, ...UNITS]);
    expect(output).toBe('');
  });

  test('expose little', () => {
    for (const unit of UNITS) {
      const report = run('systemd-analyze', ['security', '--offline=true', join(FILES, unit)]);
      const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(report)![1]);
      process.stderr.write(`exposure of ${unit}: ${exposure}\n`);
      // What prepares the node installs packages and mounts disks; what goes on running has next to no rights.
      if (unit !== 'qdrant-boot.service') expect(exposure).toBeLessThanOrEqual(2.5);
    }
  });
});

describeWith(['nginx', 'openssl'], 'the gRPC guard', () => {
  test('is a configuration that nginx takes', () => {
    const directory = mkdtempSync(join(tmpdir(), 'guard-'));
    const [certificate, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=a',
      '-keyout',
      key,
      '-out',
      certificate,
    ]);
    const configuration = readFileSync(join(FILES, 'grpc-guard.conf'), 'utf8')
      .replace('@HOST@', 'node-0.vectors.internal')
      .replace(/\/run\/qdrant\/current\/tls\/key\.pem/g, key)
      .replace(/\/run\/qdrant\/current\/tls\/[\w-]+\.pem/g, certificate)
      .replace('/run/qdrant-grpc-guard', directory);
    writeFileSync(join(directory, 'nginx.conf'), configuration);
    run('nginx', ['-t', '-q', '-e', 'stderr', '-c', join(directory, 'nginx.conf')]);
  });
});
