import { DISK_LIMITS, limitDisk } from '../../support/disk-limits';
import { testWith } from '../../support/programs';
import { pause, until } from '../../support/until';
import { Given, PEER } from './given';
import { HOSTS_FILES, Machine } from './machine';
import { lastLook, look, untilLooked } from './refresh';

/** What goes wrong with a node that runs, and that it is over without a person. */
export function faults(given: Given): void {
  describe('after a fault', () => {
    const container = (machine: Machine) => machine.try('docker inspect --format "{{.Id}}" qdrant');

    /** Ends the server of a node, and waits until another serves. */
    async function untilAnotherServes(machine: Machine, end: () => void): Promise<void> {
      const before = container(machine);
      expect(before.code).toBe(0);
      end();
      // The one that is to go may serve for a while yet.
      await until('there is another server', 180, () => {
        const { code, output } = container(machine);
        return code === 0 && output !== before.output;
      });
      await given.cluster.untilReady(120, [machine]);
    }

    test('a container engine that is killed takes its server along, and both come back, node by node', async () => {
      const { cluster } = given;
      for (const machine of cluster.machines) machine.run('systemctl reset-failed docker.service containerd.service');
      await cluster.fault('container engine killed on one node after the other', async () => {
        for (const machine of cluster.machines) {
          const kill = 'systemctl kill --kill-who=main --signal=KILL docker.service containerd.service';
          await untilAnotherServes(machine, () => machine.run(kill));
        }
      });
    });

    test('a server that is killed comes back', async () => {
      const { cluster } = given;
      const [, machine] = cluster.machines;
      await cluster.fault('server killed', async () => {
        await untilAnotherServes(machine, () => machine.run(KILL_SERVER));
      });
    });

    test('a guard that is killed is started again', async () => {
      const { cluster } = given;
      const [machine] = cluster.machines;
      const restarts = () => Number(machine.run('systemctl show --property NRestarts --value qdrant-guard.service'));
      const before = restarts();
      await cluster.fault('guard killed', async () => {
        machine.run('pkill -KILL -x nginx');
        await until('it was started again', 60, () => restarts() > before);
        await cluster.untilReady(60, [machine]);
      });
      expect(cluster.grpc({ key: given.admin })).toBe('OK');
    });

    test('all servers, killed at once, come back with their data', async () => {
      const { cluster } = given;
      const before = cluster.machines.map(container);
      const all = async () => {
        for (const machine of cluster.machines) machine.run(KILL_SERVER);
        await until('each has another server', 180, () =>
          cluster.machines.map(container).every(({ code, output }, node) => code === 0 && output !== before[node].output),
        );
        await cluster.untilReady(120);
      };
      await cluster.fault('all servers killed at once, for a client that goes on asking', all, { attempts: 600 });
    });

    test('a server that is killed for its memory comes back', async () => {
      const { cluster } = given;
      const [machine] = cluster.machines;
      await cluster.fault('out of memory', async () => {
        await untilAnotherServes(machine, () => machine.try(OUT_OF_MEMORY));
      });
      expect(machine.journal('qdrant')).toMatch(/status=137/);
    });

    test('two nodes and one that cannot reach each other for a while are one cluster again', async () => {
      const { cluster } = given;
      const [, , alone] = cluster.machines;
      await cluster.fault('a node cut off from the others for 20 s', async () => {
        cluster.betweenNodes(alone, 'drop');
        expect(othersAreReady(alone)).toBe(false);
        await pause(10);
        cluster.betweenNodes(alone, undefined);
        return secondsUntilAllSeeAllReady();
      });
    });

    test('a narrow network that loses every twentieth packet disturbs nobody', async () => {
      const { cluster } = given;
      const narrow = '1 Mbit/s for each machine, and a loss of 5 % of the packets between nodes, for 20 s';
      await cluster.fault(narrow, async () => {
        for (const machine of cluster.machines) {
          machine.run('tc qdisc add dev eth0 root tbf rate 1mbit burst 4kb latency 400ms');
          // Once where a packet leaves, and once where it arrives.
          cluster.betweenNodes(machine, 'numgen random mod 1000 < 25 counter drop');
        }
        // What clients and nodes send by themselves may fit.
        for (const [node, machine] of cluster.machines.entries()) {
          machine.try(`timeout 5 head -c 60000 /dev/zero >/dev/tcp/${cluster.address((node + 1) % 3)}/${PEER}`);
        }
        await pause(20);
        for (const machine of cluster.machines) {
          expect(machine.run('nft list table inet between')).toMatch(/counter packets [1-9]/);
          expect(machine.run('tc -statistics qdisc show dev eth0')).toMatch(/overlimits [1-9]/);
          cluster.betweenNodes(machine, undefined);
          machine.run('tc qdisc del dev eth0 root');
        }
        return secondsUntilAllSeeAllReady();
      });
    });

    testWith([DISK_LIMITS], 'a disk that is slow keeps nobody from being served', async () => {
      const { cluster } = given;
      const [, , machine] = cluster.machines;
      const device = machine.volumeNumbers.join(':');
      await cluster.fault('a disk that writes 512 KiB in a second, for 20 s', async () => {
        limitDisk(device, 512 * 1024);
        try {
          const start = Date.now();
          machine.run(WRITE_AS_SERVER);
          const seconds = (Date.now() - start) / 1000;
          expect(seconds).toBeGreaterThan(2);
          await pause(20 - seconds);
        } finally {
          limitDisk(device, 0);
        }
        return secondsUntilAllSeeAllReady();
      });
    });

    test('names that nobody knows for a while disturb nobody', async () => {
      const { cluster } = given;
      await cluster.fault('no names of nodes for 20 s', async () => {
        for (const machine of cluster.machines) machine.run(FORGET_NAMES);
        expect(othersAreReady(cluster.machines[0])).toBe(false);
        await pause(15);
        for (const machine of cluster.machines) machine.run(KNOW_NAMES);
        return secondsUntilAllSeeAllReady();
      });
    });

    test('an AWS API that is away disturbs no server, and a look for what has rotated ends well once it is back', async () => {
      const { cluster } = given;
      const [machine] = cluster.machines;
      const before = container(machine);
      await cluster.fault('AWS API away, Secrets Manager with it', async () => {
        cluster.vpc.refuse('AWS_API');
        look([machine]);
        await until('it says so', 120, () => /cannot read the secret arn:\S+ with the node's role/.test(lastLook(machine)));
        cluster.vpc.accept();
        const start = Date.now();
        await untilLooked([machine]);
        return (Date.now() - start) / 1000;
      });
      expect(container(machine)).toEqual(before);
    });

    /** Whether a node finds all the others ready, as it must before it lets its own server go. */
    function othersAreReady(machine: Machine): boolean {
      const programs = ['common', 'certificates', 'turns'].map((name) => `source /opt/qdrant/bin/${name}.sh`);
      return machine.try(`${programs.join(' && ')} && others_are_ready`).code === 0;
    }

    async function secondsUntilAllSeeAllReady(): Promise<number> {
      const start = Date.now();
      for (const machine of given.cluster.machines) {
        await until(`${machine.member.name} finds the others ready`, 120, () => othersAreReady(machine));
      }
      return (Date.now() - start) / 1000;
    }
  });
}

const KILL_SERVER = 'kill -KILL "$(docker inspect --format "{{.State.Pid}}" qdrant)"';

/** Writes 2 MiB to the data volume, in the control groups of the server's container. */
const WRITE_AS_SERVER = `
id=$(docker inspect --format '{{.Id}}' qdrant)
for folder in $(find /sys/fs/cgroup -type d -name "*$id*"); do echo $$ >"$folder/cgroup.procs"; done
dd if=/dev/zero of=/var/lib/qdrant/slow bs=64k count=32 conv=fsync
rm /var/lib/qdrant/slow
`;

/** Limits the memory of the server's container to a little more than it has, and takes that; the server is what the kernel ends. */
const OUT_OF_MEMORY = `
id=$(docker inspect --format '{{.Id}}' qdrant) pid=$(docker inspect --format '{{.State.Pid}}' qdrant)
for folder in $(find /sys/fs/cgroup -type d -name "*$id*"); do
  for pair in memory.limit_in_bytes:memory.usage_in_bytes memory.max:memory.current; do
    [[ -e $folder/\${pair%:*} ]] || continue
    echo 1000 >"/proc/$pid/oom_score_adj"
    echo $(($(<"$folder/\${pair#*:}") + 33554432)) >"$folder/\${pair%:*}"
    bash -c "echo \\$\\$ >$folder/cgroup.procs; head -c 200M /dev/zero | tail >/dev/null"
  done
done
`;

// Written into, and never replaced, as the container sees the file and not its name.
const FORGET_NAMES = `
for file in ${HOSTS_FILES}; do
  cp "$file" "$file.kept"
  grep --invert-match 'qdrant[.]internal' "$file.kept" >"$file"
done
`;
const KNOW_NAMES = `for file in ${HOSTS_FILES}; do cat "$file.kept" >"$file"; done`;
