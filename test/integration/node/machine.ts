import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, run } from '../../support/programs';
import { Member } from '../../support/network/bridge';
import { until } from '../../support/until';
import { Vpc } from './vpc';

/** Where a machine has names from, in place of a DNS server, and its server, as the container engine gives it a copy: for a shell. */
export const HOSTS_FILES = '/etc/hosts "$(docker inspect --format "{{.HostsPath}}" qdrant)"';

export interface MachineProps {
  readonly instanceId: string;
  readonly member: Member;
  /** The instance's user data, as it is given to the instance. */
  readonly userData: Buffer;
  /** Lines of `/etc/hosts`, in place of the private zone. */
  readonly hosts: string;
  /** A folder on tmpfs for what the machine writes to its root disk. */
  readonly folder: string;
  /** The data volume of the instance before it, in place of a blank one. */
  readonly dataVolume?: string;
}

/**
 * An instance: this machine's own root under an overlay, booted by its own systemd in a network namespace of the VPC, with what programs meet on
 * Amazon Linux 2023: where nginx looks for its modules, where the AWS CLI and the container engine are, and a package manager that knows the
 * distribution's names and no others.
 */
export class Machine {
  public readonly instanceId: string;
  public readonly member: Member;
  /** The file that is its data volume. */
  public readonly dataVolume: string;
  private readonly root: string;
  private device: string;
  private boots?: ChildProcess;
  private leader = 0;

  public constructor(private readonly props: MachineProps) {
    this.instanceId = props.instanceId;
    this.member = props.member;
    this.root = join(props.folder, 'root');
    this.dataVolume = props.dataVolume ?? join(props.folder, 'data-volume');
    for (const name of ['root', 'upper', 'work', 'docker']) mkdirSync(join(props.folder, name), { recursive: true });
    run('mount', ['-t', 'overlay', 'overlay', '-o', this.overlay(), this.root]);
    this.makeRoot();
    this.device = this.makeDevice();
  }

  /** Switches it on, with or without its data volume. */
  public async boot(options: { volume?: boolean } = {}): Promise<void> {
    const volume = options.volume ?? true;
    const environment = realpathSync(join(ROOT, '.venv'));
    this.boots = spawn(
      'systemd-nspawn',
      [
        ...['--boot', '--register=no', '--keep-unit', '--capability=all', `--machine=${this.member.namespace}`],
        ...[`--directory=${this.root}`, `--network-namespace-path=/run/netns/${this.member.namespace}`],
        `--bind=${join(this.props.folder, 'docker')}:/var/lib/docker`,
        `--bind-ro=${environment}`,
        `--bind-ro=/usr/bin/docker:${DOCKER_CLIENT}`,
        ...(volume ? [`--bind=${this.device}:/dev/sdf`] : []),
        'systemd.unit=multi-user.target',
      ],
      { stdio: 'ignore', env: { ...process.env, SYSTEMD_NSPAWN_API_VFS_WRITABLE: '1', SYSTEMD_SECCOMP: '0' } },
    );
    await until('the machine boots', 180, () => {
      const children = spawnSync('pgrep', ['-P', String(this.boots!.pid)], { encoding: 'utf8' }).stdout.trim();
      this.leader = Number(children.split('\n')[0]);
      return this.leader > 0 && this.try('test -S /run/systemd/private').code === 0;
    });
    // The container engine makes cgroups of its own.
    this.try('for c in /sys/fs/cgroup/*; do mount -o remount,rw,bind "$c"; done');
  }

  /** Takes the power away. */
  public async powerOff(): Promise<void> {
    if (!this.boots) return;
    const ended = new Promise((resolve) => this.boots!.once('exit', resolve));
    spawnSync('kill', ['-9', String(this.leader)]);
    await ended;
    this.boots = undefined;
  }

  public async reboot(): Promise<void> {
    await this.powerOff();
    await this.boot();
  }

  /** Attaches the data volume while the machine runs. */
  public attachVolume(): void {
    this.run(`mknod /dev/sdf b ${this.volumeNumbers.join(' ')}`);
  }

