import { readFileSync, writeFileSync } from 'node:fs';
import { NodeSandbox, prepare } from '../support/node-sandbox';
import { describeWith, run } from '../support/programs';
import { Ended } from '../support/sandbox';

const HOST = 'node-0.vectors-cluster.qdrant.internal';
/** A turn comes within six seconds, in place of minutes. */
const BRIEF_TURNS = { TURN_SECONDS: '3' };
/** Longer than it takes to prepare what a server is started with. */
const BRIEF_SECONDS = 8;

describeWith(['openssl', 'jq', 'flock', 'bash'], 'what a node does about its certificate', () => {
  let sandbox: NodeSandbox;
  let first: string;
  beforeEach(() => {
    sandbox = new NodeSandbox();
    first = prepare(sandbox);
    sandbox.write('run/qdrant-server/folder', first);
    const restart = [
      'printf "%s\\n" "$(openssl x509 -noout -serial -in "$SANDBOX/run/qdrant/current/tls/cert.pem")" >>"$SANDBOX/restarts"',
      'readlink "$SANDBOX/run/qdrant/current" | tr -d "\\n" >"$SANDBOX/run/qdrant-server/folder"',
      '[[ ! -e $SANDBOX/after-restart ]] || cp "$SANDBOX/after-restart" "$SANDBOX/secrets/tls-AbCdEf"',
    ];
    sandbox.fake('systemctl', ['[[ $* == "restart qdrant.service" ]] || exit 0', ...restart].join('\n'));
  });
  afterEach(() => sandbox.remove());

  const refresh = (environment: NodeJS.ProcessEnv): Promise<Ended> =>
    sandbox.run(sandbox.program('update-node.sh', 'own'), { ...BRIEF_TURNS, ...environment }, undefined, 60);
  /** The serial numbers of the certificates that the server was restarted with. */
  const restarts = () => (sandbox.read('restarts') ?? '').match(/[0-9A-F]{8,}/g) ?? [];

  /** Makes a certificate that ends in so many seconds, as a secret has it; its serial number. */
  function make(path: string, seconds: number): string {
    const file = (name: string) => sandbox.path(name);
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('key.pem')];
    const names = ['-addext', `subjectAltName=DNS:${HOST}`, '-addext', 'extendedKeyUsage=serverAuth,clientAuth'];
    run('openssl', ['req', '-new', ...key, '-subj', '/CN=nodes', ...names, '-out', file('request.pem')]);
    writeFileSync(file('issued'), '');
    writeFileSync(file('ca.conf'), `${SIGNING}[nodes]\ndatabase = ${file('issued')}\nnew_certs_dir = ${sandbox.folder}\n`);
    const time = (later: number) => new Date(Date.now() + later * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');
    const dates = ['-startdate', time(-3600), '-enddate', time(seconds)];
    const signed = ['-selfsign', '-keyfile', file('key.pem'), '-in', file('request.pem'), '-out', file('cert.pem')];
    run('openssl', ['ca', '-batch', '-notext', '-config', file('ca.conf'), ...dates, ...signed]);
    const [certificate, privateKey] = ['cert.pem', 'key.pem'].map((name) => readFileSync(file(name), 'utf8'));
    sandbox.write(path, JSON.stringify({ certificate, private_key: privateKey, ca_certificate: certificate }));
    return /serial=(\w+)/.exec(run('openssl', ['x509', '-noout', '-serial', '-in', file('cert.pem')]))![1];
  }

  /** Pulls the image, which comes between what is prepared and its turn, until the certificate has ended; then there is another one, if at all. */
  function waitsForImage(): void {
    const hasNotEnded = 'openssl x509 -in "$SANDBOX/ending.pem" -noout -checkend 0 >/dev/null';
    const pull = [
      `while ${hasNotEnded}; do /bin/sleep 0.2; done`,
      'cp "$SANDBOX/meanwhile" "$SANDBOX/secrets/tls-AbCdEf" 2>/dev/null || true',
    ];
    sandbox.write('ending.pem', JSON.parse(sandbox.read('secrets/tls-AbCdEf')!).certificate);
    sandbox.fake('docker', ['[[ $1 != image ]] || exit 1', '[[ $1 != pull ]] || {', ...pull, '}'].join('\n'));
  }

  test('that ended while it waited for its turn: it is not restarted with it, but with the one that has come meanwhile', async () => {
    const next = make('meanwhile', 3600);
    make('secrets/tls-AbCdEf', BRIEF_SECONDS);
    waitsForImage();
    await refresh({ READY_SECONDS: '1' });
    expect(restarts()).toEqual([next]);
  });

  test('that ended while it waited for its turn, where there is no other: it serves on, and says why', async () => {
    make('secrets/tls-AbCdEf', BRIEF_SECONDS);
    waitsForImage();
    const ended = await refresh({ READY_SECONDS: '1' });
    expect(ended).toMatchObject({ code: 1, errors: expect.stringMatching(/not good as sslserver: .*certificate has expired/) });
    expect(restarts()).toEqual([]);
    expect(sandbox.files('run/qdrant')).not.toContain('draining');
    expect(run('readlink', [sandbox.path('run/qdrant/current')]).trim()).toBe(first);
  });

  test('with which it does not become ready: it takes the next one as soon as there is one', async () => {
    const bad = make('secrets/tls-AbCdEf', 3600);
    const next = make('after-restart', 3600);
    const ended = await refresh({ READY_SECONDS: '10', LOOK_SECONDS: '1' });
    expect(restarts()).toEqual([bad, next]);
    expect(ended).toMatchObject({ code: 1, errors: expect.stringContaining('the node did not become ready within 10 s') });
  });
});

const SIGNING = `[ca]
default_ca = nodes
[nodes]
rand_serial = yes
default_md = sha256
copy_extensions = copy
policy = names
[names]
commonName = supplied
`;
