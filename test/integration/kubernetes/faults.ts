import { Given, pause } from './given';

/** What goes wrong around a node, and that it is over without a person. */
export function faults(given: Given): void {
  describe('after a fault', () => {
    test('a kubelet and a container runtime that are restarted disturb nobody', async () => {
      const { cluster, real } = given;
      await cluster.fault('kubelet and container runtime killed on every machine', async () => {
        for (const machine of real.workers) {
          machine.kill('kubelet');
          machine.kill('containerd');
        }
        await pause(5);
        return 5 + (await cluster.untilReady(120));
      });
    });

    test('a server that is killed for its memory comes back', async () => {
      const { cluster, real } = given;
      await cluster.fault('out of memory', async () => {
        const before = await cluster.restarts(1);
        const machine = await cluster.machineOf(1);
        const server = machine.run('pgrep', ['-f', '--', '--config-path']).trim().split('\n')[0];
        machine.run('sh', ['-c', `echo 1000 >/proc/${server}/oom_score_adj`]);
        // Each of them is smaller than the server, which is then what the kernel ends.
        cluster.exec(1, 'for one in {1..30}; do { head -c 20M /dev/zero; sleep 20; } | tail >/dev/null & done; wait');
        return real.until('it was started again', 120, async () => {
          return (await cluster.restarts(1)) > before && (await cluster.isReady(1));
        });
      });
    });

    test('a node that is cut off from the others catches up', async () => {
      const { cluster } = given;
      const machine = await cluster.machineOf(2);
      await cluster.fault('a node cut off for 20 s', async () => {
        machine.run('nft', ['-f', '-'], CUT_OFF);
        await pause(20);
        machine.run('nft', ['delete', 'table', 'inet', 'cut']);
        return cluster.untilReady(120);
      });
    });

    test('an API server that is away disturbs nobody', async () => {
      const { cluster, real } = given;
      await cluster.fault('API server away for 15 s', async () => {
        real.control.kill('apiserver', true);
        await pause(15);
        real.control.resume('apiserver');
        return real.until('the API answers', 60, async () => (await real.call('GET', '/readyz')).status === 200);
      });
    });

    test('while nobody answers for names, those who know the addresses are served', async () => {
      const { cluster, real } = given;
      const scale = (replicas: number) =>
        real.kubectl('--namespace', 'kube-system', 'scale', 'deployment', 'coredns', `--replicas=${replicas}`);
      const pods = await Promise.all(cluster.nodes.map((node) => cluster.get(node)));
      const addresses = Object.fromEntries(pods.map(({ status }, node) => [cluster.host(node), status.podIP]));
      const during = async () => {
        scale(0);
        await pause(20);
        scale(1);
        return cluster.untilReady(120);
      };
      await cluster.fault('no DNS for 20 s', during, { addresses });
    });

    test('a disk that was full, and has room again, serves without a person', async () => {
      const { cluster } = given;
      const machine = await cluster.machineOf(0);
      const fillers = ['1M', '1k'].map((size) => ({ size, file: `${machine.volume('storage')}/filler-${size}` }));
      await cluster.fault('disk full for 10 s', async () => {
        for (const { size, file } of fillers) {
          const { output } = machine.try('dd', ['if=/dev/zero', `of=${file}`, `bs=${size}`]);
          expect(output).toContain('No space left');
        }
        await pause(10);
        machine.run(
          'rm',
          fillers.map(({ file }) => file),
        );
        return cluster.untilReady(120);
      });
    });

    test('a machine whose power is gone, and comes back, has kept its data', async () => {
      const { cluster, real } = given;
      const machine = await cluster.machineOf(1);
      await cluster.fault('a machine without power for 10 s', async () => {
        machine.end();
        await pause(10);
        real.startMachine(machine);
        // What the API says of its pods is from before until the kubelet has told otherwise.
        const seconds = await real.until('it serves again', 240, async () => cluster.rest(1, '/readyz').status === 200);
        return seconds + (await cluster.untilReady(120));
      });
    });
  });
}

/** Nothing leaves the machine for the pods of others, nor comes from them: its kubelet still reaches the API. */
const CUT_OFF = `
table inet cut {
  chain forward {
    type filter hook forward priority -10; policy accept;
    ip saddr 10.244.0.0/16 oifname "eth0" drop
    ip daddr 10.244.0.0/16 iifname "eth0" drop
  }
}
`;
