import { ChildProcess, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetes } from '../../../lib';
import { ClusterClient } from '../../support/cluster-client';
import { Endpoint, mayReach } from '../../support/kubernetes/network-policies';
import { KubernetesObject, objectOf } from '../../support/kubernetes/objects';
import { minimal, synthCluster } from '../../support/kubernetes/synth';
import { Bridge, denyAllBut, Member } from '../../support/network/bridge';
import { removeLeftovers } from '../../support/leftovers';
import { reserve } from '../../support/network/reserve';
import { python, ROOT, run } from '../../support/programs';
import { until } from '../../support/until';
import { makeServerImage, REAL_SERVER } from '../../support/server-image';
import { Pod, Store } from './pod';

/** What the harness needs. */
export const HARNESS = 'root ip nft nginx openssl curl nsenter unshare setpriv'.split(' ');

/** How long it may take to make a cluster, in milliseconds: another run of the tests may have its name for as long as it takes. */
export const SETUP_TIMEOUT = 1800000;

/** Keys with every character that a file of settings may stumble over. */
export const [ADMIN_KEY, NEXT_ADMIN_KEY, READ_ONLY_KEY] = ['1', '2', 'r'].map((character) =>
  `${character}'"\\:#`.padEnd(40, character),
);

type Options = Partial<kubernetes.QdrantClusterProps>;

const NAME = 'vectors';
const PORTS = [6333, 6334, 6335, 6336, 6337, 6338, 9153];
/** Turns as short as the stand-in is quick. */
const TURN_SECONDS = 8;
/** Of pods in a namespace that the cluster lets in, and of others. */
const CLIENTS: { [name: string]: Endpoint } = {
  allowed: { address: Bridge.ALLOWED, namespace: 'apps', labels: { app: 'search' } },
  refused: { address: Bridge.REFUSED, namespace: 'apps', labels: { app: 'other' } },
};

/** What the paths of the folders of clusters of a name begin with. */
const foldersOf = (name: string) => join(tmpdir(), `qdrant-pods-${name}`);

/**
 * A cluster whose pods run: the synthesized template's containers as processes on a network of this machine, behind the synthesized
 * NetworkPolicies. What the controller of the StatefulSet and the kubelet do is done here.
 */
export class PodCluster extends ClusterClient {
  public readonly folder: string;
  public readonly store: Store & { configMaps: any; secrets: any } = { secrets: {}, configMaps: {} };
  public pods: Pod[] = [];
  /** When Terraform made the cluster; read when it is synthesized. */
  public foundingTime = new Date();
  public allowed!: Member;
  public refused!: Member;
  private objects: KubernetesObject[] = [];

  private constructor(
    name: string,
    private readonly bridge: Bridge,
    private readonly reservation: ChildProcess,
  ) {
    super();
    this.folder = mkdtempSync(`${foldersOf(name)}-`);
  }

  /** @param name what its network is called: where another run of the tests has one of that name, this waits for its end */
  public static async start(name: string, options: Options = {}): Promise<PodCluster> {
    const reservation = await reserve(name);
    removeLeftovers(`${foldersOf(name)}-`);
    const cluster = new PodCluster(name, new Bridge(name), reservation);
    run('mount', ['-t', 'tmpfs', 'tmpfs', cluster.folder]);
    const hosts = [0, 1, 2].map((index) => cluster.host(index));
    run(python(), [join(ROOT, 'test/support/certificates.py'), cluster.folder, ...hosts]);
    makeServerImage(cluster.folder);
    // Where the settings are mounted.
    writeFileSync(cluster.file('image/qdrant/config/local.yaml'), '');
    cluster.store.secrets['nodes-tls'] = cluster.certificate('nodes');
    cluster.store.configMaps['client-ca'] = { 'ca.crt': cluster.read('client-ca.pem') };
    writeFileSync(cluster.file('ca.pem'), cluster.read('nodes-ca.pem'));
    writeFileSync(cluster.file('key'), ADMIN_KEY);
    Object.assign(cluster.store.secrets, {
      'key-1': { 'api-key': ADMIN_KEY },
      'key-read': { 'api-key': `${READ_ONLY_KEY}\n` },
    });
    cluster.synth(options);
    cluster.makePods();
    return cluster;
  }

  /** A cluster whose pods are ready. */
  public static async started(name: string, options: Options = {}): Promise<PodCluster> {
    const cluster = await PodCluster.start(name, options);
    cluster.startAll();
    await cluster.untilReady(90);
    return cluster;
  }

  /** Synthesizes the cluster, changed or not. The pods are as they were until they are rolled. */
  public synth(options: Options): void {
    const { objects } = synthCluster(
      {
        ...minimal,
        clusterName: NAME,
        apiKeys: kubernetes.ApiKeys.fromSecrets({
          admin: kubernetes.Secret.fromName('key-1'),
          readOnly: kubernetes.Secret.fromName('key-read'),
        }),
        tls: kubernetes.Tls.fromSecret('nodes-tls'),
        clientVerification: kubernetes.ClientVerification.required(kubernetes.CaBundle.fromConfigMap('client-ca')),
        metricsPort: 9153,
        ...options,
      },
      ({ connections }) => {
        const search = kubernetes.Peer.pods({ labels: { app: 'search' }, namespace: 'apps' });
        connections.allowRestFrom(search);
        connections.allowGrpcFrom(search);
      },
    );
    this.objects = objects;
    for (const { metadata, data } of objects.filter(({ kind }) => kind === 'ConfigMap')) {
      this.store.configMaps[metadata.name] = data;
    }
    Object.assign(this.store.configMaps[`${NAME}-cluster`], {
      'turn-seconds': String(TURN_SECONDS),
      'founding-time': this.foundingTime.toISOString(),
    });
  }

