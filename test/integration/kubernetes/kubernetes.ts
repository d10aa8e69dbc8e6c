import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bridge } from '../../support/network/bridge';
import { reserve } from '../../support/network/reserve';
import { ApiClient } from '../../support/kubernetes/client';
import { KubernetesObject } from '../../support/kubernetes/objects';
import { findProgram, run } from '../../support/programs';
import { makeImages } from './images';
import { Machine } from './machine';
import { CONTROL_LABEL, dnsServer } from './dns-server';
import { CONTROL_ADDRESS, controlPlane, podRange, worker } from './services';

/** What its namespaces are called by: another run of the tests waits until this one is over. */
const NETWORK = 'qdrantk8s';
const TOKEN = 'the-token-of-the-tests';

/** What each machine but that of the control plane has for claims, by the name of their storage class. */
export const VOLUMES = { storage: '2G', snapshots: '1G' };

/**
 * A real Kubernetes on one machine: a control plane, and machines with a kubelet, a container runtime, a proxy for services and an enforcer of
 * network policies each. Machines are namespaces of the kernel on a network of their own, that nothing outside of it reaches.
 */
export class RealKubernetes extends ApiClient {
  /** What it needs, to be named where it is skipped. */
  public static readonly PROGRAMS = [
    ...[
      'root',
      'ip',
      'nsenter',
      'unshare',
      'openssl',
      'nginx',
      'etcd',
      'containerd',
      'runc',
      'ctr',
      'nft',
      'iptables',
      'ipset',
    ],
    ...['conntrack', 'dpkg', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubelet', 'kubectl'],
    ...['coredns', 'kube-router'],
    'mkfs.ext4',
    { name: 'loop devices', isThere: () => existsSync('/dev/loop-control') },
    { name: 'CNI plugins', isThere: () => existsSync('/usr/lib/cni/ptp') },
  ];

  /** Boots a cluster with so many machines besides that of the control plane. */
  public static async start(workers: number): Promise<RealKubernetes> {
    const reservation = await reserve(NETWORK);
    const kubernetes = new RealKubernetes(workers, reservation);
    try {
      await kubernetes.boot();
    } catch (error) {
      const logs = kubernetes.machines.map((machine) => machine.logs).join('\n');
      kubernetes.stop();
      throw new Error(`${error}\n${logs}`);
    }
    return kubernetes;
  }

  public readonly folder = join(tmpdir(), 'qdrant-kubernetes');
  public readonly control: Machine;
  public readonly workers: Machine[];
  protected readonly token = TOKEN;
  private readonly bridge: Bridge;
  private forward?: ChildProcess;

  private constructor(
    workers: number,
    private readonly reservation: ChildProcess,
  ) {
    super();
    // Takes down a run that was cut off, too.
    this.bridge = new Bridge(NETWORK);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder);
    const machine = (name: string, index: number) => new Machine(this.bridge.join(name, `10.0.0.${10 + index}`), this.folder);
    this.control = machine('control', 0);
    this.workers = Array.from({ length: workers }, (_, index) => machine(`machine-${index}`, index + 1));
  }

  public get machines(): Machine[] {
    return [this.control, ...this.workers];
  }

  public file(name: string): string {
    return join(this.folder, name);
  }

  protected get place(): RequestOptions {
    const host = 'kubernetes.default.svc';
    return { socketPath: this.file('api.sock'), host, servername: host, agent: false } as RequestOptions;
  }

  protected get authorityFile(): string {
    return this.file('apiserver.crt');
  }

  /** Runs kubectl, and gives what it prints. */
  public kubectl(...args: string[]): string {
    return this.control.run(findProgram('kubectl')!, ['--kubeconfig', this.file('kubeconfig'), ...args]);
  }

  public tryKubectl(...args: string[]): { code: number; output: string } {
    return this.control.try(findProgram('kubectl')!, ['--kubeconfig', this.file('kubeconfig'), ...args]);
  }

  public spawnKubectl(...args: string[]): ChildProcess {
    return this.control.spawn(findProgram('kubectl')!, ['--kubeconfig', this.file('kubeconfig'), ...args]);
  }

