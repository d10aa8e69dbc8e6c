import { statSync } from 'node:fs';
import { aws } from '../../../lib';
import { makeCertificate } from '../../../lib/verify/x509/make-certificate';
import { verifierOf } from '../../support/aws/verifier';
import { NodeSandbox, prepare } from '../../support/node-sandbox';
import { ADMIN_KEY, CA, CLIENT, inDays, OpenServer, READ_ONLY_KEY, ServerSettings } from '../../support/open-server';
import { describeWith, run } from '../../support/programs';
import { Ended } from '../../support/sandbox';
import { synthCluster } from '../../support/synth';

const NODES = 3;
/** As nodes have them open to each other: nobody else may connect to the last two. */
const PORTS = { rest: 6333, grpc: 6334, peer: 6335, behindGuard: 6337, metrics: 9153 };
const OPEN_TO_NODES: Partial<ServerSettings> = { peer: 'secured', behindGuard: true };
/** Loopback, and of no other test: the ports are those of Qdrant. */
const addressOf = (node: number) => `127.63.34.${node + 1}`;
const hostOf = (node: number) => `node-${node}.vectors-cluster.qdrant.internal`;
const hosts = Array.from({ length: NODES }, (_, node) => hostOf(node));
const NODE = makeCertificate(
  { commonName: 'node', from: inDays(-1), to: inDays(200), usages: ['serverAuth', 'clientAuth'], hosts },
  CA,
);
const SECRETS = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:';
const required = aws.ClientVerification.required(aws.CaBundle.fromPem(CA.certificate));

/** The AWS CLI, which must be told the region. */
const ANSWERS = '[[ -n ${AWS_REGION:-} ]] && cat "$SANDBOX/secrets/${4##*secret:}"';

/** Docker, so far as it is asked for anything: a container is Node with its mounts, its user and none of its surroundings. Its image starts what it likes. */
const DOCKER = `
printf '%s\\n' "$*" >>"$SANDBOX/docker"
case $1 in
  image) [[ -e $SANDBOX/image ]] ;;
  login) cat >"$SANDBOX/password" ;;
  pull) : >"$SANDBOX/image" ;;
  rm) ;;
  run)
    mounts='' user='' entrypoint=node
    while [[ $1 != */node:* ]]; do
      case $1 in
        --volume) IFS=: read -r from to mode <<<"$2"; mounts+="mkdir -p $to; mount --bind -o $mode $from $to; " ;;
        --user) user=$2 ;;
        --entrypoint) entrypoint=$2 ;;
      esac
      shift
    done
    shift
    cp -a "$SANDBOX"/run/qdrant/verify.* "$SANDBOX/seen"
    exec env -i PATH=/usr/bin:/bin unshare --mount bash -c "set -e
      mount -t tmpfs tmpfs /opt; mkdir -p /run/secrets; mount -t tmpfs tmpfs /run/secrets
      mount --bind $SANDBOX/hosts /etc/hosts; $mounts
      exec setpriv --reuid \${user%:*} --regid \${user#*:} --clear-groups \\"\\$@\\"" bash "$entrypoint" "$@"
    ;;
esac`;

interface Circumstances {
  readonly options?: aws.VerifyAfterApplyProps;
  readonly props?: Partial<aws.QdrantClusterProps>;
  /** The holes of the other nodes. */
  readonly others?: Partial<ServerSettings>;
  /** Whether the last node is away; until it has been tried for the first time, or for ever. */
  readonly away?: 'at first' | 'for ever';
  /** What is changed of the machine before. */
  readonly machine?: (sandbox: NodeSandbox) => void;
  /** After how many seconds it gives up. */
  readonly seconds?: number;
  /** What is sent in place of what Terraform sends. */
  readonly sent?: (script: string) => string;
}

