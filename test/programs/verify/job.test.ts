import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetes } from '../../../lib';
import { makeCertificate } from '../../../lib/verify/x509/make-certificate';
import { objectOf } from '../../support/kubernetes/objects';
import { KubernetesStack, synthCluster } from '../../support/kubernetes/synth';
import { CA, CLIENT, inDays, OpenServer, READ_ONLY_KEY, ServerSettings } from '../../support/open-server';
import { describeWith, ROOT } from '../../support/programs';

const NODES = 3;
const JOB = /-verify-[0-9a-f]{10}$/;
const PORTS = { rest: 6333, grpc: 6334, peer: 6335, behindGuard: 6337 };
/** Loopback, and of no other test: the ports are those of Qdrant. */
const addressOf = (node: number) => `127.63.33.${node + 1}`;
const hostOf = (node: number) => `vectors-${node}.vectors-peers.search.svc.cluster.local`;
const NODE = makeCertificate(
  {
    ...{ commonName: 'node', from: inDays(-1), to: inDays(200), usages: ['serverAuth', 'clientAuth'] },
    hosts: Array.from({ length: NODES }, (_, node) => hostOf(node)),
  },
  CA,
);

const folder = mkdtempSync(join(tmpdir(), 'verify-job-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the Secrets and ConfigMaps hold that others make. */
const KEPT: { [name: string]: { [key: string]: string } } = {
  'vectors-read-only-key': { 'api-key': READ_ONLY_KEY },
  'vectors-tls': { 'tls.crt': NODE.certificate, 'tls.key': NODE.key, 'ca.crt': CA.certificate },
};
const CLIENT_SECRET = { 'tls.crt': CLIENT.certificate, 'tls.key': CLIENT.key, 'ca.crt': CA.certificate };

/** The files of a volume, as the kubelet mounts them. */
function filesOf(volume: any, stack: KubernetesStack): { [file: string]: string } {
  if (volume.configMap) return objectOf(stack.objects, 'ConfigMap', `^${volume.configMap.name}$`).data;
  return Object.assign(
    {},
    ...volume.projected.sources.map(({ secret: { name, items } }: any) =>
      Object.fromEntries(items.map(({ key, path }: any) => [path, (KEPT[name] ?? CLIENT_SECRET)[key]])),
    ),
  );
}

/** Runs the container of the job: its command, its mounts and nothing else. */
function runJob(stack: KubernetesStack): Promise<{ status: number | null; out: string; err: string }> {
  const place = mkdtempSync(join(folder, 'job-'));
  const { containers, volumes } = objectOf(stack.objects, 'Job', JOB).spec.template.spec;
  const [{ command, volumeMounts }] = containers;
  const mounts = volumeMounts.map(({ name, mountPath }: any) => {
    const source = join(place, name);
    mkdirSync(source);
    const volume = volumes.find((one: any) => one.name === name);
    for (const [file, text] of Object.entries(filesOf(volume, stack))) writeFileSync(join(source, file), text);
    return `mkdir -p ${mountPath} && mount --bind ${source} ${mountPath}`;
  });
  const hosts = Array.from({ length: NODES }, (_, node) => `${addressOf(node)} ${hostOf(node)}\n`);
  writeFileSync(join(place, 'hosts'), hosts.join(''));
  const script = [
    'set -e',
    'mount -t tmpfs tmpfs /opt && mkdir -p /run/secrets && mount -t tmpfs tmpfs /run/secrets',
    ...mounts,
    `mount --bind ${join(place, 'hosts')} /etc/hosts`,
    'exec "$@"',
  ].join('\n');
  // As the container has it: what the shell knows is not handed on.
  const [program, ...args] = command;
  const child = spawn('unshare', ['--mount', 'bash', '-c', script, 'bash', program, ...args], {
    env: { PATH: process.env.PATH },
    cwd: '/',
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err })));
}

/** The probes that a report names as not tried. */
function notTried(report: string): string[] {
  const [, list] = /^Not tried, and so not proved:\n((?: .*\n)+)/m.exec(report)!;
  return [...new Set([...list.matchAll(/^ {4}([a-z-]+), /gm)].map(([, probe]) => probe))].sort();
}

/** Those of which the guide says so. */
function toldToBeNotTried(): string[] {
  const guide = readFileSync(join(ROOT, 'docs/guides/verify.md'), 'utf8');
  const [everywhere] = /is never tried: [^.]+\./.exec(guide)!;
  const [onKubernetes] = /[^.]+\sis not tried[^.]*\./.exec(/^\*On Kubernetes\*(?:.+\n)+/m.exec(guide)![0])!;
  return [...`${everywhere} ${onKubernetes}`.matchAll(/`([a-z-]+)`/g)].map(([, probe]) => probe).sort();
}

interface Circumstances {
  readonly options?: kubernetes.VerifyAfterApplyProps;
  readonly props?: Partial<kubernetes.QdrantClusterProps>;
  /** Whether the last node is away. */
  readonly away?: boolean;
  /** The holes of the other nodes. */
  readonly others?: Partial<ServerSettings>;
  /** Ports of the last node that are other ones than the cluster says. */
  readonly elsewhere?: { readonly [port: string]: number };
}