  /** Applies objects, and throws where one is refused. */
  public async applyAll(objects: KubernetesObject[]): Promise<void> {
    for (const object of objects) {
      const { status, body } = await this.apply(object);
      if (status >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${status} ${body.message ?? body}`);
    }
  }

  public async get(kind: string, name: string, namespace?: string, apiVersion = 'v1'): Promise<any> {
    const { body, status } = await this.call('GET', `${this.pathOf({ apiVersion, kind, metadata: { namespace } })}/${name}`);
    return status === 200 ? body : undefined;
  }

  public async until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<number> {
    const start = Date.now();
    while (Date.now() - start < seconds * 1000) {
      if (await holds().catch(() => false)) return Math.round((Date.now() - start) / 100) / 10;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`not within ${seconds} s: ${what}`);
  }

  /** Starts a machine again whose power was taken away. */
  public startMachine(machine: Machine): void {
    const services = worker(machine, this.machines.indexOf(machine), this.file('kubeconfig'));
    if (machine === this.control) machine.start({ ...controlPlane(machine, this.folder), ...services });
    else machine.start(services, VOLUMES);
  }

  /** Tells the API of a machine. */
  public applyNode(machine: Machine): Promise<void> {
    return this.applyAll([nodeOf(machine, this.machines.indexOf(machine), machine === this.control)]);
  }

  /** Empties the volumes of machines, and lets other claims have them. */
  public async freeVolumes(machines = this.workers): Promise<void> {
    for (const machine of machines) {
      for (const name of Object.keys(VOLUMES)) {
        const path = `/api/v1/persistentvolumes/${name}-${machine.name}`;
        await this.call('PATCH', path, { spec: { claimRef: null } }, 'application/merge-patch+json');
        machine.loseVolume(name);
      }
    }
  }

  public stop(): void {
    this.forward?.kill('SIGKILL');
    this.machines.forEach((machine) => machine.end());
    this.bridge.remove();
    // What the kernel still ends.
    spawnSync('sleep', ['1']);
    this.machines.forEach((machine) => machine.forget());
    rmSync(this.folder, { recursive: true, force: true });
    this.reservation.kill();
  }

  private async boot(): Promise<void> {
    this.writeCredentials();
    this.connectPods();
    this.machines.forEach((machine) => this.startMachine(machine));
    const namespace = `/run/netns/${this.control.member.namespace}`;
    const forward = [process.execPath, join(__dirname, 'forward.js'), this.file('api.sock'), CONTROL_ADDRESS, '6443'];
    this.forward = spawn('nsenter', [`--net=${namespace}`, ...forward], { stdio: 'ignore' });
    makeImages(this.file('images'), this.file('images.tar'));
    await this.until('the API is ready', 120, async () => (await this.call('GET', '/readyz')).status === 200);
    for (const machine of this.machines) await this.applyNode(machine);
    await this.importImages();
    await this.until('every machine is ready', 120, async () => {
      const nodes = (await this.call('GET', '/api/v1/nodes')).body.items;
      return nodes.every(({ status }: any) =>
        status.conditions?.some(({ type, status: is }: any) => type === 'Ready' && is === 'True'),
      );
    });
    await this.applyAll(this.workers.flatMap((machine) => volumesOf(machine)));
    await this.applyAll(dnsServer());
    await this.until('names are answered', 120, async () => {
      const deployment = await this.get('Deployment', 'coredns', 'kube-system', 'apps/v1');
      return deployment.status.readyReplicas === 1;
    });
  }

  private writeCredentials(): void {
    run('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', this.file('service-accounts.pem')]);
    writeFileSync(this.file('tokens.csv'), `${TOKEN},tester,tester,system:masters\n`);
    const kubeconfig = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'tests',
      contexts: [{ name: 'tests', context: { cluster: 'tests', user: 'tester' } }],
      users: [{ name: 'tester', user: { token: TOKEN } }],
      // Who serves it is told from its address: no other machine has that in these namespaces.
      clusters: [{ name: 'tests', cluster: { server: `https://${CONTROL_ADDRESS}:6443`, 'insecure-skip-tls-verify': true } }],
    };
    writeFileSync(this.file('kubeconfig'), JSON.stringify(kubeconfig));
  }

  /** Each machine finds the pods of the others. */
  private connectPods(): void {
    for (const [here, { member }] of this.machines.entries()) {
      for (const [there, machine] of this.machines.entries()) {
        if (here === there) continue;
        run('ip', ['-n', member.namespace, 'route', 'add', podRange(there), 'via', machine.member.address]);
      }
    }
  }

  private async importImages(): Promise<void> {
    for (const machine of this.machines) {
      const address = ['--address', '/run/containerd/containerd.sock', '--namespace', 'k8s.io'];
      await this.until(`containerd of ${machine.name} answers`, 60, async () => {
        return machine.try('ctr', [...address, 'version']).code === 0;
      });
      machine.run('ctr', [...address, 'images', 'import', '--no-unpack', this.file('images.tar')]);
    }
  }
}

function nodeOf(machine: Machine, index: number, isControl: boolean): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: machine.name,
      labels: {
        'kubernetes.io/hostname': machine.name,
        'topology.kubernetes.io/zone': `zone-${index}`,
        ...(isControl && { [CONTROL_LABEL]: '' }),
      },
    },
    spec: {
      podCIDR: podRange(index),
      podCIDRs: [podRange(index)],
      ...(isControl && { taints: [{ key: CONTROL_LABEL, effect: 'NoSchedule' }] }),
    },
  };
}

/** A class and a volume for each disk of a machine. */
function volumesOf(machine: Machine): KubernetesObject[] {
  return Object.entries(VOLUMES).flatMap(([name, size]) => [
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${name}-${machine.name}` },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: `${size}i` },
        local: { path: machine.volume(name) },
        storageClassName: name,
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [machine.name] }] },
            ],
          },
        },
      },
    },
  ]);
}
