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
  check: (ended: Ended, sandbox: NodeSandbox) => void | Promise<void> = () => {},
): Promise<number> {
  for (let wait = 1; wait <= most; wait++) {
    const sandbox = make();
    // systemd sends it to all processes of a unit.
    const ended = await sandbox.run(sandbox.program(program[0], ...program.slice(1)), {}, { wait, group: true });
    expectOrderly(ended, sandbox);
    if (ended.waits < wait) return wait - 1;
    await check(ended, sandbox);
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

describeWith(['jq', 'bash'], 'what mounts the data volume', () => {
  const MOUNT = ['mount-data-volume.sh'];
  const DEVICE = 'dev/sdf';
  const MADE = 'xfs qdrant-data\n';
  const blank = '\0'.repeat(4 * 1024 * 1024);

  /** A machine whose device is a file. Each of the programs that work on it waits before it does, and while it does. */
  function machine(content: string | undefined): NodeSandbox {
    const sandbox = new NodeSandbox({}, 'mount-data-volume');
    sandbox.write('etc/qdrant/node.json', JSON.stringify({ host: 'node-0', index: 0, name: 'node-0', volumeId: 'vol-0123' }));
    const program = 'opt/qdrant/bin/mount-data-volume.sh';
    const ofFiles = sandbox.read(program)!.replace('-b $path', '-f $path');
    sandbox.write(program, ofFiles.replace(/\/dev\/(sdf|disk)/g, `${sandbox.folder}/dev/$1`), 0o755);
    const [device, mounted] = ['"${@: -1}"', '"$SANDBOX/mounted"'];
    sandbox.fake('wipefs', `sleep 1; [[ $(tr -d '\\0' <${device}) == "" ]] || echo signature`);
    sandbox.fake(
      'blkid',
      `read -r type label <${device} || true; [[ $* == *TYPE* ]] && echo "\${type:-}" || echo "\${label:-}"`,
    );
    sandbox.fake(
      'mkfs.xfs',
      `echo made >>"$SANDBOX/made"; sleep 1; echo xfs >${device}; sleep 1; echo xfs qdrant-data >${device}; sleep 1`,
    );
    sandbox.fake('mountpoint', `[[ -e ${mounted} ]]`);
    sandbox.fake('mount', `sleep 1; touch ${mounted}; sleep 1`);
    sandbox.fake('xfs_growfs', `sleep 1; [[ -e ${mounted} ]]`);
    sandbox.fake('sync', 'sleep 1');
    sandbox.fake('install', 'sleep 1; mkdir -p "${@: -1}"');
    sandbox.write('dev/x', '');
    if (content !== undefined) sandbox.write(DEVICE, content);
    return sandbox;
  }

  /** What a run that was not disturbed leaves. */
  function expectMounted(sandbox: NodeSandbox, content = MADE): void {
    expect(sandbox.read(DEVICE)).toBe(content);
    expect(sandbox.read('mounted')).toBe('');
    expect(existsSync(sandbox.path('var/lib/qdrant/snapshots'))).toBe(true);
    expect(sandbox.files('var/lib/qdrant-node')).toEqual([]);
  }

  const again = (sandbox: NodeSandbox) => sandbox.run(sandbox.program(MOUNT[0]), {});

  test('makes a file system once, and nothing more when it is run again', async () => {
    const sandbox = machine(blank);
    for (let time = 1; time <= 2; time++) {
      expect(await again(sandbox)).toMatchObject({ code: 0 });
      expectMounted(sandbox);
    }
    expect(sandbox.read('made')).toBe('made\n');
    sandbox.remove();
  });

  test('stopped anywhere on a blank volume, is finished by the next run', async () => {
    const stopped = await stopAtEveryWait(
      20,
      () => machine(blank),
      MOUNT,
      async (ended, sandbox) => {
        expect(ended.code).not.toBe(0);
        expect(await again(sandbox)).toMatchObject({ code: 0 });
        expectMounted(sandbox);
      },
    );
    expect(stopped).toBe(10);
  });

  test('stopped anywhere on a volume with data, leaves them, and so does the next run', async () => {
    const withData = `${MADE}vectors\n`;
    const stopped = await stopAtEveryWait(
      20,
      () => machine(withData),
      MOUNT,
      async (ended, sandbox) => {
        expect(ended.code).not.toBe(0);
        expect(await again(sandbox)).toMatchObject({ code: 0 });
        expectMounted(sandbox, withData);
        expect(sandbox.read('made')).toBeUndefined();
      },
    );
    expect(stopped).toBe(4);
  });

  test('refuses a volume of somebody else, also after it was stopped', async () => {
    const foreign = 'ext4 backups\n';
    const stopped = await stopAtEveryWait(
      20,
      () => machine(foreign),
      MOUNT,
      async (_, sandbox) => {
        const errors = expect.stringMatching(/holds something that is not Qdrant's \(type 'ext4', label 'backups'\)/);
        expect(await again(sandbox)).toMatchObject({ code: 1, errors });
        expect([sandbox.read(DEVICE), sandbox.read('made'), sandbox.read('mounted')]).toEqual([foreign, undefined, undefined]);
      },
    );
    expect(stopped).toBe(1);
  });

  test('stopped while no volume is attached, has done nothing, and mounts it later', async () => {
    const stopped = await stopAtEveryWait(
      3,
      () => machine(undefined),
      MOUNT,
      async (ended, sandbox) => {
        expect(ended.code).not.toBe(0);
        expect(ended.errors).toContain('the data volume vol-0123 is not attached yet');
        expect([sandbox.read('made'), sandbox.read('mounted')]).toEqual([undefined, undefined]);
        sandbox.write('dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123', MADE);
        expect(await again(sandbox)).toMatchObject({ code: 0 });
        expect(sandbox.read('mounted')).toBe('');
      },
    );
    expect(stopped).toBe(3);
  });
});

describeWith(['jq', 'bash'], 'what sets the machine up', () => {
  const SETUP = ['setup-host.sh'];
  const MODULE = 'usr/lib64/nginx/modules/ngx_stream_module.so';
  const PROGRAM = 'program-that-no-machine-has';

  /** A machine that lacks a program and nginx's module. Whatever changes it waits before it does, and afterwards. */
  function machine(pageSize = '4096'): NodeSandbox {
    const sandbox = new NodeSandbox({}, 'setup-host');
    const [setup, common] = ['setup-host.sh', 'common.sh'].map((file) => `opt/qdrant/bin/${file}`);
    const programs = /readonly PROGRAMS=\([^)]*\)/;
    expect(sandbox.read(setup)).toMatch(programs);
    sandbox.write(setup, sandbox.read(setup)!.replace(programs, `readonly PROGRAMS=(jq:jq ${PROGRAM}:nftables)`), 0o755);
    sandbox.write(common, sandbox.read(common)!.replace(/\/usr\/lib/g, `${sandbox.folder}/usr/lib`));
    const install = [
      'echo "$*" >>"$SANDBOX/installed"; sleep 1',
      `[[ $* != *nftables* ]] || { cp "$SANDBOX/bin/getconf" "$SANDBOX/bin/${PROGRAM}"; sleep 1; }`,
      `[[ $* != *nginx-mod-stream* ]] || { mkdir -p "$SANDBOX/$(dirname ${MODULE})"; touch "$SANDBOX/${MODULE}"; sleep 1; }`,
    ];
    sandbox.fake('dnf', install.join('\n'));
    sandbox.fake('getconf', `echo ${pageSize}`);
    sandbox.fake('getent', '[[ -e "$SANDBOX/users/$2" ]]');
    sandbox.fake('useradd', 'sleep 1; mkdir "$SANDBOX/users"; touch "$SANDBOX/users/$2"; sleep 1');
    sandbox.fake('systemctl', 'sleep 1; echo "$*" >>"$SANDBOX/services"; sleep 1');
    return sandbox;
  }

  function expectSetUp(sandbox: NodeSandbox): void {
    expect([sandbox.read(MODULE), sandbox.read('users/1000')]).toEqual(['', '']);
    expect(sandbox.files('bin')).toContain(PROGRAM);
    expect(sandbox.read('services')).toMatch(/disable --now nginx.service\nenable --now docker.service\n$/);
  }

  const again = (sandbox: NodeSandbox) => sandbox.run(sandbox.program(SETUP[0]), {});

  test('installs what is missing once, and makes the user once', async () => {
    const sandbox = machine();
    for (let time = 1; time <= 2; time++) {
      expect(await again(sandbox)).toMatchObject({ code: 0 });
      expectSetUp(sandbox);
    }
    expect(sandbox.read('installed')).toBe('install --assumeyes --quiet nftables nginx-mod-stream\n');
    sandbox.remove();
  });

  test('stopped anywhere, is finished by the next run', async () => {
    const stopped = await stopAtEveryWait(20, machine, SETUP, async (ended, sandbox) => {
      expect(ended.code).not.toBe(0);
      expect(await again(sandbox)).toMatchObject({ code: 0 });
      expectSetUp(sandbox);
    });
    expect(stopped).toBe(9);
  });

  test('stopped while nothing can be installed, has made no user and started nothing', async () => {
    const offline = () => {
      const sandbox = machine();
      sandbox.fake('dnf', 'exit 1');
      return sandbox;
    };
    const stopped = await stopAtEveryWait(3, offline, SETUP, (ended, sandbox) => {
      expect(ended.code).not.toBe(0);
      expect(ended.errors).toMatch(/trying again in \d+ s: install_missing/);
      expect([sandbox.files('users'), sandbox.read('services')]).toEqual([[], undefined]);
    });
    expect(stopped).toBe(3);
  });

  test('changes nothing on a machine whose memory pages Qdrant does not work on', async () => {
    const sandbox = machine('16384');
    expect(await again(sandbox)).toMatchObject({ code: 1, errors: expect.stringContaining('pages of 16384 bytes'), waits: 0 });
    sandbox.remove();
  });
});
