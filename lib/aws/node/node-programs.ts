import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fn, TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';
import { literalText } from '../../terraform/literal-text';
import { once } from '../../terraform/once';
import { refuseWhatDoesNotFit } from './size-limits';

/** A file that goes to a node. */
interface NodeFile {
  readonly path: string;
  readonly mode: string;
  readonly source: string;
}

const OWN = join(__dirname, 'files');
/** What nodes on Kubernetes run too. */
const SHARED = join(__dirname, '..', '..', 'cluster', 'programs');

/** What verifies a cluster goes to a single node, and only where it is asked for: user data is small. */
const VERIFIER = 'verify-cluster.sh';

/** The programs, the units and what they read, and where each goes on the node. */
function nodeFiles(): NodeFile[] {
  return [OWN, SHARED].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name !== VERIFIER)
      .sort()
      .map((name) => ({ ...destinationOf(name), source: join(folder, name) })),
  );
}

function destinationOf(name: string): { path: string; mode: string } {
  if (name.endsWith('.sh')) return { path: `/opt/qdrant/bin/${name}`, mode: '0755' };
  if (name === 'guard.conf') return { path: `/opt/qdrant/etc/${name}`, mode: '0644' };
  if (name === 'nftables.conf') return { path: '/etc/systemd/system/nftables.service.d/qdrant.conf', mode: '0644' };
  return { path: `/etc/systemd/system/${name}`, mode: '0644' };
}

/** What each script begins with. A file is put in its place in one step, as programs read it meanwhile. */
const SHELL = `#!/bin/bash
set -euo pipefail
umask 022
put() { install -D -m "$1" /dev/stdin "$2.new" && mv "$2.new" "$2"; }
`;

/** Ends each file in the installer. No file has such a line. */
const END = 'END_OF_QDRANT_FILE';

/** The same in every cluster, and therefore read once. */
let programs: string | undefined;

/** Commands that install the programs, for a shell. */
function installPrograms(refreshHours: number): string {
  programs ??= nodeFiles()
    .map(({ source, path, mode }) => installFile(path, mode, withoutLayout(readFileSync(source, 'utf8'))))
    .join('');
  return programs.replaceAll('@REFRESH_HOURS@', String(refreshHours));
}

/** A script that installs the program that verifies a cluster, for what follows it. */
export function installVerifier(): string {
  const { path, mode } = destinationOf(VERIFIER);
  return `${SHELL}${installFile(path, mode, withoutLayout(readFileSync(join(OWN, VERIFIER), 'utf8')))}`;
}

/** Runs that program, for a shell. None of the arguments may have a quote. */
export function runVerifier(args: string[], input: string): string {
  return `${destinationOf(VERIFIER).path} ${args.map((arg) => `'${arg}'`).join(' ')} <<<'${input}'`;
}

const BOOT_COMMANDS = '/opt/qdrant/etc/boot-commands.sh';

/** @param bootCommands a script in base64, in which no program between here and a node finds anything of its own */
function installConfig({ clusterConfig, settings }: NodeProgramsProps, bootCommands?: string): string {
  return [
    installFile('/opt/qdrant/etc/cluster.json', '0644', clusterConfig),
    installFile('/opt/qdrant/etc/settings.yaml', '0644', settings),
    bootCommands === undefined
      ? `rm -f ${BOOT_COMMANDS}\n`
      : `base64 --decode <<<'${bootCommands}' | put 0755 ${BOOT_COMMANDS}\n`,
  ].join('');
}

/** What the commands write is as readable as what the machine's own programs write. */
function bashScript(commands: string[]): string {
  return ['#!/usr/bin/env bash', 'set -euo pipefail', 'umask 022', ...commands, ''].join('\n');
}

/** User data is small: what explains the programs, and how they are laid out, stays in their files. */
function withoutLayout(text: string): string {
  return text.replace(/^ *(?:#(?!!).*)?\n/gm, '').replace(/^ +/gm, '');
}

function installFile(path: string, mode: string, content: string): string {
  return `put ${mode} ${path} <<'${END}'\n${content.endsWith('\n') ? content : `${content}\n`}${END}\n`;
}

export interface NodeProgramsProps {
  /** `cluster.json`; may hold tokens. */
  readonly clusterConfig: string;
  /** `settings.yaml`; may hold tokens. */
  readonly settings: string;
  /** Commands of the user's own, which a node runs when it boots. */
  readonly bootCommands?: string[];
  /** How many hours pass between two looks for rotated keys and certificates. */
  readonly refreshHours: number;
}

/** The configuration of a single node. */
export interface NodeIdentity {
  readonly name: string;
  readonly index: number;
  readonly host: string;
  readonly volumeId: string;
}

/**
 * What is installed on every node of a cluster: the programs, the units and the cluster's configuration. One shell script installs all of it; a new
 * node runs it from its user data, a running one from Systems Manager.
 */
export class NodePrograms extends Construct {
  /** Values of their own, as CDK for Terraform does not escape the quotes of a text that a function is given. */
  private readonly shell: TerraformLocal;
  private readonly installPrograms: TerraformLocal;
  private readonly installConfig: TerraformLocal;

  public constructor(scope: Construct, id: string, props: NodeProgramsProps) {
    super(scope, id);
    const commands = props.bootCommands?.length ? bashScript(props.bootCommands) : undefined;
    refuseWhatDoesNotFit(this, {
      programs: `${SHELL}${installPrograms(props.refreshHours)}`,
      config: installConfig(props, commands && Buffer.from(commands).toString('base64')),
    });
    this.shell = new TerraformLocal(this, 'Shell', SHELL);
    this.installPrograms = new TerraformLocal(
      this,
      'InstallPrograms',
      `${SHELL}${literalText(installPrograms(props.refreshHours))}`,
    );
    const script = commands && new TerraformLocal(this, 'BootCommands', commands).asString;
    this.installConfig = new TerraformLocal(this, 'InstallConfig', installConfig(props, script && Fn.base64encode(script)));
  }

  /** The user data of a node, compressed: it installs the programs and starts them, and is never run again. */
  public userData(node: NodeIdentity): string {
    const install = Fn.join('', once([this.installPrograms.asString, this.installConfig.asString]));
    const cloudConfig = {
      // In place of the distribution's default user, which has no credentials to log in with.
      users: [{ name: 'qdrant', uid: 1000, no_create_home: true, lock_passwd: true, shell: '/usr/sbin/nologin' }],
      write_files: [
        { path: '/etc/qdrant/node.json', permissions: '0644', content: Fn.jsonencode(once({ ...node })) },
        { path: '/opt/qdrant/install.sh', permissions: '0755', content: install },
      ],
      runcmd: [
        ['/opt/qdrant/install.sh'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'enable', 'qdrant.target', 'qdrant.service'],
        ['systemctl', 'start', '--no-block', 'qdrant.target'],
      ],
    };
    return Fn.base64gzip(Fn.join('', once(['#cloud-config\n', Fn.jsonencode(once(cloudConfig))])));
  }

  /**
   * The commands that bring a running node to this configuration, and give up after so many seconds. A document is limited to 64 KB, so that
   * the programs are compressed; the configuration can be read in a plan.
   */
  public updateCommands(peersMustBeReady: string, seconds: number): string[] {
    return [
      this.shell.asString,
      `base64 --decode <<<'${Fn.base64gzip(this.installPrograms.asString)}' | gunzip | bash`,
      this.installConfig.asString,
      `/opt/qdrant/bin/update-node.sh asked ${peersMustBeReady} ${seconds}`,
    ];
  }
}
