import { spawnSync } from 'node:child_process';

/** What shifts the clock of a program, and is a package of Debian's. */
export const CLOCK = { name: 'libfaketime', isThere: () => clockLibrary() !== undefined };

/** The library by which a program reads a wall clock that is shifted by what `/etc/faketimerc` says; how fast time passes stays as it is. */
export function clockLibrary(): string | undefined {
  const { stdout } = spawnSync('dpkg', ['-L', 'libfaketime'], { encoding: 'utf8' });
  return stdout?.split('\n').find((file) => file.endsWith('/libfaketimeMT.so.1'));
}

/** What a program is started with that has such a clock, for where the library is. */
export function clockEnvironment(library: string): string[] {
  return [`LD_PRELOAD=${library}`, 'FAKETIME_DONT_FAKE_MONOTONIC=1', 'FAKETIME_DISABLE_SHM=1'];
}
