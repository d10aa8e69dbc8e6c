import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issue, makeCa } from '../support/openssl';
import { describeWith } from '../support/programs';
import { runWith } from '../support/shell';
import { until } from '../support/until';

const PROGRAMS = ['basics', 'readiness', 'certificates'];
const ADDRESSES = ['127.86.0.1', '127.86.0.2', '127.86.0.3'];

/** A node whose server presents what its folder has, and takes clients of whom it believes: read when it starts, as Qdrant does. */
class Node {
  private server?: ChildProcess;

  public constructor(
    private readonly folder: string,
    private readonly address: string,
  ) {
    mkdirSync(folder);
  }

  /** What the node is offered: a certificate and the CA of it. */
  public offer(files: { [file: string]: string }): void {
    rmSync(join(this.folder, 'offered'), { recursive: true, force: true });
    mkdirSync(join(this.folder, 'offered'));
    for (const [file, from] of Object.entries({ 'trusted.pem': '/dev/null', ...files })) {
      writeFileSync(join(this.folder, 'offered', file), readFileSync(from));
    }
  }

  /** Looks at what is offered; whether there is something to restart for. */
  public look(more = ''): { changed: boolean; code: number | null; errors: string } {
    rmSync(join(this.folder, 'next'), { recursive: true, force: true });
    mkdirSync(join(this.folder, 'next', 'tls'), { recursive: true });
    const { code, errors } = this.run(`${more}\nadopt_certificate offered next/tls`);
    const changed = code === 0 && spawnSync('diff', ['-rq', 'next', 'current'], { cwd: this.folder }).status !== 0;
    return { changed, code, errors };
  }

