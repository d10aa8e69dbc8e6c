import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Member } from '../../support/network/bridge';
import { run } from '../../support/programs';
import { MountedFiles } from './volume';

export interface PodProps {
  readonly member: Member;
  /** A folder on tmpfs for the pod's volumes. */
  readonly folder: string;
  /** The folder `qdrant` of the server's image. */
  readonly server: string;
  /** Lines of `/etc/hosts`, in place of the headless service. */
  readonly hosts: string;
  /** What the server's image sets, and what makes the programs look more often than they otherwise would. */
  readonly environment: { [name: string]: string };
}

/** How a container ended. */
export interface Ended {
  readonly code: number | null;
  /** After it had got TERM. */
  readonly seconds: number;
}

/** Secrets and ConfigMaps, by their names. */
export interface Store {
  readonly secrets: { [name: string]: { [key: string]: string } };
  readonly configMaps: { [name: string]: { [key: string]: string } };
}

/**
 * A pod: the containers of a StatefulSet's template as processes in namespaces of their own, with the template's user, rights, read-only root
 * and volumes, on this machine's root under an overlay. What ends is started again, as the kubelet does.
 */
export class Pod {
  public readonly member: Member;
  public restarts = 0;
  /** What the server's image sets, and tests change. */
  public readonly environment: { [name: string]: string };
  private readonly root: string;
  private readonly containers = new Map<string, ChildProcess>();
  private mounted = new Map<string, MountedFiles>();
  private template: any;

  public constructor(private readonly props: PodProps) {
    this.member = props.member;
    this.environment = { ...props.environment };
    this.root = join(props.folder, 'root');
    for (const name of ['root', 'upper', 'work']) mkdirSync(join(props.folder, name), { recursive: true });
    const layers = `lowerdir=/,upperdir=${join(props.folder, 'upper')},workdir=${join(props.folder, 'work')}`;
    run('mount', ['-t', 'overlay', 'overlay', '-o', layers, this.root]);
    for (const path of ['qdrant', 'opt/qdrant', 'run/qdrant', 'run/secrets/qdrant']) {
      mkdirSync(join(this.root, path), { recursive: true });
    }
    writeFileSync(join(this.root, 'etc/hosts'), `127.0.0.1 localhost\n${props.hosts}\n`);
    // The guard's image has the module built in; Debian's nginx loads it.
    const module = 'load_module /usr/lib/nginx/modules/ngx_stream_module.so; daemon off;';
    const nginx = `#!/bin/bash\nexec /usr/sbin/nginx "\${@/#daemon off;/${module}}"\n`;
    writeFileSync(join(this.root, 'usr/local/bin/nginx'), nginx, { mode: 0o755 });
    for (const claim of ['storage', 'snapshots']) this.ownFolder(claim);
  }

  /** Starts the containers of a template. */
  public start(template: any, store: Store): void {
    this.template = template;
    this.mounted = new Map();
    this.ownFolder('runtime', true);
    rmSync(join(this.props.folder, 'files'), { recursive: true, force: true });
    this.update(store);
    for (const container of template.spec.containers) this.startContainer(container);
  }

  /** Brings the files of the volumes up to date, as the kubelet does while the pod runs. */
  public update(store: Store): void {
    for (const volume of this.template.spec.volumes) {
      if (!volume.projected && !volume.configMap) continue;
      const mode = (volume.projected ?? volume.configMap).defaultMode;
      const files = new MountedFiles(join(this.props.folder, 'files', volume.name), mode);
      const mounted = this.mounted.get(volume.name) ?? files;
      this.mounted.set(volume.name, mounted);
      mounted.write(volume.configMap ? store.configMaps[volume.configMap.name] : filesOf(volume.projected.sources, store));
    }
  }