/** A machine by itself, 10.9.0.1, whose packets to others go nowhere: what a user of it is let try, with such rules. */
const TRY_ALL = `
ip link set lo up
ip link add d0 type veth peer name d1
ip addr add 10.9.0.1/24 dev d0
ip link set d1 up
ip link set d0 up
ip route add 169.254.169.254/32 dev d0
for other in 10.9.0.2 10.9.0.3 169.254.169.254; do ip neigh add $other lladdr 02:00:00:00:00:01 dev d0; done
nft --file "$1"
setpriv --reuid "$2" --regid "$2" --clear-groups node --eval '
const net = require("net");
const server = net.createServer((socket) => socket.end()).listen(7777, "10.9.0.1", async () => {
  for (const [host, port] of [["10.9.0.1", 7777], ...[53, 6333, 6334, 6335, 443].map((port) => ["10.9.0.2", port]), ["10.9.0.3", 53], ["10.9.0.3", 6333], ["169.254.169.254", 80]]) {
    const came = await new Promise((resolve) => {
      const socket = net.connect({ host, port });
      socket.on("connect", () => resolve("reached")).on("error", ({ code }) => resolve(code));
      setTimeout(() => resolve("let out"), 500);
    });
    console.log(host, port, came);
  }
  process.exit();
});'`;

const NEEDED = ['root', 'unshare', 'setpriv', 'nft', 'ip', 'jq', 'flock', 'openssl'];

const servers: OpenServer[] = [];
let sandbox: NodeSandbox;

async function removeAll(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  sandbox.remove();
}

function makeSandbox(): void {
  sandbox = new NodeSandbox({ peers: hosts });
  sandbox.write('secrets/tls-AbCdEf', secretOf(NODE, { ca_certificate: CA.certificate }));
  sandbox.write('secrets/client-AbCdEf', secretOf(CLIENT));
  sandbox.write('hosts', hosts.map((host, node) => `${addressOf(node)} ${host}\n`).join(''));
  const readiness = sandbox.read('opt/qdrant/bin/readiness.sh')!;
  sandbox.write('opt/qdrant/bin/readiness.sh', `${readiness}\nserves_clients() { [[ ! -e $SANDBOX/booting ]]; }\n`, 0o755);
  sandbox.answerWith(ANSWERS);
  sandbox.remove('bin/chown');
  sandbox.fake('docker', DOCKER);
  sandbox.fake('getent', '[[ $1 == ahostsv4 ]] && printf "10.9.0.2 %s $2\\n" STREAM DGRAM');
  sandbox.fake('nft', 'cat >>"$SANDBOX/rules"');
  sandbox.fake('systemd-cat', 'cat >>"$SANDBOX/journal"');
  const folder = prepare(sandbox).slice(sandbox.folder.length + 1);
  sandbox.write(`${folder}/keys.yaml`, JSON.stringify({ service: { api_key: ADMIN_KEY, read_only_api_key: READ_ONLY_KEY } }));
}

const secretOf = ({ certificate, key }: typeof NODE, more: object = {}) =>
  JSON.stringify({ certificate, private_key: key, ...more });

const start = async (node: number, holes: Partial<ServerSettings>) =>
  void servers.push(await OpenServer.start({ identity: NODE, ...OPEN_TO_NODES, ...holes }, addressOf(node), PORTS));

/** Runs what Systems Manager would, against nodes of which the last one has such holes, unless it is away. */
async function verify(
  holes: Partial<ServerSettings> = {},
  {
    options = {},
    props = {},
    others = {},
    away,
    machine = () => {},
    seconds = 60,
    sent = (script) => script,
  }: Circumstances = {},
): Promise<Ended> {
  makeSandbox();
  for (let node = 0; node < NODES - 1; node++) await start(node, others);
  if (away === undefined) await start(NODES - 1, holes);
  machine(sandbox);
  const stack = synthCluster({ clientVerification: required, ...props }, (cluster) =>
    cluster.verifyAfterApply({ clientCertificateSecret: aws.Secret.fromArn(`${SECRETS}client-AbCdEf`), ...options }),
  );
  const { script, args } = verifierOf(stack);
  const limited = script.replace(`verify-cluster.sh '${args[0]}'`, `verify-cluster.sh '${seconds}'`);
  expect(limited).not.toBe(script);
  sandbox.write('script.sh', sandbox.within(sent(limited)), 0o755);
  const running = sandbox.run([sandbox.path('script.sh')], {}, undefined, 90);
  if (away === 'at first') {
    while (!sandbox.read('journal')?.includes('cannot be reached')) await new Promise((resolve) => setTimeout(resolve, 50));
    await start(NODES - 1, holes);
  }
  return running;
}