describeWith(['root', 'unshare'], 'the job that verifies a cluster after an apply', () => {
  const servers: OpenServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  /** Runs it against nodes of which the last one has such holes, unless it is away. */
  async function verify(
    holes: Partial<ServerSettings>,
    { options = {}, props = {}, away = false, others = {}, elsewhere = {} }: Circumstances = {},
  ) {
    for (let node = 0; node < (away ? NODES - 1 : NODES); node++) {
      const isLast = node === NODES - 1;
      const [own, ports] = isLast ? [holes, { ...PORTS, ...elsewhere }] : [others, PORTS];
      servers.push(await OpenServer.start({ identity: NODE, ...own }, addressOf(node), ports));
    }
    return runJob(
      synthCluster(
        { clusterName: 'vectors', nodeCount: NODES, clientVerification: kubernetes.ClientVerification.required(), ...props },
        (cluster) => cluster.verifyAfterApply(options),
      ),
    );
  }

  test('ends with 0 where every node is secured, with all that it was given in use', async () => {
    const { status, out, err } = await verify({});
    expect({ status, out, err }).toMatchObject({ status: 0, out: expect.stringMatching(/^0 errors, 0 warnings, /m) });
    for (let node = 0; node < NODES; node++) {
      const passed = (probe: string) => new RegExp(`^passed +${probe} .*${hostOf(node)} `, 'm');
      for (const probe of ['no-key', 'read-only-key-writes', 'no-client-certificate', 'certificate-name', 'peer-port']) {
        expect(out).toMatch(passed(probe));
      }
    }
    expect(out + err).not.toContain(READ_ONLY_KEY);
    expect(notTried(out)).toEqual(toldToBeNotTried());
  });

  test.each<[string, Partial<ServerSettings>, RegExp]>([
    [
      'has gRPC open to clients without a certificate',
      { grpc: 'none' },
      /error: no-client-certificate \(QDR010\), vectors-2\./,
    ],
    ['lets others reach the port of the nodes', { peer: 'secured' }, /error: peer-port \(QDR001\), vectors-2\./],
    ['asks for no key', { restKey: false }, /error: no-key \(QDR013\), vectors-2\./],
  ])('ends with 1, which is not tried again, where one node %s', async (_what, holes, found) => {
    const { status, out } = await verify(holes);
    expect(out).toMatch(found);
    expect(status).toBe(1);
  });

  test('ends with 0 for a hole that is accepted, as it is then not looked for', async () => {
    const accepted = await verify({ grpc: 'none' }, { options: { accept: ['QDR010'] } });
    expect(accepted.status).toBe(0);
  });

  test.each([
    [{}, 0],
    [{ failOn: 'warning' as any }, 1],
  ])('ends for a warning, with the options %j, with %i', async (options, status) => {
    const ended = await verify({ webUi: true }, { options });
    expect(ended.out).toMatch(/^0 errors, [1-9]\d* warnings, /m);
    expect(ended.status).toBe(status);
  });

  const AWAY = new RegExp(`^error: ${hostOf(NODES - 1)} cannot be reached on 6333 and 6334$`, 'm');

  test('ends with 2, which is tried again, where a node is away', async () => {
    const { status, out, err } = await verify({}, { away: true });
    expect(err).toMatch(AWAY);
    expect(status).toBe(2);
    // Nobody takes it for a Qdrant that was looked at.
    expect(out).toMatch(new RegExp(`^${hostOf(NODES - 1)} cannot be reached on 6333 and 6334$`, 'm'));
    expect(out).toMatch(new RegExp(`^passed +no-key .*${hostOf(0)} `, 'm'));
    expect(out).not.toMatch(new RegExp(`^passed .*${hostOf(NODES - 1)} `, 'm'));
  });

  test('ends with 1 for what it finds on the others where a node is away, and names both', async () => {
    const { status, out, err } = await verify({}, { away: true, others: { restKey: false } });
    expect(out).toMatch(/error: no-key \(QDR013\), vectors-0\./);
    expect(err).toMatch(AWAY);
    expect(status).toBe(1);
  });

  test.each([
    ['rest', 'REST', 6333],
    ['grpc', 'gRPC', 6334],
  ])('ends with 2, which is tried again, where it cannot reach %s of a node', async (port, name, number) => {
    const { status, err } = await verify({}, { elsewhere: { [port]: 0 } });
    expect(err).toMatch(
      new RegExp(`^error: ${hostOf(NODES - 1)}: ${name} \\(${number}\\) cannot be reached: ECONNREFUSED$`, 'm'),
    );
    expect(status).toBe(2);
  });

  test('asks for no gRPC of a cluster that serves none', async () => {
    const { status, err } = await verify({}, { elsewhere: { grpc: 0 }, props: { grpc: false } });
    expect({ status, errors: err.split('\n').filter((line) => line.startsWith('error')) }).toEqual({ status: 0, errors: [] });
  });

  test('ends with 2, which is tried again, where a node does not take the key yet that it was given', async () => {
    const inFront: ServerSettings['inFront'] = {
      REST: ({ headers }, response) => {
        if (headers['api-key'] !== READ_ONLY_KEY) return false;
        response.writeHead(401).end('{"status":{"error":"Invalid API key or JWT"}}');
        return true;
      },
    };
    const { status, err } = await verify({ inFront });
    expect(err).toMatch(
      new RegExp(
        `^error: ${hostOf(NODES - 1)}: REST \\(6333\\): the read-only key that was given is not taken: HTTP 401 `,
        'm',
      ),
    );
    expect(status).toBe(2);
  });

  test('does not end with 1 for a copy that is dead for as long as its node restarts', async () => {
    const dead = {
      replicationFactor: 2,
      writeConsistencyFactor: 2,
      shards: [
        [
          [1, 'Active'],
          [2, 'Dead'],
        ],
      ],
    } as any;
    expect((await verify({ collections: { documents: dead } })).status).toBe(0);
  });
});
