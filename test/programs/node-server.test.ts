import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { NodeSandbox, prepare } from '../support/node-sandbox';
import { makeCa } from '../support/openssl';
import { describeWith } from '../support/programs';
import { Ended } from '../support/sandbox';

const KEY = 'k'.repeat(40);

describeWith(['openssl', 'jq', 'flock', 'bash'], 'what a server of a node is started with', () => {
  let sandbox: NodeSandbox;
  const make = (config: object = {}, real?: string) => (sandbox = new NodeSandbox(config, real));
  const run = (name: string, ...args: string[]): Promise<Ended> => sandbox.run(sandbox.program(name, ...args), {});
  afterEach(() => sandbox.remove());

  test('is read by the server’s user alone', async () => {
    make();
    sandbox.fake('chown', 'printf "%s\\n" "$*" >>"$SANDBOX/owners"');
    const folder = prepare(sandbox);
    const files = sandbox.files(folder.slice(sandbox.folder.length)).map((name) => join(folder, name));
    const modes = files.map((path) => [basename(path), (statSync(path).mode & 0o777).toString(8)]);
    expect(modes).toContainEqual(['keys.yaml', '400']);
    expect(modes).toContainEqual(['key.pem', '400']);
    for (const [name, mode] of modes) expect([name, mode]).toEqual([name, name === 'tls' ? '750' : '400']);
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('750');
    const owners = sandbox.read('owners')!.split('\n');
    for (const name of ['keys.yaml', 'tls/key.pem']) {
      expect(owners.find((line) => line.includes(name))).toMatch(/^1000:1000 /);
    }
  });

  test.each([
    ['admin', 'k'.repeat(31), 'has 31 characters; at least 32 are needed'],
    ['read-only', 'k'.repeat(8), 'has 8 characters; at least 32 are needed'],
    ['admin', `${'k'.repeat(40)} x`, 'has characters that do not fit a header'],
    ['admin', '', 'has 0 characters; at least 32 are needed'],
  ])('is nothing where the %s key is "%s"', async (name, key, why) => {
    make();
    sandbox.write(`secrets/${name}-AbCdEf`, key);
    const ended = await run('prepare-server.sh');
    expect(ended).toMatchObject({ code: 1, output: '', errors: expect.stringContaining(why) });
    if (key !== '') expect(ended.errors).not.toContain(key);
  });

  test('is nothing where the data volume is not mounted, or its data cannot be served by the release', async () => {
    make();
    sandbox.write('var/lib/qdrant/version', '1.99.0');
    expect(await run('prepare-server.sh')).toMatchObject({ code: 1, errors: expect.stringContaining('cannot follow it') });
    sandbox.fake('mountpoint', 'exit 1');
    expect(await run('prepare-server.sh')).toMatchObject({ code: 1, errors: expect.stringContaining('is not mounted') });
  });

  test('comes after the boot commands, which are run until they succeed', async () => {
    make();
    const commands = [
      '[[ ! -e $SANDBOX/run/qdrant/lock ]]',
      'echo tried >>"$SANDBOX/tries"',
      '(($(wc -l <"$SANDBOX/tries") > 1))',
    ];
    sandbox.write('opt/qdrant/etc/boot-commands.sh', ['#!/bin/bash', 'set -euo pipefail', ...commands, ''].join('\n'), 0o755);
    const ended = await run('boot-node.sh');
    expect(ended).toMatchObject({
      code: 0,
      errors: expect.stringContaining('the boot commands failed, and are run again in 10 s'),
    });
    expect(sandbox.read('tries')).toBe('tried\ntried\n');
    expect(sandbox.read('run/qdrant/current/keys.yaml')).toContain(KEY);
  });

  test('are the named authorities of clients, and no others', () => {
    const pem = readFileSync(makeCa(mkdtempSync(join(tmpdir(), 'client-ca-')), 'clients'), 'utf8').trim();
    make({ guardedPorts: [6333], clientCas: [{ pemBase64: Buffer.from(pem).toString('base64') }] });
    prepare(sandbox);
    const [named, anchors] = ['client-ca', 'client-anchors'].map((name) => sandbox.read(`run/qdrant/current/tls/${name}.pem`)!);
    expect(named.trim()).toBe(pem);
    expect(anchors.match(/BEGIN/g)).toHaveLength(1);
  });

  test('is in no argument of the container, which has no right and no place to write but its data', async () => {
    make();
    const folder = prepare(sandbox);
    sandbox.fake('docker', '[[ $1 != run ]] || printf "%s\\n" "$@" >"$SANDBOX/arguments"');
    expect(await run('run-server.sh')).toMatchObject({ code: 0 });
    const said = sandbox.read('arguments')!;
    expect(said).not.toContain(KEY);
    const all = said.split('\n').join(' ');
    for (const option of [
      '--read-only',
      '--cap-drop ALL',
      '--security-opt no-new-privileges',
      '--user 1000:1000',
      '--pull never',
    ]) {
      expect(all).toContain(option);
    }
    expect(all).not.toMatch(/--privileged|docker\.sock/);
    const volumes = [...all.matchAll(/--volume (\S+)/g)].map(([, volume]) => volume.replace(sandbox.folder, ''));
    const writable = volumes.filter((volume) => !volume.endsWith(':ro'));
    expect(writable).toEqual(['/var/lib/qdrant/storage:/qdrant/storage', '/var/lib/qdrant/snapshots:/qdrant/snapshots']);
    expect(
      volumes
        .filter((volume) => volume.endsWith(':ro'))
        .every((volume) => volume.startsWith(folder.replace(sandbox.folder, ''))),
    ).toBe(true);
  });

  test.each([
    [false, ['ip daddr 169.254.169.254 reject', 'ip6 daddr fd00:ec2::254 reject']],
    [true, []],
  ])('is kept from the metadata service, save where it needs the role itself (%s)', async (usesInstanceRole, expected) => {
    make({ server: { usesInstanceRole } }, 'restrict-metadata');
    sandbox.fake('nft', 'cat >"$SANDBOX/rules"');
    expect(await run('restrict-metadata.sh')).toMatchObject({ code: 0 });
    const rules = sandbox.read('rules')!;
    // What an earlier release refused is no longer there.
    expect(rules).toMatch(/^table inet qdrant\ndelete table inet qdrant\n/);
    expect([...rules.matchAll(/meta skuid 1000 (.*)/g)].map(([, rule]) => rule)).toEqual(expected);
  });

  test('is an image that is pulled with a password which nobody sees, and which does not stay', async () => {
    const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
    make({ ecr: { registry, region: 'eu-west-1' }, image: `${registry}/qdrant:v1.19.0` });
    const folder = prepare(sandbox);
    sandbox.answerWith('[[ "$*" == "ecr get-login-password --region eu-west-1" ]] && echo of-the-registry');
    sandbox.fake(
      'docker',
      [
        'printf "%s\\n" "$*" >>"$SANDBOX/calls"',
        'case $1 in',
        '  image) exit 1 ;;',
        '  login) cat >"$SANDBOX/password"; echo auth >"$DOCKER_CONFIG/config.json" ;;',
        '  pull) cp "$DOCKER_CONFIG/config.json" "$SANDBOX/pulled-with" ;;',
        'esac',
      ].join('\n'),
    );
    const ended = await run('pull-image.sh', folder);
    expect(ended).toMatchObject({ code: 0, output: '' });
    expect(sandbox.read('password')).toBe('of-the-registry\n');
    expect(sandbox.read('pulled-with')).toBe('auth\n');
    expect(`${sandbox.read('calls')}${ended.errors}`).not.toContain('of-the-registry');
    expect(sandbox.files('run').filter((name) => name.includes('registry'))).toEqual([]);
  });

  describe('a load balancer is told', () => {
    const ask = (request: string, serving: boolean) => {
      make();
      prepare(sandbox);
      // Whatever is asked of it serves, and has a certificate.
      sandbox.fake('openssl', serving ? `printf '%s\\r\\n' 'HTTP/1.1 200 OK' 'sha256 Fingerprint=AA'` : 'exit 1');
      return (): string =>
        spawnSync(sandbox.program('answer-health.sh')[0], [], {
          input: request,
          encoding: 'utf8',
          env: { PATH: `${sandbox.path('bin')}:${process.env.PATH}`, SANDBOX: sandbox.folder },
        }).stdout.split('\r\n')[0];
    };
    const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

    test('to send clients while the node serves, and none once it is about to leave', () => {
      const answer = ask(GET, true);
      expect(answer()).toBe('HTTP/1.1 200 OK');
      sandbox.write('run/qdrant/draining', '');
      expect(answer()).toBe('HTTP/1.1 503 Service Unavailable');
    });

    test('to send none while it does not serve, and nothing to what is no request', () => {
      expect(ask(GET, false)()).toBe('HTTP/1.1 503 Service Unavailable');
      expect(ask(GET.replace('GET', 'POST'), true)()).toBe('HTTP/1.1 405 Method Not Allowed');
      expect(ask('', true)()).toBe('');
    });
  });
});
