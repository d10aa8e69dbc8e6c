import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const GROUPS = '/sys/fs/cgroup/blkio';
const LIMIT = 'blkio.throttle.write_bps_device';

/** What `limitDisk` needs. */
export const DISK_LIMITS = {
  name: 'limits of control groups for disks (blkio, of version 1)',
  isThere: () => existsSync(join(GROUPS, LIMIT)),
};

/**
 * Limits how much each program, and the kernel for what no program waits for, writes to a device in a second; 0 for no limit.
 *
 * @param device its numbers, as `7:0`
 */
export function limitDisk(device: string, bytes: number): void {
  limitIn(GROUPS, `${device} ${bytes}`);
}

function limitIn(group: string, limit: string): void {
  try {
    writeFileSync(join(group, LIMIT), limit);
    const groups = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of groups) limitIn(join(group, name), limit);
  } catch (error) {
    // That of a program which has ended meanwhile.
    if (existsSync(group)) throw error;
  }
}
