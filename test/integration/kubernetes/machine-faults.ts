import { cutOff, reconnect } from './away';
import { DISK_LIMITS } from '../../support/disk-limits';
import { pause } from '../../support/until';
import { Given } from './given';
import { testWith } from '../../support/programs';

/** Networks, disks and power of machines. */
export function machineFaults(given: Given): void {
  test('a node that is cut off from the others catches up', async () => {
    const { cluster } = given;
    const machine = await cluster.machineOf(2);
    await cluster.fault('a node cut off for 20 s', async () => {
      cutOff(machine);
      await pause(20);
      reconnect(machine);
      return cluster.untilReady(120);
    });
  });

  test('a machine with a narrow network that loses packets keeps nobody from being served', async () => {
    const { cluster } = given;
    const machine = await cluster.machineOf(1);
    await cluster.fault('a machine that loses 5 % of its packets, with 4 Mbit/s, for 20 s', async () => {
      machine.run('tc', ['qdisc', 'add', 'dev', 'eth0', 'root', ...'tbf rate 4mbit burst 32kb latency 400ms'.split(' ')]);
      machine.run('nft', ['-f', '-'], LOSSY);
      try {
        await pause(20);
        const [, lost] = /counter packets (\d+)/.exec(machine.run('nft', ['list', 'chain', 'inet', 'lossy', 'losses']))!;
        expect(Number(lost)).toBeGreaterThan(0);
      } finally {
        machine.run('nft', ['delete', 'table', 'inet', 'lossy']);
        machine.run('tc', ['qdisc', 'del', 'dev', 'eth0', 'root']);
      }
      return cluster.untilReady(120);
    });
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

  testWith([DISK_LIMITS], 'a disk that is slow keeps nobody from being served', async () => {
    const { cluster } = given;
    const machine = await cluster.machineOf(2);
    await cluster.fault('a disk that writes 512 KiB in a second, for 20 s', async () => {
      machine.limitDisk('storage', 512 * 1024);
      try {
        const start = Date.now();
        cluster.exec(2, 'dd if=/dev/zero of=/qdrant/storage/.slow bs=64k count=32 conv=fsync; rm /qdrant/storage/.slow');
        const seconds = (Date.now() - start) / 1000;
        expect(seconds).toBeGreaterThan(2);
        await pause(20 - seconds);
      } finally {
        machine.limitDisk('storage', 0);
      }
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
}

/** Of what passes eth0, either way. */
const LOSSY = `
table inet lossy {
  chain losses { numgen random mod 100 < 5 counter drop; }
  chain input { type filter hook input priority -20; iifname "eth0" jump losses; }
  chain output { type filter hook output priority -20; oifname "eth0" jump losses; }
  chain forward { type filter hook forward priority -20; iifname "eth0" jump losses; oifname "eth0" jump losses; }
}
`;