  public async restart(): Promise<void> {
    this.stop();
    rmSync(join(this.folder, 'current'), { recursive: true, force: true });
    cpSync(join(this.folder, 'next'), join(this.folder, 'current'), { recursive: true });
    expect(this.run('remember_authorities').code).toBe(0);
    const files = '-cert cert.pem -cert_chain cert.pem -key key.pem -CAfile ca.pem -Verify 4 -verify_return_error -quiet';
    this.server = spawn('openssl', ['s_server', '-accept', `${this.address}:6335`, ...files.split(' ')], {
      cwd: join(this.folder, 'current', 'tls'),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await until('it listens', 5, () => spawnSync('bash', ['-c', `: </dev/tcp/${this.address}/6335`]).status === 0);
  }

  public stop(): void {
    this.server?.kill('SIGKILL');
    this.server = undefined;
  }

  /** Loses what it had in memory, as a pod that is made anew. */
  public forget(): void {
    this.stop();
    rmSync(join(this.folder, 'current'), { recursive: true, force: true });
  }

  /** Whether it takes another node for one of its cluster, and is taken for one. */
  public reaches(other: Node): boolean {
    const files = '-cert cert.pem -cert_chain cert.pem -key key.pem -CAfile ca.pem -verify_return_error -tls1_2';
    const options = ['s_client', '-connect', `${other.address}:6335`, '-verify_hostname', 'localhost', ...files.split(' ')];
    return spawnSync('openssl', options, { cwd: join(this.folder, 'current', 'tls'), input: '' }).status === 0;
  }

  public read(file: string): string {
    return readFileSync(join(this.folder, 'current', 'tls', file), 'utf8');
  }

  private run(script: string) {
    const others = ADDRESSES.filter((address) => address !== this.address).join(' ');
    const settings = `cd ${this.folder}; HOST=localhost REST_PORT=6333 GUARDED_PORTS= PORTS_BESIDE_REST= CURRENT=$PWD/current MEMORY=$PWD/memory-
      other_hosts() { printf '%s\\n' ${others}; }`;
    return runWith(PROGRAMS, settings, script);
  }
}

describeWith(['openssl'], 'a change of the CA', () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const file = (name: string) => join(folder, name);
  let nodes: Node[];
  const offerOf = (name: string, ca: string) => ({
    'cert.pem': file(`${name}.pem`),
    'key.pem': file(`${name}-key.pem`),
    'issuer.pem': file(`${ca}.pem`),
  });

  beforeAll(() => {
    // A CA that gets a new key keeps its name, as cert-manager has it.
    for (const ca of ['old-ca', 'new-ca']) makeCa(folder, ca);
    issue(folder, 'old', 'old-ca', 'DNS:localhost');
    issue(folder, 'new', 'new-ca', 'DNS:localhost');
    issue(folder, 'next', 'old-ca', 'DNS:localhost');
    issue(folder, 'elsewhere', 'new-ca', 'DNS:elsewhere');
    issue(folder, 'server-only', 'new-ca', 'DNS:localhost', '10', 'serverAuth');
  });
  beforeEach(async () => {
    const here = mkdtempSync(join(folder, 'cluster-'));
    nodes = ADDRESSES.map((address, index) => new Node(join(here, `${index}`), address));
    for (const node of nodes) {
      node.offer(offerOf('old', 'old-ca'));
      node.look();
      await node.restart();
    }
    expectNobodyCutOff();
  });
  afterEach(() => nodes.forEach((node) => node.stop()));

  function expectNobodyCutOff(but: Node[] = []): void {
    for (const one of nodes) {
      for (const other of nodes) {
        if (one !== other && !but.includes(one) && !but.includes(other)) expect(one.reaches(other)).toBe(true);
      }
    }
  }

  /** Has node after node look, in an order, and restart where there is something new, until there is nothing any more. */
  async function settle(order: number[], after: () => void): Promise<number> {
    for (let restarts = 0; ; ) {
      let changed = false;
      for (const index of order) {
        if (!nodes[index].look().changed) continue;
        await nodes[index].restart();
        restarts++;
        changed = true;
        after();
      }
      if (!changed) return restarts;
      expect(restarts).toBeLessThan(20);
    }
  }

  const expectOnly = (certificate: string, ca: string) => {
    for (const node of nodes) {
      expect(node.read('cert.pem')).toBe(readFileSync(file(certificate), 'utf8'));
      expect(node.read('ca.pem')).toBe(readFileSync(file(ca), 'utf8'));
    }
  };

  test.each([[[0, 1, 2]], [[2, 0, 1]]])('cuts no node off, in the order %j, and ends with the new one alone', async (order) => {
    nodes.forEach((node) => node.offer(offerOf('new', 'new-ca')));
    const restarts = await settle(order, expectNobodyCutOff);
    expectOnly('new.pem', 'new-ca.pem');
    expect(restarts).toBeLessThanOrEqual(9);
  });

  test('goes no further while a node is away: it would come back to nodes that it does not believe', async () => {
    const [, , away] = nodes;
    away.stop();
    nodes.forEach((node) => node.offer(offerOf('new', 'new-ca')));
    for (let round = 0; round < 3; round++) {
      for (const node of nodes.filter((one) => one !== away && one.look().changed)) await node.restart();
    }
    for (const node of [nodes[0], nodes[1]]) expect(node.read('cert.pem')).toBe(readFileSync(file('old.pem'), 'utf8'));
    away.look();
    await away.restart();
    expectNobodyCutOff();
    await settle([0, 1, 2], expectNobodyCutOff);
    expectOnly('new.pem', 'new-ca.pem');
  });

  test('does not wait for a node that is away where the certificate is about to end: that would be an outage of all', async () => {
    const [first, , away] = nodes;
    away.stop();
    first.offer(offerOf('new', 'new-ca'));
    expect(first.look('ends_soon() { return 0; }').changed).toBe(true);
    await first.restart();
    expect(first.read('cert.pem')).toBe(readFileSync(file('new.pem'), 'utf8'));
    expect(first.read('ca.pem')).toContain(readFileSync(file('old-ca.pem'), 'utf8'));
  });

  test('is survived by a node that starts anew in the middle of it: it believes whom it believed', async () => {
    const [first, , anew] = nodes;
    nodes.forEach((node) => node.offer(offerOf('new', 'new-ca')));
    expect(first.look()).toMatchObject({
      changed: true,
      errors: expect.stringMatching(/presented once every other node trusts/),
    });
    await first.restart();
    anew.forget();
    anew.look();
    await anew.restart();
    // It has the new certificate only; the one that has not yet looked refuses it until it has.
    expect(anew.reaches(first) && first.reaches(anew)).toBe(true);
    await settle([1, 0, 2], () => expectNobodyCutOff([anew]));
    expectNobodyCutOff();
    expectOnly('new.pem', 'new-ca.pem');
  });

  test('is not said again at every look', async () => {
    nodes[0].offer(offerOf('new', 'new-ca'));
    expect(nodes[0].look().errors).not.toBe('');
    await nodes[0].restart();
    expect(nodes[0].look()).toEqual({ changed: false, code: 0, errors: '' });
  });

  test('is none where only the certificate changes: it is presented at once', () => {
    nodes[0].offer(offerOf('next', 'old-ca'));
    expect(nodes[0].look()).toEqual({ changed: true, code: 0, errors: '' });
    nodes[1].stop();
    expect(nodes[0].look()).toEqual({ changed: true, code: 0, errors: '' });
  });

  test('to a certificate that is not good is refused', () => {
    nodes[0].offer(offerOf('elsewhere', 'new-ca'));
    expect(nodes[0].look()).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/does not name this node's host localhost/),
    });
    nodes[0].offer(offerOf('new', 'old-ca'));
    // So that a wrong clock is told from a certificate that has ended.
    const year = new Date().getUTCFullYear();
    const why = new RegExp(`not good as sslserver: .* It is valid from .* GMT to .* GMT; the clock here says .*${year}`);
    expect(nodes[0].look()).toMatchObject({ code: 1, errors: expect.stringMatching(why) });
    nodes[0].offer(offerOf('server-only', 'new-ca'));
    expect(nodes[0].look()).toMatchObject({ code: 1, errors: expect.stringMatching(/not good as sslclient/) });
    nodes[0].offer({ ...offerOf('new', 'new-ca'), 'key.pem': file('old-key.pem') });
    expect(nodes[0].look()).toMatchObject({ code: 1, errors: expect.stringMatching(/does not belong to the certificate/) });
  });
});