  /** Stops it as the kubelet does, all containers at a time: each after its hook with TERM, or at the end of the grace with KILL. */
  public async stop(signal: 'TERM' | 'KILL' = 'TERM'): Promise<{ [container: string]: Ended }> {
    // One that has ended, and is about to be started again, is not.
    const running = [...this.containers.entries()].filter(
      ([, { exitCode, signalCode }]) => exitCode === null && signalCode === null,
    );
    const started = running.map(([name, process]) => ({ name, process, pid: this.init(name) }));
    this.containers.clear();
    const ended = await Promise.all(started.map(async (one) => [one.name, await this.end({ ...one, signal })] as const));
    return Object.fromEntries(ended);
  }

  private async end(container: { name: string; process: ChildProcess; pid: number; signal: string }): Promise<Ended> {
    const { name, process, pid, signal } = container;
    // One that is about to start has no init yet.
    const send = (which: string) => (pid ? spawnSync('kill', [`-${which}`, String(pid)]) : process.kill('SIGKILL'));
    const ended = new Promise<number | null>((resolve) => process.once('exit', resolve));
    const { terminationGracePeriodSeconds, containers } = this.template.spec;
    const deadline = setTimeout(() => send('KILL'), terminationGracePeriodSeconds * 1000);
    const hook = containers.find((one: any) => one.name === name).lifecycle?.preStop;
    if (hook && signal === 'TERM' && pid) await Promise.race([this.runHook(pid, hook.exec.command), ended]);
    const start = Date.now();
    send(signal);
    const code = await ended;
    clearTimeout(deadline);
    return { code, seconds: (Date.now() - start) / 1000 };
  }

