import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issue, makeCa } from '../support/openssl';
import { describeWith, ROOT } from '../support/programs';
import { Ended, Sandbox } from '../support/sandbox';

const HOST = 'vectors-0.peers.test';

/** A pod whose server says when it has ended in order. What is missing of it is left out by the tests. */
class PodSandbox extends Sandbox {
  public constructor(certificates: string, nodeCount = '1') {
    super();
    for (const folder of ['lib/cluster/programs', 'lib/kubernetes/pod/files']) {
      for (const file of readdirSync(join(ROOT, folder))) {
        this.write(`programs/${file}`, readFileSync(join(ROOT, folder, file), 'utf8'), 0o755);
      }
    }
    const values = "CLUSTER=vectors VERSION=1.19.0 PEER_DOMAIN=peers.test REST_PORT=6398 GUARDED_PORTS='' PORTS_BESIDE_REST=''";
    this.write('programs/cluster.env', `readonly ${values}\n`);
    // A turn in every two seconds, in which it may begin in the first.
    const cluster = { 'node-count': nodeCount, 'turn-seconds': '3', 'founding-time': new Date().toISOString() };
    for (const [file, value] of Object.entries({ ...cluster, 'founding-minutes': '60' })) this.write(`cluster/${file}`, value);
    this.write('secrets/keys/admin', 'a'.repeat(40));
    this.offer(certificates, 'node');
    for (const folder of ['runtime', 'storage']) this.write(`${folder}/x`, '');
    const server = [
      "trap '/bin/sleep 0.3; echo server wrote all; exit 0' TERM",
      'echo server started',
      'while true; do /bin/sleep 0.1 & wait $!; done',
    ];
    this.write('qdrant', ['#!/bin/bash', ...server, ''].join('\n'), 0o755);
  }

  public offer(certificates: string, name: string): void {
    const files = { 'tls.crt': `${name}.pem`, 'tls.key': `${name}-key.pem`, 'ca.crt': 'ca.pem' };
    for (const [file, from] of Object.entries(files)) {
      this.write(`secrets/tls/${file}`, readFileSync(join(certificates, from), 'utf8'));
    }
  }

  /** Fakes who is ready, this one among them, and whose name is known. */
  public surround(ready: string[], known: string[]): void {
    const answer = 'printf "HTTP/1.1 200 OK\\r\\n"; exit 0';
    const connects = ready.map((host) => `[[ $* != *"-connect ${host}:"* ]] || { ${answer}; }`);
    this.fake('openssl', ['[[ $1 == s_client ]] || exec /usr/bin/openssl "$@"', ...connects, 'exit 1'].join('\n'));
    this.fake('getent', `[[ " ${known.join(' ')} " == *" $2 "* ]]`);
    this.write('runtime/current/tls/cert.pem', this.read('secrets/tls/tls.crt')!);
  }

  /** Stops a program at a wait. A container's other processes get no signal. */
  public stopAt(program: string, wait: number, more: NodeJS.ProcessEnv = {}, args: string[] = []): Promise<Ended> {
    const at = (name: string) => this.path(name);
    const paths = { PROGRAMS: at('programs'), RUNTIME: at('runtime'), SECRETS: at('secrets'), STORAGE: at('storage') };
    // Of everything else what it is without being said, save how long it drains.
    const environment = {
      ...paths,
      OF_CLUSTER: at('cluster'),
      POD: 'vectors-0',
      DRAIN_SECONDS: '1',
      LOG: '/nowhere/log',
      ...more,
    };
    return this.run([at(`programs/${program}`), ...args], environment, { wait }, 60);
  }
}