  public host(index: number): string {
    return `${NAME}-${index}.${NAME}-peers.search.svc.cluster.local`;
  }

  public address(index: number): string {
    return `10.0.0.${10 + index}`;
  }

  public read(file: string): string {
    return readFileSync(this.file(file), 'utf8');
  }

  /** The Secret of a certificate of the test's. */
  public certificate(name: string, ca = 'nodes-ca.pem'): { [key: string]: string } {
    return { 'tls.crt': this.read(`${name}.pem`), 'tls.key': this.read(`${name}-key.pem`), 'ca.crt': this.read(ca) };
  }

  /** Cuts a pod off from all others, or lets it be reached again. */
  public cutOff(pod: Pod, isCut = true): void {
    this.bridge.guard(pod.member, isCut ? denyAllBut([], []) : this.rulesOf(this.pods.indexOf(pod)));
  }

  public startAll(): void {
    this.pods.forEach((pod) => this.startPod(pod));
  }

  public startPod(pod: Pod): void {
    pod.start(objectOf(this.objects, 'StatefulSet').spec.template, this.store);
  }

  /** Brings the mounted files up to date, in every pod after another time. */
  public async updateFiles(): Promise<void> {
    for (const pod of [...this.pods].reverse()) {
      pod.update(this.store);
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
  }

  /** Updates the pods as a StatefulSet does: from the last to the first, each once the one before it is ready. */
  public async roll(): Promise<void> {
    for (const pod of [...this.pods].reverse()) {
      await pod.stop();
      this.startPod(pod);
      await until(`${pod.member.name} is ready`, 60, () => pod.isReady);
    }
  }

  public async untilReady(seconds = 60, pods = this.pods): Promise<void> {
    for (const pod of pods) await until(`${pod.member.name} is ready`, seconds, () => pod.isReady);
  }

  /** The addresses of the peers that a node knows. */
  public peers(node: number, key = ADMIN_KEY): string[] {
    const { peers } = JSON.parse(this.rest('/cluster', { node, key }).body).result;
    return Object.values<any>(peers).map(({ uri }) => uri);
  }

  /** The serial number of the certificate on a port of a pod, as the pod itself sees it. */
  public serial(pod: Pod, port: number): string {
    const client = '-cert /run/qdrant/current/tls/cert.pem -key /run/qdrant/current/tls/key.pem';
    return pod.try(`openssl s_client -connect 127.0.0.1:${port} ${client} </dev/null 2>/dev/null | openssl x509 -noout -serial`)
      .output;
  }

  public async stop(): Promise<void> {
    for (const pod of this.pods) await pod.remove();
    this.bridge.remove();
    spawnSync('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
    this.reservation.kill();
  }

  private makePods(): void {
    const hosts = [0, 1, 2].map((index) => `${this.address(index)} ${this.host(index)}`).join('\n');
    this.allowed = this.bridge.joinClient('allowed', Bridge.ALLOWED, hosts);
    this.refused = this.bridge.joinClient('refused', Bridge.REFUSED, hosts);
    for (const index of [0, 1, 2]) {
      const member = this.bridge.join(`${NAME}-${index}`, this.address(index));
      this.bridge.guard(member, this.rulesOf(index));
      const folder = join(this.folder, member.name);
      mkdirSync(folder);
      // What the server's image sets; and who looks every second need not be waited for.
      const environment = {
        QDRANT_STAND_IN_TAG: 'v1.19.0',
        RUN_MODE: 'production',
        LOOK_SECONDS: '1',
        DRAIN_SECONDS: '2',
        LEAVE_SECONDS: '16',
      };
      this.pods.push(new Pod({ member, folder, server: join(this.folder, 'image/qdrant'), hosts, environment }));
    }
    if (REAL_SERVER === undefined) process.stderr.write('the pods run a stand-in for Qdrant: QDRANT_BIN names none\n');
  }

  /** What the NetworkPolicies mean for a pod, as rules of nftables. */
  private rulesOf(index: number): string {
    const policies = this.objects.filter(({ kind }) => kind === 'NetworkPolicy');
    const labels = objectOf(this.objects, 'StatefulSet').spec.template.metadata.labels;
    const pods = [0, 1, 2].map((one) => ({ address: this.address(one), namespace: 'search', labels }));
    const here = pods[index];
    const others = [...pods.filter((pod) => pod !== here), ...Object.values(CLIENTS)];
    const pairs = others.flatMap((there) => PORTS.map((port) => ({ there, port })));
    const rule = (side: string, there: Endpoint, port: number) => `ip ${side} ${there.address} tcp dport ${port}`;
    return denyAllBut(
      pairs
        .filter(({ there, port }) => mayReach(policies, there, here, port))
        .map(({ there, port }) => rule('saddr', there, port)),
      pairs
        .filter(({ there, port }) => mayReach(policies, here, there, port))
        .map(({ there, port }) => rule('daddr', there, port)),
    );
  }
}
