import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { limitDisk } from '../../support/disk-limits';
import { Member } from '../../support/network/bridge';
import { CACHE, run } from '../../support/programs';

const CGROUPS = '/sys/fs/cgroup';

/** A service of a machine: a program and its arguments. */
export type Command = [string, ...string[]];

/**
 * A machine: a network namespace with mounts, processes and control groups of its own. What runs on it ends when its init does.
 */
export class Machine {
  public readonly folder: string;
  private init?: ChildProcess;

  public constructor(
    public readonly member: Member,
    parent: string,
  ) {
    this.folder = join(parent, member.name);
    mkdirSync(this.folder);
  }

  public get name(): string {
    return this.member.name;
  }

  /** The control group that all of the machine is in. */
  public get controlGroup(): string {
    return `/${this.member.namespace}`;
  }

  public file(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file of the machine's. */
  public write(name: string, content: string): string {
    writeFileSync(this.file(name), content);
    return this.file(name);
  }

  /** @param volumes sizes of disks of its own, by their names */
  public start(services: { [name: string]: Command }, volumes: { [name: string]: string } = {}): void {
    this.makeControlGroups();
    const quoted = (command: Command) => command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const lines = Object.entries(services).map(([name, command]) => `service ${name} ${quoted(command)} &\n`);
    const disks = Object.entries(volumes).map(([name, size]) => `volume ${name} ${size}\n`);
    this.write('services.sh', [...disks, ...lines].join(''));
    const log = openSync(this.file('machine.log'), 'w');
    const namespaces = ['--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc'];
    this.init = spawn(
      'nsenter',
      [
        ...[`--net=/run/netns/${this.member.namespace}`, 'unshare', ...namespaces],
        ...['bash', join(__dirname, 'machine.sh'), this.folder, this.name, CACHE],
      ],
      { stdio: ['ignore', log, log] },
    );
  }

  /** What a program that runs on the machine prints, or an error with all that it printed. */
  public run(program: string, args: string[], input?: string): string {
    return run('nsenter', [...this.inside(), program, ...args], { input });
  }

  public try(program: string, args: string[]): { code: number; output: string } {
    const result = spawnSync('nsenter', [...this.inside(), program, ...args], { encoding: 'utf8', timeout: 60000 });
    return { code: result.status ?? -1, output: `${result.stdout}${result.stderr}` };
  }

  /** Starts a program on the machine. */
  public spawn(program: string, args: string[]): ChildProcess {
    return spawn('nsenter', [...this.inside(), program, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  }

  /** Where a disk of it is. */
  public volume(name: string): string {
    return this.file(`volumes/${name}`);
  }

  /** Empties a disk of it. */
  public loseVolume(name: string): void {
    this.run('find', [this.volume(name), '-mindepth', '1', '-delete']);
  }

  /** Limits how much the machine and its pods write to a disk of it in a second; 0 for no limit. */
  public limitDisk(name: string, bytes: number): void {
    limitDisk(this.run('findmnt', ['--noheadings', '--output', 'MAJ:MIN', this.volume(name)]).trim(), bytes);
  }

  /** Ends a service at once. It is started again, unless it is to stay away. */
  public kill(service: string, staysAway = false): void {
    if (staysAway) this.write(`${service}.stopped`, '');
    this.run('kill', ['-KILL', readFileSync(this.file(`${service}.pid`), 'utf8')]);
  }

  /** Lets a service start again. */
  public resume(service: string): void {
    rmSync(this.file(`${service}.stopped`), { force: true });
  }

  /** The end of the log of each of its services. */
  public get logs(): string {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith('.log'))
      .map((name) => `--- ${this.name}: ${name}\n${readFileSync(this.file(name), 'utf8').slice(-3000)}`)
      .join('\n');
  }

  /** Takes the power away. */
  public end(): void {
    this.init?.kill('SIGKILL');
    this.init = undefined;
  }

  /** Removes what the kernel keeps of it. It must have ended. */
  public forget(): void {
    for (const controller of readdirSync(CGROUPS)) removeGroups(join(CGROUPS, controller, this.controlGroup));
    removeGroups(join(CGROUPS, this.controlGroup));
  }

  private inside(): string[] {
    const parent = String(this.init!.pid);
    const [pid] = spawnSync('pgrep', ['-P', parent], { encoding: 'utf8' }).stdout.split('\n');
    if (!pid) throw new Error(`${this.name} does not run:\n${this.logs}`);
    return ['--target', pid, '--net', '--mount', '--uts', '--ipc', '--pid', '--'];
  }

  private makeControlGroups(): void {
    if (existsSync(join(CGROUPS, 'cgroup.controllers'))) {
      mkdirSync(join(CGROUPS, this.controlGroup), { recursive: true });
      return;
    }
    for (const controller of readdirSync(CGROUPS).filter((name) => existsSync(join(CGROUPS, name, 'tasks')))) {
      const group = join(CGROUPS, controller, this.controlGroup);
      mkdirSync(group, { recursive: true });
      if (controller !== 'cpuset') continue;
      for (const name of ['cpuset.cpus', 'cpuset.mems']) {
        writeFileSync(join(group, name), readFileSync(join(CGROUPS, controller, name)));
      }
    }
  }
}

function removeGroups(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroups(join(folder, entry.name));
  }
  try {
    rmdirSync(folder);
  } catch {
    // A process of it is about to end.
  }
}
