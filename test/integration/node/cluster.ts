import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aws } from '../../../lib';
import { AwsApi } from '../../support/aws/api';
import { addNetwork } from '../../support/aws/network';
import { findProgram, python, run } from '../../support/programs';
import { TerraformRun } from '../../support/terraform';
import { Machine, until } from './machine';
import { SecurityRules } from './security-rules';
import { makeServerImage } from './server-image';
import { Member, Vpc } from './vpc';

/** What the harness needs. */
export const HARNESS =
  'root terraform moto aws ip nft systemd-nspawn dockerd cloud-init nginx jq curl openssl mkfs.xfs losetup nsenter'.split(' ');

type Options = Partial<aws.QdrantClusterProps>;

/** gRPC asks a DNS server by itself otherwise; there is none in the VPC, and names are in a file. */
export const PLAIN_RESOLVER = { GRPC_DNS_RESOLVER: 'native' };

/** The answer to a request: the status, or 0 and why there was none. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * A cluster whose nodes run: synthesized and applied by the real Terraform against an AWS API, its instances booted as machines on a VPC
 * of this machine, with the user data, the addresses, the names and the security group that Terraform made.
 */
export class RunningCluster {
  public readonly folder = mkdtempSync(join(tmpdir(), 'qdrant-nodes-'));
  public readonly vpc = new Vpc();
  public machines: Machine[] = [];
  /** Where clients are allowed to come from, and where not. */
  public allowed!: Member;
  public refused!: Member;
  public terraform!: TerraformRun;
  public api!: AwsApi;
  private readonly services: ChildProcess[] = [];
  private hosts = '';
  private bootedAt = 0;

  public static async start(options: Options): Promise<RunningCluster> {
    const cluster = new RunningCluster();
    await cluster.begin(options);
    return cluster;
  }

  private async begin(options: Options): Promise<void> {
    run('mount', ['-t', 'tmpfs', 'tmpfs', this.folder]);
    mkdirSync(join(this.folder, 'instances'));
    run(python(), [join(__dirname, 'certificates.py'), this.folder, ...[0, 1, 2].map((index) => this.host(index))]);
    makeServerImage(this.folder);
    const api = `http://${Vpc.AWS_API}:443`;
    this.api = await AwsApi.start({
      host: Vpc.AWS_API,
      port: 443,
      prefix: this.vpc.prefix,
      denied: join(this.folder, 'denied'),
      nodeRunner: ['node', join(__dirname, 'run-command.js'), join(this.folder, 'instances'), api].join(' '),
    });
    await this.serve('metadata-service.js', [Vpc.METADATA]);
    await this.serve('registry.js', [Vpc.REGISTRY, this.folder]);
    this.terraform = new TerraformRun(this.api.url);
    this.synth(options);
    this.terraform.init();
    this.terraform.apply();
    await this.makeMachines();
  }

  /** A file of the test's: a certificate of a client, a key, the cluster's CA. */
  public file(name: string): string {
    return join(this.folder, name);
  }

  /** Synthesizes the cluster, changed or not. */
  public synth(options: Options): void {
    this.terraform.synth((stack) => {
      const { vpcId, subnetIds } = addNetwork(stack);
      const cluster = new aws.QdrantCluster(stack, 'Cluster', {
        network: aws.ClusterNetwork.fromSubnets({ vpcId, subnetIds }),
        instanceType: 'r7g.large',
        dataVolume: { sizeGib: 50 },
        clusterName: 'vectors',
        apiKeys: aws.ApiKeys.generated(),
        clientVerification: aws.ClientVerification.required(
          aws.CaBundle.fromPem(readFileSync(this.file('client-ca.pem'), 'utf8')),
        ),
        metricsPort: 9153,
        ...options,
      });
      cluster.connections.allowRestFrom(aws.Peer.ipv4('10.20.0.0/24'));
      cluster.connections.allowGrpcFrom(aws.Peer.ipv4('10.20.0.0/24'));
      cluster.addOutputs();
    });
  }

  public host(index: number): string {
    return `node-${index}.vectors.qdrant.internal`;
  }

  /** The value of the secret whose name holds a word. */
  public async secret(word: string): Promise<string> {
    const found = this.terraform
      .resources('aws_secretsmanager_secret')
      .find(({ name, name_prefix: prefix }) => `${name}${prefix}`.includes(word));
    return this.api.secretValue(found.arn);
  }

  /** Waits until every node answers `/readyz`. */
  public async untilReady(seconds: number, machines = this.machines): Promise<void> {
    for (const machine of machines) {
      await until(`${machine.member.name} is ready`, seconds, () => this.isReady(machine));
    }
  }

  public isReady(machine: Machine): boolean {
    return machine.try(`source /opt/qdrant/bin/common.sh && is_ready "$(node .host)"`).code === 0;
  }