  private runHook(pid: number, command: string[]): Promise<unknown> {
    const hook = spawn('nsenter', [...inside(pid), ...command], {
      env: this.environmentOf('qdrant'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const output of [hook.stdout, hook.stderr]) output.on('data', (part) => this.keep('log', part));
    return new Promise((resolve) => hook.once('exit', resolve));
  }

  /** Writes a file of the storage, whether the pod runs or not. */
  public writeStorage(file: string, content: string): void {
    const path = join(this.props.folder, 'storage', file);
    writeFileSync(path, content);
    chownSync(path, 1000, 1000);
  }

  /** Forgets what the server has stored. The pod must be stopped. */
  public loseStorage(): void {
    this.ownFolder('storage', true);
  }

  /** Runs a script in a container, as `kubectl exec` does. */
  public try(script: string, container = 'qdrant'): { code: number; output: string } {
    const result = spawnSync('nsenter', [...inside(this.init(container)), '/bin/bash', '-c', script], {
      encoding: 'utf8',
      env: this.environmentOf(container),
      timeout: 60000,
    });
    return { code: result.status ?? -1, output: `${result.stdout}${result.stderr}` };
  }

  public run(script: string, container = 'qdrant'): string {
    const { code, output } = this.try(script, container);
    if (code !== 0) throw new Error(`in ${this.member.name}: ${script}\nended with ${code}:\n${output}`);
    return output;
  }

  /** Whether its readiness probes succeed. */
  public get isReady(): boolean {
    return this.template.spec.containers.every(
      ({ name, readinessProbe }: any) =>
        this.containers.has(name) && this.try(readinessProbe.exec.command.join(' '), name).code === 0,
    );
  }

  public get log(): string {
    return this.read('log');
  }

  /** What one container printed. */
  public logOf(container: string): string {
    return this.read(`log-${container}`);
  }

  /** Until the pod's folder is removed. */
  private keep(file: string, part: Buffer): void {
    if (existsSync(this.props.folder)) appendFileSync(this.file(file), part);
  }

  private file(name: string): string {
    return join(this.props.folder, name);
  }

  private read(name: string): string {
    return existsSync(this.file(name)) ? readFileSync(this.file(name), 'utf8') : '';
  }

  /** The process of a container's init. */
  public init(container: string): number {
    const parent = this.containers.get(container)?.pid;
    return Number(spawnSync('pgrep', ['-P', String(parent)], { encoding: 'utf8' }).stdout.split('\n')[0]);
  }

  public async remove(): Promise<void> {
    await this.stop('KILL');
    spawnSync('umount', ['--lazy', this.root]);
  }

  private environmentOf(container: string): NodeJS.ProcessEnv {
    const { env = [] } = this.template.spec.containers.find(({ name }: any) => name === container);
    const given = Object.fromEntries(env.filter(({ value }: any) => value).map(({ name, value }: any) => [name, value]));
    return { PATH, POD_IPS: this.member.address, ...given, ...this.environment };
  }

  private startContainer(container: any): void {
    const { namespace } = this.member;
    const script = [
      // As newer container runtimes have it.
      'set -e; ulimit -Sn 1024',
      `hostname ${this.member.name}`,
      `cd ${this.root}`,
      'mount -t proc proc proc && mount --rbind /dev dev && mount -t tmpfs -o mode=1777 tmpfs tmp',
      `mount --bind -o ro ${this.props.server} qdrant`,
      ...container.volumeMounts.filter(({ name }: any) => !name.endsWith('tmp')).map((mount: any) => this.mountCommand(mount)),
      'mount -o remount,bind,ro .',
      `exec chroot . setpriv ${UNPRIVILEGED.join(' ')} sh -c 'cd ${container.workingDir ?? '/'} && exec "$@"' sh ${container.command.join(' ')}`,
    ].join('\n');
    const isolate = ['unshare', '--mount', '--uts', '--pid', '--fork', '--kill-child', 'bash', '-c', script];
    const started = spawn('ip', ['netns', 'exec', namespace, ...isolate], {
      env: this.environmentOf(container.name),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (part: Buffer) => ['log', `log-${container.name}`].forEach((name) => this.keep(name, part));
    started.stdout.on('data', keep);
    started.stderr.on('data', keep);
    this.containers.set(container.name, started);
    started.once('exit', (code) => {
      if (this.containers.get(container.name) !== started) return;
      keep(Buffer.from(`${container.name} ended with ${code}\n`));
      this.restarts++;
      setTimeout(() => this.containers.get(container.name) === started && this.startContainer(container), 500);
    });
  }

  private mountCommand({ name, mountPath, subPath, readOnly }: any): string {
    const own = ['storage', 'snapshots', 'runtime'].includes(name);
    const source = own ? join(this.props.folder, name) : join(this.props.folder, 'files', name);
    // An empty directory in memory, where nothing is projected.
    const prepare = own ? '' : `mkdir -p ${source} .${subPath ? '' : mountPath} && `;
    return `${prepare}mount --bind -o ${readOnly ? 'ro' : 'rw'} ${subPath ? join(source, subPath) : source} .${mountPath}`;
  }

  private ownFolder(name: string, anew = false): void {
    const folder = join(this.props.folder, name);
    if (anew) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    chownSync(folder, 1000, 1000);
  }
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** As the pod's security context has it: user and group 1000, no capability, none to be gained. */
const UNPRIVILEGED = [
  ...['--reuid=1000', '--regid=1000', '--clear-groups', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'],
];

/** The options with which a program enters a container. */
function inside(pid: number): string[] {
  return [...['-t', String(pid), '--mount', '--net', '--uts', '--pid', '--root', '--wd', '--', 'setpriv'], ...UNPRIVILEGED];
}

function filesOf(sources: any[], store: Store): { [file: string]: string } {
  return Object.fromEntries(
    sources.flatMap(({ secret, configMap }) => {
      const { name, items, optional } = secret ?? configMap;
      const data = (secret ? store.secrets : store.configMaps)[name];
      if (data === undefined && optional) return [];
      if (data === undefined) throw new Error(`there is no ${secret ? 'Secret' : 'ConfigMap'} ${name}`);
      return items.map(({ key, path }: any) => [path, data[key]]);
    }),
  );
}
