import { existsSync } from 'node:fs';
import { NodeSandbox, prepare } from '../support/node-sandbox';
import { describeWith } from '../support/programs';
import { Ended, Sandbox } from '../support/sandbox';

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
    expect(first).toMatchObject({ code: 0, output: expect.stringMatching(/prepared\/[0-9a-f]+\n$/) });
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