  /** A request to REST from outside the nodes. */
  public rest(path: string, options: RestOptions = {}): Answer {
    const { from = this.allowed, node = 0, port = 6333, scheme = 'https', client = 'client', ca = 'ca.pem' } = options;
    const certificate = client ? ['--cert', this.file(`${client}.pem`), '--key', this.file(`${client}-key.pem`)] : [];
    const body = options.body === undefined ? [] : ['--header', 'content-type: application/json', '--data', options.body];
    const key = options.key === undefined ? [] : ['--header', `api-key: ${options.key}`];
    const result = spawnSync(
      'ip',
      [
        ...['netns', 'exec', from.namespace, 'curl', '--silent', '--show-error', '--max-time', String(options.seconds ?? 5)],
        ...['--resolve', `${this.host(node)}:${port}:${this.machines[node].member.address}`],
        ...['--cacert', this.file(ca), '--request', options.method ?? 'GET', '--write-out', '\n%{http_code}'],
        ...certificate,
        ...key,
        ...body,
        `${scheme}://${this.host(node)}:${port}${path}`,
      ],
      { encoding: 'utf8' },
    );
    const lines = result.stdout.split('\n');
    const status = Number(lines.pop());
    return { status, body: status === 0 ? result.stderr : lines.join('\n') };
  }

  /** The status of a call to gRPC from outside the nodes. */
  public grpc(
    options: { from?: Member; node?: number; client?: string; ca?: string; key?: string; port?: number } = {},
  ): string {
    const { from = this.allowed, node = 0, client = 'client', ca = 'ca.pem', key, port = 6334 } = options;
    const certificate = client ? [this.file(`${client}.pem`), this.file(`${client}-key.pem`)] : [];
    const command = [
      'netns',
      'exec',
      from.namespace,
      python(),
      join(__dirname, 'probe-grpc.py'),
      `${this.host(node)}:${port}`,
      this.file(ca),
    ];
    return run('ip', [...command, ...certificate], {
      env: { ...process.env, ...PLAIN_RESOLVER, ...(key !== undefined && { QDRANT_API_KEY: key }) },
    }).trim();
  }

  /** How long the machines have been on. */
  public secondsSinceBoot(): number {
    return (Date.now() - this.bootedAt) / 1000;
  }

  /** Whether a port can be connected to. */
  public connects(from: Member, node: number, port: number): boolean {
    const script = `timeout 2 bash -c '</dev/tcp/${this.machines[node].member.address}/${port}'`;
    return spawnSync('ip', ['netns', 'exec', from.namespace, 'bash', '-c', script]).status === 0;
  }

  /** Tells Systems Manager's agent where the instance's machine is. */
  public async boot(machine: Machine, options: { volume?: boolean } = {}): Promise<void> {
    await machine.boot(options);
    writeFileSync(join(this.folder, 'instances', machine.instanceId), String(machine.leaderPid));
  }

  public async stop(): Promise<void> {
    for (const machine of this.machines) await machine.remove();
    this.services.forEach((service) => service.kill('SIGKILL'));
    this.api?.stop();
    this.vpc.remove();
    spawnSync('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async makeMachines(): Promise<void> {
    const byIndex = (resources: any[]) => resources.sort((a, b) => Number(a.tags.QdrantNode) - Number(b.tags.QdrantNode));
    const instances = byIndex(this.terraform.resources('aws_instance'));
    const addresses = byIndex(this.terraform.resources('aws_network_interface')).map(({ private_ip: ip }) => ip);
    const names = addresses.map((address, index) => `${address} ${this.host(index)}`);
    this.hosts = [...names, `${addresses[0]} vectors.qdrant.internal`].join('\n');
    // Programs in a namespace of the VPC find the nodes' names in a file of their own.
    for (const name of ['allowed', 'refused']) {
      mkdirSync(`/etc/netns/qdrant-${name}`, { recursive: true });
      writeFileSync(`/etc/netns/qdrant-${name}/hosts`, `127.0.0.1 localhost\n${this.hosts}\n`);
    }
    this.allowed = this.vpc.join('allowed', Vpc.ALLOWED);
    this.refused = this.vpc.join('refused', Vpc.REFUSED);
    const rules = new SecurityRules(
      this.terraform.resources('aws_vpc_security_group_ingress_rule'),
      this.terraform.resources('aws_vpc_security_group_egress_rule'),
      addresses,
    );
    this.machines = instances.map((instance, index) => {
      const member = this.vpc.join(`node-${index}`, addresses[index]);
      this.vpc.guard(member, rules);
      const folder = join(this.folder, member.name);
      mkdirSync(folder);
      return new Machine({
        instanceId: instance.id,
        member,
        userData: Buffer.from(instance.user_data_base64, 'base64'),
        hosts: this.hosts,
        folder,
      });
    });
    this.bootedAt = Date.now();
    await Promise.all(this.machines.map((machine) => this.boot(machine)));
  }

  private async serve(program: string, args: string[]): Promise<void> {
    const command = [...this.vpc.prefix, findProgram('node')!, join(__dirname, program), ...args];
    const service = spawn(command[0], command.slice(1), {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, METADATA_DELAY: join(this.folder, 'metadata-delay') },
    });
    this.services.push(service);
    await new Promise<void>((resolve, reject) => {
      service.stdout!.once('data', () => resolve());
      service.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
    });
  }
}

export interface RestOptions {
  readonly from?: Member;
  readonly node?: number;
  readonly port?: number;
  readonly scheme?: string;
  readonly method?: string;
  readonly body?: string;
  readonly key?: string;
  /** Which client certificate is presented; empty for none. */
  readonly client?: string;
  readonly ca?: string;
  readonly seconds?: number;
}
