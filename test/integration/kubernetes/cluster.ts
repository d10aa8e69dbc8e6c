import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubernetes } from '../../../lib';
import { KubernetesObject, objectOf } from '../../support/kubernetes/objects';
import { minimal, synthKubernetes } from '../../support/kubernetes/synth';
import { restrictedNamespace } from '../../support/kubernetes/everything';
import { python, ROOT, run } from '../../support/programs';
import { IMAGES } from './images';
import { Machine } from './machine';
import { ON_CONTROL, RealKubernetes } from './kubernetes';

type Options = Partial<kubernetes.QdrantClusterProps>;

const NAME = 'vectors';
const NAMESPACE = 'search';
const TURN_SECONDS = 12;
/** What the tests' evaluation of Terraform gives as the time when a cluster was first applied. */
const FOUNDED = '2026-01-01T00:00:00Z';

/** Who asks, by the names of their pods: the namespace, and the value of the label `app`. */
export const CLIENTS: { [name: string]: [string, string] } = {
  allowed: ['apps', 'search'],
  other: ['apps', 'other'],
  elsewhere: ['elsewhere', 'search'],
  neighbor: [NAMESPACE, 'search'],
};

/** What a client counted: see traffic.js. */
export interface Counts {
  readonly requests: number;
  readonly retried: number;
  readonly failed: number;
  readonly lost: number;
  readonly longestGapSeconds: number;
  readonly notReadyAtOnce: number;
}

/** A cluster of the library's, on a real Kubernetes. */
export class RealCluster {
  public static async start(real: RealKubernetes, options: Options): Promise<RealCluster> {
    const cluster = new RealCluster(real);
    run(python(), [join(ROOT, 'test/support/certificates.py'), real.folder, ...cluster.hosts, cluster.serviceHost]);
    await cluster.apply(options);
    await cluster.startClients();
    return cluster;
  }

  public readonly adminKey = 'a'.repeat(40);
  public readonly readOnlyKey = 'r'.repeat(40);
  public readonly namespace = NAMESPACE;
  public nodeCount = 3;
  public foundedAt = new Date().toISOString().replace(/\.\d+/, '');
  private traffics = 0;

  private constructor(private readonly real: RealKubernetes) {}

  public get hosts(): string[] {
    return Array.from({ length: this.nodeCount }, (_, index) => this.host(index));
  }

  public host(index: number): string {
    return `${NAME}-${index}.${NAME}-peers.${NAMESPACE}.svc.cluster.local`;
  }

  public get serviceHost(): string {
    return `${NAME}.${NAMESPACE}.svc.cluster.local`;
  }

  public pod(index: number): string {
    return `${NAME}-${index}`;
  }

  public get pods(): string[] {
    return Array.from({ length: this.nodeCount }, (_, index) => this.pod(index));
  }

  /** Synthesizes the cluster, changed or not, and applies it. */
  public async apply(options: Options): Promise<void> {
    const { objects } = synthKubernetes((stack) => {
      restrictedNamespace(stack, NAMESPACE);
      const cluster = new kubernetes.QdrantCluster(stack, 'Cluster', {
        ...minimal,
        namespace: NAMESPACE,
        clusterName: NAME,
        resources: { memory: '512Mi', cpu: '100m' },
        dataVolume: { size: '1Gi', storageClassName: 'storage' },
        snapshotVolume: { size: '1Gi', storageClassName: 'snapshots' },
        image: IMAGES.server,
        guardImage: IMAGES.guard,
        apiKeys: kubernetes.ApiKeys.fromSecrets({
          admin: kubernetes.Secret.fromName('key-1'),
          readOnly: kubernetes.Secret.fromName('key-read'),
        }),
        tls: kubernetes.Tls.fromSecret('nodes-tls'),
        clientVerification: kubernetes.ClientVerification.required(kubernetes.CaBundle.fromConfigMap('client-ca')),
        metricsPort: 9153,
        ...options,
      });
      const search = kubernetes.Peer.pods({ labels: { app: 'search' }, namespace: 'apps' });
      cluster.connections.allowRestFrom(search);
      cluster.connections.allowGrpcFrom(search);
    });
    const isNamespace = ({ kind }: KubernetesObject) => kind === 'Namespace';
    const isStatefulSet = ({ kind }: KubernetesObject) => kind === 'StatefulSet';
    this.nodeCount = objectOf(objects, 'StatefulSet').spec.replicas;
    await this.real.applyAll(objects.filter(isNamespace));
    await this.real.applyAll(this.given());
    const rest = objects.filter((object) => !isNamespace(object) && !isStatefulSet(object));
    const dated = JSON.stringify([...rest, ...objects.filter(isStatefulSet)]).replaceAll(FOUNDED, this.foundedAt);
    // Turns shorter than users may have them, as the stand-in is quick.
    const hastened = dated.replace(/"turn-seconds":"\d+"/, `"turn-seconds":"${TURN_SECONDS}"`);
    await this.real.applyAll(JSON.parse(hastened).filter(({ kind }: KubernetesObject) => kind !== 'Job'));
  }