  /** The major and the minor number of the data volume's device. */
  public get volumeNumbers(): [number, number] {
    const { rdev } = statSync(this.device);
    return [rdev >> 8, rdev & 0xff];
  }

  /** Replaces the data volume by one that a command makes what it is to be. The machine must be off. */
  public replaceVolume(prepare: (device: string) => void): void {
    run('losetup', ['--detach', this.device]);
    rmSync(this.dataVolume);
    this.device = this.makeDevice();
    prepare(this.device);
  }

  /** Runs a script on the machine; throws with all that it printed where it fails. */
  public run(script: string): string {
    const { code, output } = this.try(script);
    if (code !== 0) throw new Error(`on ${this.member.name}: ${script}\nended with ${code}:\n${output}`);
    return output;
  }

  public try(script: string): { code: number; output: string } {
    const command = ['-t', String(this.leader), '--all', '--', '/bin/bash', '--norc', '-c', script];
    const result = spawnSync('nsenter', command, { encoding: 'utf8', env: { PATH }, timeout: 600000 });
    return { code: result.status ?? -1, output: `${result.stdout}${result.stderr}` };
  }

  /** The process of the machine's init, by which programs of the machine are started from outside. */
  public get leaderPid(): number {
    return this.leader;
  }

  /** What its units have printed. */
  public journal(unit: string): string {
    return this.run(`journalctl --no-pager --output cat --unit ${unit}`);
  }

  /** All that it has written to its root disk, as folders of this machine. */
  public get writtenFolders(): string[] {
    return ['upper', 'docker'].map((name) => join(this.props.folder, name));
  }

  public async remove(): Promise<void> {
    await this.powerOff();
    spawnSync('losetup', ['--detach', this.device]);
    spawnSync('umount', ['--lazy', this.root]);
  }

  private makeDevice(): string {
    run('truncate', ['-s', '1G', this.dataVolume]);
    return run('losetup', ['--find', '--show', this.dataVolume]).trim();
  }

  private overlay(): string {
    return `lowerdir=/,upperdir=${join(this.props.folder, 'upper')},workdir=${join(this.props.folder, 'work')}`;
  }

  private makeRoot(): void {
    const put = (path: string, content: string, mode = 0o644) => {
      mkdirSync(join(this.root, path, '..'), { recursive: true });
      writeFileSync(join(this.root, path), content, { mode });
    };
    for (const path of [
      'etc/systemd/system',
      'opt/qdrant',
      'etc/qdrant',
      'var/lib/cloud',
      'var/lib/qdrant',
      'var/log/journal',
    ]) {
      rmSync(join(this.root, path), { recursive: true, force: true });
    }
    put('etc/machine-id', '');
    put('etc/hosts', `127.0.0.1 localhost\n${Vpc.PRIVATE_REGISTRY} ${Vpc.PRIVATE_REGISTRY_NAME}\n${this.props.hosts}\n`);
    put('etc/passwd', readFileSync('/etc/passwd', 'utf8').replace(/^[^:\n]*:[^:\n]*:1000:.*\n/m, ''));
    put('etc/group', readFileSync('/etc/group', 'utf8').replace(/^[^:\n]*:[^:\n]*:1000:.*\n/m, ''));
    rmSync(join(this.root, 'usr/local/bin'), { recursive: true, force: true });
    put('usr/bin/aws', `#!/bin/sh\nexec ${realpathSync(join(ROOT, '.venv'))}/bin/aws "$@"\n`, 0o755);
    rmSync(join(this.root, 'usr/bin/docker'), { force: true });
    put('usr/bin/docker', DOCKER, 0o755);
    this.makePackages(put);
    put('etc/docker/daemon.json', JSON.stringify(DOCKER_DAEMON));
    put('etc/qdrant/environment', `AWS_ENDPOINT_URL=http://${Vpc.AWS_API}:443\nTURN_SECONDS=10\n`);
    put('etc/cloud/cloud.cfg', JSON.stringify(CLOUD_CONFIG));
    rmSync(join(this.root, 'etc/cloud/cloud.cfg.d'), { recursive: true, force: true });
    put('var/lib/cloud/seed/nocloud/meta-data', `instance-id: ${this.instanceId}\n`);
    mkdirSync(join(this.root, 'var/lib/cloud/seed/nocloud'), { recursive: true });
    writeFileSync(join(this.root, 'var/lib/cloud/seed/nocloud/user-data'), this.props.userData);
    for (const unit of ['cloud-init-local', 'cloud-init', 'cloud-config', 'cloud-final']) {
      const wants = join(this.root, 'etc/systemd/system/cloud-init.target.wants');
      run('mkdir', ['-p', wants]);
      run('ln', ['-s', `/lib/systemd/system/${unit}.service`, wants]);
    }
  }

