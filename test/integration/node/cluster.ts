import { ChildProcess, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aws } from '../../../lib';
import { AwsApi } from '../../support/aws/api';
import { addNetwork } from '../../support/aws/network';
import { python, ROOT, run } from '../../support/programs';
import { makeNodeImage, makeServerImage } from '../../support/server-image';
import { TerraformRun } from '../../support/terraform';
import { Traffic, TrafficOptions } from '../../support/traffic-client';
import { during, pause, until } from '../../support/until';
import { Witness } from '../../support/witness';
import { HOSTS_FILES, Machine } from './machine';
import { SecurityRules } from './security-rules';
import { startService } from './service';
import { applyVerified } from './verified-apply';

import { ClusterClient } from '../../support/cluster-client';
import { Counts } from '../../support/proof';
import { Bridge, Member } from '../../support/network/bridge';
import { removeLeftovers } from '../../support/leftovers';
import { reserve } from '../../support/network/reserve';
import { Vpc } from './vpc';

/** What the harness needs. */
export const HARNESS =
  'root terraform moto aws ip tc nft systemd-nspawn dockerd cloud-init nginx jq curl openssl mkfs.xfs losetup nsenter'.split(
    ' ',
  );

type Options = Partial<aws.QdrantClusterProps>;

/** How many nodes there are at most, all of which a certificate that is brought names. */
const MOST_NODES = 4;

/**
 * A cluster whose nodes run: synthesized and applied by the real Terraform against an AWS API, its instances booted as machines on a VPC
 * of this machine, with the user data, the addresses, the names and the security group that Terraform made.
 */
export class RunningCluster extends ClusterClient {
  public readonly folder = mkdtempSync(join(tmpdir(), 'qdrant-nodes-'));
  public vpc!: Vpc;
  public machines: Machine[] = [];
  /** Where clients are allowed to come from, and where not. */
  public allowed!: Member;
  public refused!: Member;
  public terraform!: TerraformRun;
  public api!: AwsApi;
  /** Where the security group lets clients come from. */
  public clientRanges = ['10.20.0.0/24'];
  /** What it was synthesized with last. */
  public options: Options = {};
  /** Whatever is not an option of the cluster. */
  public arrange: (cluster: aws.QdrantCluster) => void = () => {};
  /** Has it verified after each apply, as it is at first. */
  public verify!: (cluster: aws.QdrantCluster) => void;
  /** The first apply, whose verification fails or succeeds once the machines have booted. */
  public firstApply!: Promise<void>;
  /** What a client sees of what happens to it. */
  public readonly witness = new Witness<TrafficOptions>('AWS', (happening, options) => this.traffic(happening, options));
  private readonly services: ChildProcess[] = [];
  private hosts = '';
  private traffics = 0;
  private bootedAt = 0;