  public async isReady(index: number): Promise<boolean> {
    const { conditions } = (await this.get(index))?.status ?? {};
    return Boolean(conditions?.some(({ type, status }: any) => type === 'Ready' && status === 'True'));
  }

  public get(index: number): Promise<any> {
    return this.real.get('Pod', this.pod(index), NAMESPACE);
  }

  /** Waits until all nodes are ready, and gives the seconds. */
  public untilReady(seconds = 120, nodes = this.pods.map((_, index) => index)): Promise<number> {
    return this.real.until(`the nodes ${nodes} are ready`, seconds, async () => {
      return (await Promise.all(nodes.map((index) => this.isReady(index)))).every(Boolean);
    });
  }

  /** The machine that a node is on. */
  public async machineOf(index: number): Promise<Machine> {
    const { nodeName } = (await this.get(index)).spec;
    return this.real.workers.find(({ name }) => name === nodeName)!;
  }

  /** What a container of a node has written. */
  public log(index: number, container = 'qdrant', previous = false): string {
    const which = previous ? ['--previous'] : [];
    return this.real.tryKubectl('--namespace', NAMESPACE, 'logs', this.pod(index), '--container', container, ...which).output;
  }

  /** Runs a script in a container of a node. */
  public exec(index: number, script: string, container = 'qdrant'): { code: number; output: string } {
    const command = ['exec', this.pod(index), '--container', container, '--', 'bash', '-c', script];
    return this.real.tryKubectl('--namespace', NAMESPACE, ...command);
  }

  /** What of some addresses and ports a client can connect to. */
  public open(client: string, addresses: string[]): string[] {
    const [namespace] = CLIENTS[client];
    const command = ['exec', client, '--', '/client/node', '/client/client.js', ...addresses];
    const lines = this.real
      .kubectl('--namespace', namespace, ...command)
      .trim()
      .split('\n');
    return lines.filter((line) => line.endsWith(' open')).map((line) => line.split(' ')[0]);
  }

  /** The answer of a node to a client that it lets in: the status, and what was said. */
  public rest(index: number, path: string, method = 'GET', body?: unknown): { status: number; body: any } {
    const request = JSON.stringify({ host: this.host(index), path, method, body });
    const output = this.real.kubectl(
      ...['--namespace', 'apps', 'exec', 'allowed', '--', '/client/node', '/client/client.js', '--rest', request],
    );
    return JSON.parse(output);
  }

