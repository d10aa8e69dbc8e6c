import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fn, TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';
import { literalText } from '../../terraform/literal-text';

/** The programs and units of a node, each a file in `files/`, and where it goes on the node. */
const installed: Array<{ file: string; path: string; mode: string }> = [
  ...[
    'common.sh',
    'boot-node.sh',
    'setup-host.sh',
    'mount-data-volume.sh',
    'fetch-keys.sh',
    'fetch-certificates.sh',
    'prepare-server.sh',
    'run-server.sh',
    'update-node.sh',
  ].map((file) => ({ file, path: `/opt/qdrant/bin/${file}`, mode: '0755' })),
  { file: 'grpc-guard.conf', path: '/opt/qdrant/etc/grpc-guard.conf', mode: '0644' },
  ...['qdrant.target', 'qdrant-boot.service', 'qdrant.service', 'qdrant-grpc-guard.service'].map((file) => ({
    file,
    path: `/etc/systemd/system/${file}`,
    mode: '0644',
  })),
];

/** Ends each file in the installer. No file has such a line. */
const END = 'END_OF_QDRANT_FILE';

/** The same in every cluster, and therefore read and escaped once. */
let programs: string | undefined;

function installPrograms(): string {
  programs ??= installed
    .map(({ file, path, mode }) => installFile(path, mode, literalText(readFileSync(join(__dirname, 'files', file), 'utf8'))))
    .join('');
  return programs;
}

function installFile(path: string, mode: string, content: string): string {
  return `install -D -m ${mode} /dev/stdin ${path} <<'${END}'\n${content.endsWith('\n') ? content : `${content}\n`}${END}\n`;
}

export interface NodeProgramsProps {
  /** `release.json`; may hold tokens. */
  readonly release: string;
  /** `settings.yaml`; may hold tokens. */
  readonly settings: string;
  /** Whether the guard runs in front of gRPC. */
  readonly guard: boolean;
}

/** What one node is told about itself. */
export interface NodeIdentity {
  readonly name: string;
  readonly index: number;
  readonly host: string;
  readonly volumeId: string;
}

/**
 * What is installed on every node of a cluster: the programs, the units and the release. One shell script installs all of it; a new
 * node runs it from its user data, a running one from Systems Manager.
 */
export class NodePrograms extends Construct {
  private readonly installer: TerraformLocal;
  private readonly units: string;

  public constructor(scope: Construct, id: string, props: NodeProgramsProps) {
    super(scope, id);
    this.units = `qdrant.target qdrant.service${props.guard ? ' qdrant-grpc-guard.service' : ''}`;
    this.installer = new TerraformLocal(
      this,
      'Installer',
      [
        '#!/bin/bash\nset -euo pipefail\numask 022\n',
        installPrograms(),
        installFile('/opt/qdrant/etc/release.json', '0644', props.release),
        installFile('/opt/qdrant/etc/settings.yaml', '0644', props.settings),
      ].join(''),
    );
  }

  /** The user data of a node, compressed: it installs the programs and starts them, and is never run again. */
  public userData(node: NodeIdentity): string {
    const cloudConfig = {
      // In place of the distribution's default user, which nobody could log in as.
      users: [{ name: 'qdrant', uid: 1000, no_create_home: true, lock_passwd: true, shell: '/usr/sbin/nologin' }],
      write_files: [
        { path: '/etc/qdrant/node.json', permissions: '0644', content: Fn.jsonencode(node) },
        { path: '/opt/qdrant/install.sh', permissions: '0755', content: this.installer.asString },
      ],
      runcmd: [
        ['/opt/qdrant/install.sh'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'enable', ...this.units.split(' ')],
        ['systemctl', 'start', '--no-block', 'qdrant.target'],
      ],
    };
    return Fn.base64gzip(Fn.join('', ['#cloud-config\n', Fn.jsonencode(cloudConfig)]));
  }

  /** The commands that bring a running node to this release. */
  public updateCommands(peersMustBeReady: string): string[] {
    return [this.installer.asString, `/opt/qdrant/bin/update-node.sh ${peersMustBeReady}`];
  }
}