describeWith(['openssl', 'bash'], 'a pod’s program that is stopped while it waits', () => {
  const certificates = mkdtempSync(join(tmpdir(), 'stop-pod-'));
  beforeAll(() => {
    makeCa(certificates, 'ca');
    for (const name of ['node', 'next']) issue(certificates, name, 'ca', `DNS:${HOST}`);
  });

  /** Each wait on a pod of its own. */
  async function atEveryWait(
    most: number,
    make: () => PodSandbox,
    program: string,
    check: (ended: Ended, pod: PodSandbox) => void,
  ) {
    for (let wait = 1; wait <= most; wait++) {
      const pod = make();
      const ended = await pod.stopAt(program, wait);
      expect(ended.errors).not.toMatch(/unbound variable|command not found|syntax error|bad substitution/);
      expect(ended.signal).toBe(null);
      // A server that has only just been started may know no signal yet.
      if (ended.code !== 143 || ended.output !== '') expect(ended.code).toBe(0);
      expect(ended.waits).toBeGreaterThanOrEqual(wait);
      expect(pod.files('storage').filter((file) => file.endsWith('.new'))).toEqual([]);
      check(ended, pod);
      pod.remove();
    }
  }

  test('for a key, has started nothing', async () => {
    const make = () => {
      const pod = new PodSandbox(certificates);
      pod.write('secrets/keys/admin', '');
      return pod;
    };
    await atEveryWait(3, make, 'run-server.sh', ({ output }) => expect(output).not.toContain('server started'));
  });

  test('for a node to join through, has founded nothing', async () => {
    const make = () => {
      const pod = new PodSandbox(certificates, '3');
      pod.write('cluster/founding-time', '2020-01-01T00:00:00Z');
      return pod;
    };
    await atEveryWait(3, make, 'run-server.sh', ({ errors }, pod) => {
      expect(errors).toContain('does not found a new cluster');
      expect(pod.files('storage').filter((file) => /founder|version|raft/.test(file))).toEqual([]);
    });
  });

  test('beside the server, has it end in order', async () => {
    await atEveryWait(
      8,
      () => new PodSandbox(certificates),
      'run-server.sh',
      ({ output }) => {
        if (output.includes('server started')) expect(output).toMatch(/server wrote all\n$/);
      },
    );
  });

  test('for a turn with another certificate, or in it, has the server end in order, once', async () => {
    const make = () => {
      const pod = new PodSandbox(certificates);
      // What is offered changes as soon as the server has been started.
      const offer = ['tls.crt:next.pem', 'tls.key:next-key.pem'].map((pair) => pair.split(':'));
      const copies = offer.map(([file, from]) => `cp ${certificates}/${from} ${pod.path('secrets/tls', file)}`);
      pod.write('qdrant', pod.read('qdrant')!.replace('#!/bin/bash\n', `#!/bin/bash\n${copies.join('\n')}\n`), 0o755);
      return pod;
    };
    let drained = 0;
    for (const wait of [8, 12, 16, 20, 26, 36, 60, 100]) {
      const pod = make();
      const ended = await pod.stopAt('run-server.sh', wait);
      expect(ended.errors).not.toMatch(/unbound variable/);
      expect({ wait, ...ended }).toMatchObject({ code: 0, signal: null });
      expect(ended.output.match(/server wrote all/g)!.length).toBe(ended.output.match(/server started/g)!.length);
      if (ended.errors.includes('restarting Qdrant')) drained++;
      pod.remove();
    }
    expect(drained).toBeGreaterThan(0);
  });

  test('the guard that waits for its configuration ends', async () => {
    await atEveryWait(
      2,
      () => new PodSandbox(certificates),
      'run-guard.sh',
      ({ output }) => expect(output).toBe(''),
    );
  });
});