  /** Deletes a pod, and tells how each of its containers ended. */
  public async stopPod(index: number): Promise<{ [container: string]: { code: number; log: string } }> {
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${this.pod(index)}`;
    const merge = 'application/merge-patch+json';
    // What is kept like this stays to be looked at; what its containers have written does not.
    await this.real.call('PATCH', path, { metadata: { finalizers: ['tests/looked-at'] } }, merge);
    const containers: string[] = (await this.get(index)).spec.containers.map(({ name }: any) => name);
    const logs = containers.map((container) => this.follow(index, container));
    await this.real.call('DELETE', path);
    const states = async () => (await this.get(index)).status.containerStatuses;
    await this.real.until(`${this.pod(index)} ends`, 120, async () =>
      (await states()).every(({ state }: any) => state.terminated),
    );
    const codes = await states();
    await this.real.call('PATCH', path, { metadata: { finalizers: null } }, merge);
    const ended = await Promise.all(
      containers.map(async (container, at) => {
        const { exitCode: code } = codes.find(({ name }: any) => name === container).state.terminated;
        return [container, { code, log: await logs[at] }];
      }),
    );
    return Object.fromEntries(ended);
  }

  /** All that a container writes until it ends. */
  private follow(index: number, container: string): Promise<string> {
    const command = ['--namespace', NAMESPACE, 'logs', '--follow', this.pod(index), '--container', container];
    const process = this.real.spawnKubectl(...command);
    let text = '';
    process.stdout!.on('data', (part) => (text += part));
    return new Promise((resolve) => process.once('close', () => resolve(text)));
  }

  /**
   * What a client sees that writes and reads while something happens; printed as a line too.
   *
   * @param knowsAddresses whether it asks nobody for them
   */
  public async traffic(
    what: string,
    happening: () => Promise<number | void>,
    { knowsAddresses = false } = {},
  ): Promise<Counts> {
    const name = `traffic-${++this.traffics}`;
    const command = ['/client/node', '/client/traffic.js', '/client/files', ...this.hosts];
    const pods = knowsAddresses ? await Promise.all(this.hosts.map((_, index) => this.get(index))) : [];
    const hostAliases = pods.map(({ status }, index) => ({ ip: status.podIP, hostnames: [this.host(index)] }));
    const pod = clientPod(name, 'apps', 'search', command);
    await this.real.applyAll([{ ...pod, spec: { ...pod.spec, hostAliases } }]);
    const kubectl = (...args: string[]) => this.real.tryKubectl('--namespace', 'apps', ...args).output;
    await this.real.until(`${name} has started`, 60, async () => kubectl('logs', name).includes('started'));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const seconds = await happening();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    kubectl('exec', name, '--', 'bash', '-c', 'kill -TERM 1');
    await this.real.until(`${name} has counted`, 240, async () => kubectl('logs', name).includes('"requests"'));
    const counts = JSON.parse(
      kubectl('logs', name)
        .split('\n')
        .find((line) => line.startsWith('{'))!,
    );
    kubectl('delete', 'pod', name, '--wait=false', '--grace-period=0');
    const recovery = typeof seconds === 'number' ? `recovery ${seconds} s, ` : '';
    process.stderr.write(`${what}: ${recovery}${JSON.stringify(counts)}\n`);
    return counts;
  }

  /** Forgets the cluster, and all that it has stored. */
  public async remove(): Promise<void> {
    const namespaces = [NAMESPACE, ...Object.values(CLIENTS).map(([namespace]) => namespace)];
    for (const name of new Set(namespaces))
      this.real.kubectl('delete', 'namespace', name, '--wait=false', '--ignore-not-found');
    this.real.tryKubectl('--namespace', NAMESPACE, 'delete', 'pods', '--all', '--force', '--grace-period=0');
    await this.real.until('its namespaces are gone', 120, async () => {
      const found = await Promise.all(namespaces.map((name) => this.real.get('Namespace', name)));
      return found.every((namespace) => namespace === undefined);
    });
    await this.real.freeVolumes();
  }

  /** What the user of the library brings. */
  private given(): KubernetesObject[] {
    const key = (name: string, value: string) => secret(name, NAMESPACE, { 'api-key': value });
    const tls = {
      'tls.crt': this.read('nodes.pem'),
      'tls.key': this.read('nodes-key.pem'),
      'ca.crt': this.read('nodes-ca.pem'),
    };
    return [
      key('key-1', this.adminKey),
      key('key-read', this.readOnlyKey),
      secret('nodes-tls', NAMESPACE, tls),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'client-ca', namespace: NAMESPACE },
        data: { 'ca.crt': this.read('client-ca.pem') },
      },
    ];
  }

  /** Pods that ask, each with what a client of the cluster has. */
  private async startClients(): Promise<void> {
    const files = {
      'ca.pem': this.read('nodes-ca.pem'),
      'client.pem': this.read('client.pem'),
      'client-key.pem': this.read('client-key.pem'),
      key: this.adminKey,
    };
    const namespaces = [...new Set(Object.values(CLIENTS).map(([namespace]) => namespace))];
    for (const name of namespaces.filter((one) => one !== NAMESPACE)) {
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      await this.real.applyAll([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }]);
    }
    await this.real.applyAll(namespaces.map((namespace) => secret('client', namespace, files)));
    await this.real.until('every namespace has its service account', 30, async () => {
      const accounts = namespaces.map((namespace) => this.real.get('ServiceAccount', 'default', namespace));
      return (await Promise.all(accounts)).every(Boolean);
    });
    const sleep = ['/usr/bin/sleep', 'infinity'];
    const pods = Object.entries(CLIENTS).map(([name, [namespace, app]]) => clientPod(name, namespace, app, sleep));
    await this.real.applyAll(pods);
    for (const [name, [namespace]] of Object.entries(CLIENTS)) {
      await this.real.until(`the client ${name} runs`, 60, async () => {
        return (await this.real.get('Pod', name, namespace)).status.phase === 'Running';
      });
    }
  }

  private read(name: string): string {
    return readFileSync(this.real.file(name), 'utf8');
  }
}

function secret(name: string, namespace: string, stringData: { [key: string]: string }): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData };
}

function clientPod(name: string, namespace: string, app: string, command: string[]): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app } },
    spec: {
      ...ON_CONTROL,
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'client',
          image: IMAGES.client,
          command,
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: 'files', mountPath: '/client/files' }],
        },
      ],
      volumes: [{ name: 'files', secret: { secretName: 'client' } }],
    },
  };
}