/** What is left on the machine. */
const leftOf = () => ({
  files: sandbox.files('run/qdrant').filter((name) => name.startsWith('verify.')),
  rules: /table inet qdrant_verify\ndelete table inet qdrant_verify\n$/.test(sandbox.read('rules')!),
  container: sandbox.read('docker')!.trim().split('\n').pop(),
});
const NOTHING = { files: [], rules: true, container: 'rm --force qdrant-verify' };

describeWith(NEEDED, 'the node that verifies a cluster after an apply, all of which is secured', () => {
  let ended: Ended;
  beforeAll(async () => {
    ended = await verify();
  });
  afterAll(removeAll);

  test('ends with 0, with all that it was given in use, and leaves nothing behind', () => {
    const { code, output, errors } = ended;
    expect({ code, output, errors }).toMatchObject({ code: 0, output: expect.stringMatching(/^0 errors, 0 warnings, /m) });
    for (const host of hosts) {
      const passed = (probe: string) => new RegExp(`^passed +${probe} .*${host} `, 'm');
      const probes = ['no-key', 'read-only-key-writes', 'no-client-certificate', 'certificate-name', 'peers-in-clear-text'];
      for (const probe of probes) expect(output).toMatch(passed(probe));
    }
    expect(sandbox.read('journal')).toContain(output);
    expect(leftOf()).toEqual(NOTHING);
  });

  test('hands on no secret but as a file that its user alone reads', () => {
    const { output, errors } = ended;
    const said = [output, errors, ...['docker', 'journal', 'rules'].map((file) => sandbox.read(file))].join('\n');
    for (const secret of [READ_ONLY_KEY, ADMIN_KEY, CLIENT.key, NODE.key]) expect(said).not.toContain(secret);
    const given = sandbox.files('seen/given');
    expect(given).toEqual(['api-key', 'ca.crt', 'client.crt', 'client.key']);
    expect(given.map((name) => sandbox.read(`seen/given/${name}`)!.trim())).toEqual(
      [READ_ONLY_KEY, CA.certificate, CLIENT.certificate, CLIENT.key].map((text) => text.trim()),
    );
    for (const name of given) {
      const { mode, uid } = statSync(sandbox.path('seen/given', name));
      expect([name, (mode & 0o777).toString(8), uid]).toEqual([name, '400', 60633]);
    }
  });

  test('runs in a container without a right or a place to write', () => {
    const [started] = sandbox
      .read('docker')!
      .split('\n')
      .filter((line) => line.startsWith('run '));
    for (const option of ['--rm', '--read-only', '--cap-drop ALL', '--security-opt no-new-privileges', '--user 60633:60633']) {
      expect(started).toContain(` ${option} `);
    }
    const volumes = [...started.matchAll(/--volume (\S+)/g)].map(([, volume]) => volume);
    expect(volumes.every((volume) => volume.endsWith(':ro'))).toBe(true);
    expect(started).not.toMatch(/--privileged|--env|docker\.sock/);
  });

  test('is kept by nftables from all but names and nodes, the role of the instance among it', () => {
    const [, rules] = sandbox.read('rules')!.split(/(?=^table inet qdrant_verify \{$)/m);
    sandbox.write('confining', rules.split('table inet qdrant_verify\ndelete')[0]);
    const tried = (uid: number) =>
      run('unshare', ['--net', 'bash', '-euc', TRY_ALL, 'bash', sandbox.path('confining'), `${uid}`]);
    const others = ['10.9.0.2 53', '10.9.0.2 6333', '10.9.0.2 6334', '10.9.0.2 6335'].map((place) => `${place} let out\n`);
    const names = '10.9.0.3 53 let out\n';
    const refused = ['10.9.0.2 443', '10.9.0.3 6333', '169.254.169.254 80'];
    const inOrder = (came: string) =>
      [
        '10.9.0.1 7777 reached\n',
        ...others,
        `${refused[0]} ${came}\n`,
        names,
        ...refused.slice(1).map((place) => `${place} ${came}\n`),
      ].join('');
    expect(tried(60633)).toBe(inOrder('ECONNREFUSED'));
    expect(tried(0)).toBe(inOrder('let out'));
  });
});

describeWith(NEEDED, 'the node that verifies a cluster after an apply', () => {
  afterEach(removeAll);

  test.each<[string, Partial<ServerSettings>, RegExp]>([
    ['has gRPC open to clients without a certificate', { grpc: 'none' }, /error: no-client-certificate \(QDR010\), node-2\./],
    ['asks for no key', { restKey: false }, /error: no-key \(QDR013\), node-2\./],
    ['has the port of the nodes open to whoever reaches it', { peer: 'unverified' }, /error: peers-unverified, node-2\./],
    ['has it in clear text', { peer: 'plain' }, /error: peers-in-clear-text \(QDR012\), node-2\./],
  ])('ends with 1, at once, where one node %s', async (_what, holes, found) => {
    const { code, output, errors } = await verify(holes);
    expect(output).toMatch(found);
    expect(errors).toContain('error: the cluster is open: the report says where, and how to close it');
    expect({ code, attempts: sandbox.read('docker')!.match(/^run /gm)!.length }).toEqual({ code: 1, attempts: 1 });
    expect(leftOf()).toEqual(NOTHING);
  });

  test('ends with 0 for a hole that is accepted', async () => {
    expect(await verify({ grpc: 'none' }, { options: { accept: ['QDR010'] } })).toMatchObject({ code: 0 });
  });

  test('tries again where a node is away, until it is there', async () => {
    const { code, errors, output } = await verify({}, { away: 'at first' });
    expect(output).toMatch(new RegExp(`^error: ${hostOf(2)} cannot be reached on 6333 and 6334$`, 'm'));
    expect(errors).toContain('the cluster could not be verified yet, and is tried again in 15 s');
    expect(code).toBe(0);
  });

  test('ends with 1, and leaves nothing behind, where a node stays away', async () => {
    const { code, errors } = await verify({}, { away: 'for ever', seconds: 16 });
    expect(errors).toContain(
      'error: the cluster could not be verified within 16 s: what was printed says what stood in the way',
    );
    expect(code).toBe(1);
    expect(leftOf()).toEqual(NOTHING);
  });

  test('is not said to be open by an image that cannot run what attacks it', async () => {
    const cannot = `case $1 in image) ;; run) echo 'Error: Cannot find module' >&2; exit 1 ;; esac`;
    const { code, errors, output } = await verify({}, { seconds: 3, machine: (made) => made.fake('docker', cannot) });
    expect(output).toContain('Cannot find module');
    expect(errors).not.toContain('open');
    expect({ code, errors }).toMatchObject({ code: 1, errors: expect.stringContaining('could not be verified within 3 s') });
  });

  test('has the journal say what stood in its way, also where there is no report', async () => {
    const pull = `case $1 in image) exit 1 ;; pull) echo 'Error response from daemon: no such host' >&2; exit 1 ;; esac`;
    const { code, errors } = await verify({}, { seconds: 3, machine: (made) => made.fake('docker', pull) });
    expect(errors).toMatch(/^cannot pull \S+: Error response from daemon: no such host$/m);
    expect(sandbox.read('journal')).toMatch(/^cannot pull \S+: Error response from daemon: no such host$/m);
    expect(code).toBe(1);
  });

  test('attacks nobody once its time is over', async () => {
    const slow = 'printf "%s\\n" "$1" >>"$SANDBOX/docker"; case $1 in image) exit 1 ;; pull) exec /bin/sleep 20 ;; esac';
    const begun = Date.now();
    const { code } = await verify({}, { seconds: 2, machine: (made) => made.fake('docker', slow) });
    expect(Date.now() - begun).toBeLessThan(15000);
    expect({ code, started: sandbox.read('docker')!.includes('run') }).toEqual({ code: 1, started: false });
  });

  test('leaves nothing behind where it is stopped, or an earlier run was killed', async () => {
    const { code } = await verify(
      {},
      {
        machine: (made) => {
          made.write('run/qdrant/verify.killed/given/api-key', 'left over');
          made.fake(
            'docker',
            '[[ $1 != run ]] || { echo up >"$SANDBOX/up"; kill -TERM "$(<"$SANDBOX/pid")"; exec /bin/sleep 1; }',
          );
        },
        // The program itself is what Systems Manager ends.
        sent: (script) => script.replace(/^(\/opt\/qdrant\/bin\/verify-cluster\.sh )/m, 'exec $1'),
      },
    );
    expect(sandbox.read('up')).toBe('up\n');
    expect(code).not.toBe(0);
    expect(sandbox.files('run/qdrant').filter((name) => name.startsWith('verify.'))).toEqual([]);
  });

  test('waits until its own node serves, which on a new machine takes as long as the boot', async () => {
    const { code, errors } = await verify({}, { seconds: 3, machine: (made) => made.write('booting', '') });
    expect(errors).toContain('error: this node did not come to serve within 3 s; nothing was verified');
    expect({ code, started: sandbox.read('docker')!.includes('run ') }).toEqual({ code: 1, started: false });
  });

  test('runs nothing but what was sent', async () => {
    const { code, errors } = await verify({}, { sent: (script) => script.replace(/'[0-9a-f]{64}'/, `'${'0'.repeat(64)}'`) });
    expect(errors).toContain('error: the program that verifies the cluster is not the one that was sent');
    expect({ code, started: sandbox.read('docker')!.includes('run ') }).toEqual({ code: 1, started: false });
  });

  test('is told what the secret of the client certificate lacks', async () => {
    const { code, errors } = await verify(
      {},
      { machine: (made) => made.write('secrets/client-AbCdEf', '{"certificate":"a"}') },
    );
    expect(errors).toContain(`error: ${SECRETS}client-AbCdEf has no text in its member 'private_key'`);
    expect(code).toBe(1);
  });

  test('gives the admin key where there is no other, and no certificate where none is asked for', async () => {
    const { code, output } = await verify(
      { rest: 'none', grpc: 'none' },
      {
        others: { rest: 'none', grpc: 'none' },
        options: { clientCertificateSecret: undefined, accept: ['QDR010', 'audit-log'] },
        props: {
          clientVerification: aws.ClientVerification.notRequired(),
          apiKeys: aws.ApiKeys.fromSecrets({ admin: aws.Secret.fromArn(`${SECRETS}admin-AbCdEf`) }),
        },
      },
    );
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(sandbox.files('seen/given')).toEqual(['api-key', 'ca.crt']);
    expect(sandbox.read('seen/given/api-key')).toBe(ADMIN_KEY);
  });

  test('pulls its image from a private registry with a password which nobody sees', async () => {
    const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
    const { code, errors } = await verify(
      {},
      {
        options: { image: `${registry}/mirror/node:22.20.0` },
        machine: (made) =>
          made.answerWith(`[[ $1 != ecr ]] || { [[ $4 == eu-west-1 ]] && echo of-the-registry; exit; }\n${ANSWERS}`),
      },
    );
    expect({ code, errors }).toMatchObject({ code: 0 });
    expect(sandbox.read('password')).toBe('of-the-registry\n');
    expect(sandbox.read('docker')).toContain(
      `login --username AWS --password-stdin ${registry}\npull --quiet ${registry}/mirror/node:22.20.0\n`,
    );
    expect(`${errors}${sandbox.read('docker')}`).not.toContain('of-the-registry');
  });
});