describeWith(['openssl', 'bash'], 'what waits for a rollout', () => {
  const certificates = mkdtempSync(join(tmpdir(), 'stop-rollout-'));
  beforeAll(() => {
    makeCa(certificates, 'ca');
    issue(certificates, 'node', 'ca', `DNS:${HOST}`);
  });

  const awaitRollout = (pod: PodSandbox, wait: number, more: NodeJS.ProcessEnv = {}) =>
    pod.stopAt('await-rollout.sh', wait, more, ['vectors-rollout', '3', '60']);
  /** One more node serves each time that it is asked; each has an address of each family. */
  const comingIn = (most: number) => {
    const pod = new PodSandbox(certificates);
    const serving = `serving=$(wc -l <"$SANDBOX/asked"); ((serving <= ${most})) || serving=${most}`;
    pod.fake(
      'getent',
      [
        '[[ $1 == ahostsv6 ]] || echo >>"$SANDBOX/asked"',
        serving,
        'for ((i = 0; i < serving; i++)); do echo "10.0.0.$i STREAM"; done',
      ].join('\n'),
    );
    return pod;
  };

  test('ends at every wait, not as one that has seen all nodes serve, and sees it when it is run again', async () => {
    for (let wait = 1; wait <= 3; wait++) {
      const pod = comingIn(2);
      // It does not wait for its sleep to end.
      const ended = await awaitRollout(pod, wait, { SANDBOX_SLEEP: wait === 1 ? '50' : '0.02' });
      expect(ended).toMatchObject({ code: 143, signal: null, errors: '', waits: wait });
      expect(ended.output).toMatch(/^1 of 3 nodes serve the new revision\n/);
      expect(ended.output).not.toContain('3 of 3');
      pod.fake('getent', 'for i in 1 2 3; do echo "10.0.0.$i STREAM"; done');
      expect(await awaitRollout(pod, 0)).toMatchObject({ code: 0, output: '3 of 3 nodes serve the new revision\n' });
      pod.remove();
    }
  });

  test('ends by itself once all serve', async () => {
    const pod = comingIn(3);
    expect(await awaitRollout(pod, 9)).toMatchObject({
      code: 0,
      waits: 2,
      output: expect.stringMatching(/3 of 3 nodes serve/),
    });
    pod.remove();
  });
});

describeWith(['openssl', 'bash'], 'a pod that is to go', () => {
  const [second, third] = ['vectors-1.peers.test', 'vectors-2.peers.test'];
  const certificates = mkdtempSync(join(tmpdir(), 'leave-pod-'));
  beforeAll(() => {
    makeCa(certificates, 'ca');
    issue(certificates, 'node', 'ca', `DNS:${HOST}`);
  });

  async function leave(ready: string[], known: string[]): Promise<{ errors: string; seconds: number }> {
    const pod = new PodSandbox(certificates, '3');
    pod.surround(['127.0.0.1', ...ready], known);
    const begun = Date.now();
    const { code, errors } = await pod.stopAt('leave.sh', 0, { LEAVE_SECONDS: '20' });
    expect(code).toBe(0);
    expect(pod.read('runtime/draining')).toBe('');
    pod.remove();
    return { errors, seconds: (Date.now() - begun) / 1000 };
  }

  test('does so in its turn while all others are ready', async () => {
    const { errors, seconds } = await leave([second, third], [second, third]);
    expect(errors).not.toMatch(/stopping/);
    expect(seconds).toBeLessThan(20);
  });

  test('waits while another is away, as long as it may, and says that it goes all the same', async () => {
    const { errors, seconds } = await leave([second], [second, third]);
    expect(errors).toMatch(/stopping although another node is away: the cluster had no turn for this one within 20 s/);
    expect(seconds).toBeGreaterThanOrEqual(19);
  });

  test('waits for one that has no name now, as one that waits for its machine or its volume has none', async () => {
    const { errors, seconds } = await leave([second], [second]);
    expect(errors).toMatch(/stopping although another node is away/);
    expect(seconds).toBeGreaterThanOrEqual(19);
  });

  test('does not wait where the others have no majority without it either', async () => {
    const { errors, seconds } = await leave([], [second, third]);
    expect(errors).toMatch(/the cluster does not rest on this node now/);
    expect(seconds).toBeLessThan(18);
  });
});
