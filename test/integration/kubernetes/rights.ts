import { readdirSync, readFileSync } from 'node:fs';
import { ADMIN_KEY, RealCluster, READ_ONLY_KEY } from './cluster';
import { Given } from './given';

/** Prints a file of the server's process. A pattern that does not find itself. */
const ofServer = (file: string) =>
  `cat "$(dirname "$(grep -lzx -e '--config-pat[h]' /proc/[0-9]*/cmdline 2>/dev/null | head -1)")/${file}"`;

/** What the processes of a node may do, and what they keep to themselves. */
export function rights(given: Given): void {
  describe('the processes of a node', () => {
    test('may open as many files as the machine lets them', () => {
      for (const node of given.cluster.nodes) {
        const limits = given.cluster.exec(node, ofServer('limits')).output;
        const [, soft, hard] = /^Max open files +(\d+) +(\d+)/m.exec(limits)!;
        expect(soft).toBe(hard);
        expect(Number(hard)).toBeGreaterThan(1024);
      }
    });

    test('have no right that they do not need', () => {
      const { cluster } = given;
      const server = cluster.exec(0, ofServer('status')).output;
      const guard = cluster.exec(0, 'cat /proc/1/status', 'guard').output;
      for (const status of [server, guard]) {
        expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
        expect(status).toMatch(/^Gid:\t1000\t1000\t1000\t1000$/m);
        for (const set of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb']) expect(status).toMatch(new RegExp(`^Cap${set}:\\t0+$`, 'm'));
        expect(status).toMatch(/^NoNewPrivs:\t1$/m);
        expect(status).toMatch(/^Seccomp:\t2$/m);
      }
    });

    test('write to their volumes, and nowhere else', () => {
      const { cluster } = given;
      expect(writableFolders(cluster, 'qdrant')).toEqual(['/qdrant/snapshots', '/qdrant/storage', '/run/qdrant', '/tmp']);
      expect(writableFolders(cluster, 'guard')).toEqual(['/tmp']);
      for (const path of ['/', '/qdrant', '/opt/qdrant', '/opt/qdrant-cluster', '/run/secrets/qdrant/keys', '/etc']) {
        const { code, output } = cluster.exec(0, `touch ${path}/probe`);
        expect([path, code, output]).toEqual([path, 1, expect.stringMatching(/Read-only file system/)]);
      }
      expect(cluster.exec(0, 'touch /run/qdrant/probe', 'guard').output).toContain('Read-only file system');
      expect(cluster.exec(0, 'ls /qdrant/storage').output).toContain('raft_state.json');
    });

    test('have no token of the API, and share with nobody what they are started with', () => {
      const { cluster } = given;
      const mounts = cluster.exec(0, 'cat /proc/mounts').output;
      expect(mounts).toMatch(/^tmpfs \/run\/qdrant tmpfs/m);
      expect(mounts).not.toContain('serviceaccount');
      const modes = (folder: string) => {
        const { output } = cluster.exec(0, `find -L ${folder} -type f -printf '%m\\n' | sort -u`);
        return output.trim().split('\n');
      };
      expect(['400', '600']).toEqual(expect.arrayContaining(modes('/run/qdrant/current')));
      expect(modes('/run/secrets/qdrant')).toEqual(['440']);
    });

    test('show no key: not among processes, in their environment, in logs, in what is stored, in objects or in events', async () => {
      const { cluster, real } = given;
      const marks = [ADMIN_KEY, READ_ONLY_KEY].flatMap(marksOf);
      const seen = (what: string, text: string, holds = '\n') => {
        expect([what, text.includes(holds)]).toEqual([what, true]);
        expect([what, marks.filter((mark) => text.includes(mark))]).toEqual([what, []]);
      };
      for (const node of cluster.nodes) {
        const machine = await cluster.machineOf(node);
        seen('processes', machine.run('ps', ['axww']), '--config-path');
        const environments = 'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"; true';
        seen('environments', machine.run('sh', ['-c', environments]), 'QDRANT_INIT_FILE_PATH');
        for (const file of readdirSync(machine.folder).filter((name) => name.endsWith('.log'))) {
          seen(file, readFileSync(machine.file(file), 'utf8'), '');
        }
        seen('the log of the server', cluster.log(node));
        seen('the log of the guard', cluster.log(node, 'guard'), 'start worker process');
        const find = (files: string) => `grep -rlF ${marks.map((mark) => `-e ${mark}`).join(' ')} ${files}; true`;
        expect(cluster.exec(node, find('/run/qdrant/prepared')).output).toContain('node.yaml');
        expect(cluster.exec(node, find('/qdrant /tmp')).output).toBe('');
        expect(cluster.exec(node, find('/tmp'), 'guard').output).toBe('');
      }
      for (const kind of ['pods', 'statefulsets', 'controllerrevisions', 'configmaps', 'events', 'endpointslices']) {
        seen(kind, real.kubectl('--namespace', 'search', 'get', kind, '--output', 'json'), 'vectors');
      }
    });
  });
}

/** What tells that a key is somewhere, whichever way it is written: the end of it needs no quotes. */
function marksOf(key: string): string[] {
  return [key.slice(-30), Buffer.from(key).toString('base64').slice(0, 48)];
}

/** The folders that a container can write to, or that have a file that it can write to; of those in each other the outermost. */
function writableFolders(cluster: RealCluster, container: string): string[] {
  const kernels = '-path /proc -o -path /sys -o -path /dev';
  const found = `find / \\( ${kernels} \\) -prune -o \\( -type d -o -type f \\) -writable -print 2>/dev/null | sort`;
  const paths = cluster.exec(0, found, container).output.trim().split('\n');
  return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
}