describe('certificates of several files', () => {
  const pem = (body: string, end = '\n') => `-----BEGIN CERTIFICATE-----${end}${body}${end}-----END CERTIFICATE-----${end}`;

  test('are each there once, without those of the first file, whatever stands between them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
    writeFileSync(join(folder, 'first'), pem('A'));
    writeFileSync(
      join(folder, 'second'),
      `subject=CN = b\n${pem('B', '\r\n')}${pem('A', ' \n').replace(/CERT/g, 'X509 CERT')}`,
    );
    // No line end at the end, as Secrets have it.
    writeFileSync(join(folder, 'third'), `${pem('B')}\n# a comment\n${pem('C').trimEnd()}`);
    const { code, output } = runWith(
      PROGRAMS,
      `cd ${folder}; HOST=a REST_PORT=6333 GUARDED_PORTS= PORTS_BESIDE_REST= CURRENT=/nowhere`,
      'certificates_without first second third',
    );
    expect(code).toBe(0);
    expect(output).toBe(`${pem('B')}${pem('C')}`.trimEnd());
  });
});

describeWith(['openssl'], 'a certificate that is about to end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ending-'));
  /** A certificate that is valid for so many hours, of which so many are left. */
  const endsSoon = (hours: number, left: number) => {
    const at = (offset: number) =>
      spawnSync('date', ['--utc', '--date', `${offset} minutes`, '+%Y%m%d%H%M%SZ'], { encoding: 'utf8' });
    const [from, until_] = [(left - hours) * 60, left * 60].map((minutes) => at(Math.round(minutes)).stdout.trim());
    mkdirSync(join(folder, 'tls'), { recursive: true });
    const made = spawnSync('bash', ['-c', MAKE, 'make', from, until_], { cwd: folder, encoding: 'utf8' });
    expect(made.stderr).not.toMatch(/rror/);
    const settings = `HOST=localhost REST_PORT=6333 GUARDED_PORTS= PORTS_BESIDE_REST= CURRENT=${folder} MEMORY=${folder}/`;
    return runWith(PROGRAMS, settings, 'ends_soon').code === 0;
  };
  // `openssl ca` is the one that takes both ends of a validity.
  const MAKE = `
    rm -f index* serial*; : >index; echo 01 >serial
    printf '[ca]\ndefault_ca=a\n[a]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' >conf
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request -subj /CN=a 2>/dev/null
    openssl ca -batch -notext -config conf -selfsign -keyfile key.pem -in request -out tls/cert.pem -startdate "$1" -enddate "$2" 2>/dev/null`;

  test.each([
    [24, 12, false],
    [24, 3, false],
    [24, 2, true],
    [1, 0.5, false],
    [90 * 24, 25, false],
    [90 * 24, 23, true],
  ])('that is valid for %i hours, with %i left: %s', (hours, left, soon) => {
    expect(endsSoon(hours, left)).toBe(soon);
  });
});

describeWith(['openssl'], 'what version 0.1 has left in memory', () => {
  test('is taken over: the CAs that it trusted are kept until every node is of the new layout', () => {
    const folder = mkdtempSync(join(tmpdir(), 'old-'));
    makeCa(folder, 'ca');
    makeCa(folder, 'clients');
    issue(folder, 'node', 'ca', 'DNS:localhost');
    for (const name of ['offered', 'current/tls', 'next']) mkdirSync(join(folder, name), { recursive: true });
    const copy = (from: string, to: string) => cpSync(join(folder, from), join(folder, to));
    for (const place of ['offered', 'current/tls']) {
      copy('node.pem', `${place}/cert.pem`);
      copy('node-key.pem', `${place}/key.pem`);
    }
    copy('ca.pem', 'offered/issuer.pem');
    writeFileSync(join(folder, 'offered/trusted.pem'), '');
    const [ca, clients] = ['ca.pem', 'clients.pem'].map((name) => readFileSync(join(folder, name), 'utf8'));
    writeFileSync(join(folder, 'current/tls/ca.pem'), ca + clients);
    const settings = `cd ${folder}; HOST=localhost REST_PORT=6333 GUARDED_PORTS= PORTS_BESIDE_REST= CURRENT=$PWD/current MEMORY=$PWD/memory-
      other_hosts() { printf '127.86.9.9\n'; }`;
    expect(runWith(PROGRAMS, settings, 'adopt_certificate offered next')).toMatchObject({ code: 0, errors: '' });
    expect(readFileSync(join(folder, 'next/ca.pem'), 'utf8')).toBe(ca + clients);
    expect(readFileSync(join(folder, 'next/issuer.pem'), 'utf8')).toBe(ca);
  });
});