  /** Takes away what a new instance has not installed, and puts it where the package manager finds it. */
  private makePackages(put: (path: string, content: string, mode?: number) => void): void {
    const modules = join(this.root, 'usr/lib64/nginx/modules');
    run('mkdir', ['-p', modules]);
    run('mv', [join(this.root, 'usr/lib/nginx/modules/ngx_stream_module.so'), modules]);
    for (const path of ['usr/lib/nginx', 'usr/share/nginx/modules']) {
      rmSync(join(this.root, path), { recursive: true, force: true });
    }
    for (const [name, file] of Object.entries(PACKAGES)) {
      const folder = join(this.root, 'var/lib/packages', name, dirname(file));
      run('mkdir', ['-p', folder]);
      if (INSTALLED.includes(name)) continue;
      run('mv', [join(this.root, file), folder]);
    }
    put('usr/bin/dnf', DNF, 0o755);
  }
}

/** Packages of Amazon Linux 2023, and the file of each that the programs of a node call. */
const PACKAGES: { [name: string]: string } = {
  'awscli-2': 'usr/bin/aws',
  'curl-minimal': 'usr/bin/curl',
  docker: 'usr/bin/docker',
  jq: 'usr/bin/jq',
  nftables: 'usr/sbin/nft',
  nginx: 'usr/sbin/nginx',
  'nginx-mod-stream': 'usr/lib64/nginx/modules/ngx_stream_module.so',
  openssl: 'usr/bin/openssl',
  'util-linux': 'usr/bin/flock',
  xfsprogs: 'usr/sbin/mkfs.xfs',
};

/** Those that its machine image comes with. */
const INSTALLED = ['awscli-2', 'curl-minimal', 'openssl', 'util-linux', 'xfsprogs'];

/** The package manager, with no other packages than those. */
const DNF = `#!/bin/bash
[[ $1 == install ]] || exit 1
shift
for name in "$@"; do
  [[ $name != --* ]] || continue
  [[ -d /var/lib/packages/$name ]] || { echo "Error: Unable to find a match: $name" >&2; exit 1; }
done
for name in "$@"; do
  [[ $name == --* ]] || cp --archive "/var/lib/packages/$name/." /
done
`;

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The stages of a distribution's cloud-init that the user data uses. */
const CLOUD_CONFIG = {
  datasource_list: ['NoCloud'],
  network: { config: 'disabled' },
  disable_root: false,
  cloud_init_modules: ['write-files', 'users-groups'],
  cloud_config_modules: ['runcmd'],
  cloud_final_modules: ['scripts-user'],
};

/** The network is the VPC's. Images come from the registry there. */
const DOCKER_DAEMON = {
  iptables: false,
  ip6tables: false,
  'ip-forward': false,
  bridge: 'none',
  'registry-mirrors': [`http://${Vpc.REGISTRY}:443`],
  'insecure-registries': [`${Vpc.REGISTRY}:443`, Vpc.PRIVATE_REGISTRY_NAME],
};

/** Where this machine's client of the container engine is, on an instance. */
const DOCKER_CLIENT = '/usr/libexec/docker-client';

/** The engine itself. Where this machine may not raise the limit of open files, the server runs with the limit that there is. */
const DOCKER = `#!/bin/bash
arguments=()
for argument in "$@"; do
  limit=$(ulimit -Hn)
  if [[ $argument == nofile=* && $limit != unlimited ]] && ((limit < 1048576)); then argument=nofile=$limit:$limit; fi
  arguments+=("$argument")
done
exec ${DOCKER_CLIENT} "\${arguments[@]}"
`;