  public static async start(options: Options): Promise<RunningCluster> {
    const cluster = new RunningCluster();
    try {
      await cluster.begin(options);
    } catch (error) {
      // Nobody else has it, and others wait for its network.
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  private async begin(options: Options): Promise<void> {
    this.services.push(await reserve('qdrant'));
    removeLeftovers(join(tmpdir(), 'qdrant-nodes-'));
    this.vpc = new Vpc();
    run('mount', ['-t', 'tmpfs', 'tmpfs', this.folder]);
    mkdirSync(join(this.folder, 'instances'));
    this.makeCertificates();
    makeServerImage(this.folder);
    makeNodeImage(join(this.folder, 'node'));
    const api = `http://${Vpc.AWS_API}:443`;
    this.api = await AwsApi.start({
      host: Vpc.AWS_API,
      port: 443,
      prefix: this.vpc.prefix,
      denied: join(this.folder, 'denied'),
      nodeRunner: ['node', join(__dirname, 'run-command.js'), join(this.folder, 'instances'), api].join(' '),
    });
    await this.serve('metadata-service.js', Vpc.METADATA);
    await this.serve('registry.js', Vpc.REGISTRY, this.folder);
    await this.serve('registry.js', Vpc.PRIVATE_REGISTRY, this.folder, '123456789012-auth-token');
    this.terraform = new TerraformRun(this.api.url);
    const clientCertificateSecret = await this.keepClientCertificate();
    this.verify = (cluster) => cluster.verifyAfterApply({ clientCertificateSecret });
    this.arrange = this.verify;
    this.synth(options);
    this.terraform.init();
    this.firstApply = (await applyVerified(this.terraform, this.api)).done;
    await this.startMachines();
  }

  /** Synthesizes the cluster, changed or not. */
  public synth(options: Options): void {
    this.options = options;
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
        bootCommands: ['hostname >>/run/boot-commands'],
        rollingUpdate: { nodeTimeoutMinutes: 10 },
        ...options,
      });
      for (const range of this.clientRanges) {
        cluster.connections.allowRestFrom(aws.Peer.ipv4(range));
        cluster.connections.allowGrpcFrom(aws.Peer.ipv4(range));
      }
      this.arrange(cluster);
      cluster.addOutputs();
    });
  }

  /** Brings the cluster to these options by Terraform, and the VPC to the rules of its security group. */
  public roll(options: Options): void {
    this.synth(options);
    this.terraform.apply();
    this.guardMachines();
  }

  /** As `roll`, of a cluster that is verified: all but that is done then. Throws once it is over where it fails. */
  public async rollVerified(options: Options, meanwhile: () => void = () => {}): Promise<void> {
    this.synth(options);
    const { done } = await applyVerified(this.terraform, this.api);
    this.guardMachines();
    return during(done, 0.2, meanwhile);
  }

  /** Gives the cluster so many nodes. Terraform waits for those that it adds, which boot meanwhile, as it makes them. */
  public async resize(nodeCount: number): Promise<void> {
    this.synth({ ...this.options, nodeCount });
    await this.applyAndBoot();
    for (const machine of this.machines.splice(nodeCount)) await machine.remove();
    this.guardMachines();
  }

  /** Ends a node's instance for good, outside Terraform. */
  public async terminate(machine: Machine): Promise<void> {
    await machine.remove();
    const { instanceId } = machine;
    await this.api.call('ModifyInstanceAttribute', { InstanceId: instanceId, 'DisableApiTermination.Value': 'false' });
    await this.api.call('TerminateInstances', { 'InstanceId.1': instanceId });
  }

  /** Applies what there is, and boots the instances that Terraform makes, for which it waits. */
  public applyAndBoot(): Promise<void> {
    return during(this.terraform.applyAside(), 0.5, () => this.bootMade());
  }

  /** See `Witness`. */
  public change(what: string, happening: () => unknown, options?: TrafficOptions): Promise<Counts> {
    return this.witness.change(what, happening, options);
  }

  /** See `Witness`. */
  public fault(what: string, happening: () => unknown, options?: TrafficOptions): Promise<Counts> {
    return this.witness.fault(what, happening, options);
  }

  /** Adds a verdict on what goes from a node to the others and comes from them, or takes it away. */
  public betweenNodes({ member }: Machine, verdict: string | undefined): void {
    const members = this.machines.map((machine) => machine.member);
    this.vpc.between(
      member,
      members.filter((one) => one !== member),
      verdict,
    );
  }

  /** Makes the certificates that are brought, or one more that ends in so many seconds: see certificates.py. */
  public makeCertificates(seconds?: number): void {
    const brief = seconds === undefined ? [] : ['--brief', String(seconds)];
    const hosts = Array.from({ length: MOST_NODES }, (_, index) => this.host(index));
    run(python(), [join(ROOT, 'test/support/certificates.py'), ...brief, this.folder, ...hosts]);
  }

  public host(index: number): string {
    return `node-${index}.vectors.qdrant.internal`;
  }

  /** The value of the secret whose name holds a word. */
  public secret(word: string): Promise<string> {
    return this.api.secretValue(this.secretArn(word));
  }

  public secretArn(word: string): string {
    const found = this.terraform
      .resources('aws_secretsmanager_secret')
      .find(({ name, name_prefix: prefix }) => `${name}${prefix}`.includes(word));
    return found.arn;
  }

  /** Waits until every node serves its clients. */
  public async untilReady(seconds: number, machines = this.machines): Promise<void> {
    for (const machine of machines) {
      await until(`${machine.member.name} is ready`, seconds, () => this.isReady(machine));
    }
  }

  public isReady(machine: Machine): boolean {
    return machine.try(`source /opt/qdrant/bin/common.sh && serves_clients`).code === 0;
  }

  /** How long the machines have been on. */
  public secondsSinceBoot(): number {
    return (Date.now() - this.bootedAt) / 1000;
  }

  public address(index: number): string {
    return this.machines[index].member.address;
  }

  /** Tells Systems Manager's agent where the instance's machine is. */
  public async boot(machine: Machine, options: { volume?: boolean } = {}): Promise<void> {
    await machine.boot(options);
    writeFileSync(join(this.folder, 'instances', machine.instanceId), String(machine.leaderPid));
  }

  /** The file by which Systems Manager's agent is away from a machine for a while when it is asked the next time: see run-command.js. */
  public agentAway(machine: Machine): string {
    return join(this.folder, 'instances', `${machine.instanceId}.agent-away`);
  }

  /** All that its agents of Systems Manager have run, with what was printed. */
  public agentLog(): string {
    return readFileSync(join(this.folder, 'instances', 'log'), 'utf8');
  }

  public async stop(): Promise<void> {
    for (const machine of this.machines) await machine.remove();
    this.api?.stop();
    this.vpc?.remove();
    spawnSync('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
    // Last, as the network's name is free for others then.
    this.services.reverse().forEach((service) => service.kill('SIGKILL'));
  }

  private async startMachines(): Promise<void> {
    const addresses = this.nodeResources('aws_network_interface').map(({ private_ip: ip }) => ip);
    const names = addresses.map((address, index) => `${address} ${this.host(index)}`);
    this.hosts = [...names, `${addresses[0]} vectors.qdrant.internal`].join('\n');
    this.allowed = this.vpc.joinClient('allowed', Bridge.ALLOWED, this.hosts);
    this.refused = this.vpc.joinClient('refused', Bridge.REFUSED, this.hosts);
    this.machines = this.nodeResources('aws_instance').map((_, index) => this.makeMachine(index));
    this.guardMachines();
    this.bootedAt = Date.now();
    await Promise.all(this.machines.map((machine) => this.boot(machine)));
  }

  /** The certificate of a client of the cluster, as a secret. */
  private async keepClientCertificate(): Promise<aws.Secret> {
    const [certificate, key] = ['client.pem', 'client-key.pem'].map((name) => readFileSync(this.file(name), 'utf8'));
    return aws.Secret.fromArn(await this.api.makeSecret('client', JSON.stringify({ certificate, private_key: key })));
  }

  /** Boots the instances that Terraform has made so far and that have no machine yet: of new nodes, or in place of others that are gone. */
  private async bootMade(): Promise<void> {
    for (const { id, tags } of this.nodeResources('aws_instance')) {
      const index = Number(tags.QdrantNode);
      const former = this.machines[index];
      if (former?.instanceId === id) continue;
      if (former === undefined) {
        this.announce(`${this.nodeResources('aws_network_interface')[index].private_ip} ${this.host(index)}`);
      }
      this.machines[index] = this.makeMachine(index, former);
      this.guardMachines();
      await this.boot(this.machines[index]);
    }
  }

  /** @param former the machine of the node's instance before, whose address and data volume outlive it */
  private makeMachine(index: number, former?: Machine): Machine {
    const instance = this.nodeResources('aws_instance').find(({ tags }) => Number(tags.QdrantNode) === index);
    const address = this.nodeResources('aws_network_interface')[index].private_ip;
    const folder = join(this.folder, instance.id);
    mkdirSync(folder);
    return new Machine({
      instanceId: instance.id,
      member: former?.member ?? this.vpc.join(`node-${index}`, address),
      userData: Buffer.from(instance.user_data_base64, 'base64'),
      hosts: this.hosts,
      folder,
      dataVolume: former?.dataVolume,
    });
  }

  /** Tells everybody another name, as the private zone does. */
  private announce(name: string): void {
    this.hosts += `\n${name}`;
    for (const { namespace } of [this.allowed, this.refused]) appendFileSync(`/etc/netns/${namespace}/hosts`, `${name}\n`);
    for (const machine of this.machines) machine.run(`for file in ${HOSTS_FILES}; do echo '${name}' >>"$file"; done`);
  }

  /** What Terraform has made of a type for each node, in the order of the nodes. */
  private nodeResources(type: string): any[] {
    return this.terraform.resources(type).sort((a, b) => Number(a.tags.QdrantNode) - Number(b.tags.QdrantNode));
  }

  private guardMachines(): void {
    const rules = new SecurityRules(
      this.terraform.resources('aws_vpc_security_group_ingress_rule'),
      this.terraform.resources('aws_vpc_security_group_egress_rule'),
      this.machines.map(({ member }) => member.address),
    );
    for (const { member } of this.machines) this.vpc.guard(member, rules.toNftables());
  }

  private async traffic(happening: () => Promise<void>, options: TrafficOptions): Promise<Counts> {
    const nodes = options.nodes ?? this.machines.length;
    const traffic = await Traffic.start(this, nodes, { collection: `traffic-${++this.traffics}`, ...options });
    try {
      // What is seen before and after it happens belongs to it.
      await pause(2);
      await happening();
      await pause(2);
      return await traffic.stop();
    } finally {
      traffic.kill();
    }
  }

  private async serve(...program: string[]): Promise<void> {
    this.services.push(await startService(this.vpc.prefix, program, { METADATA_DELAY: this.file('metadata-delay') }));
  }
}
