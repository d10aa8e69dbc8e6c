import { KubernetesObject } from '../../support/kubernetes/objects';
import { Counts } from '../../support/proof';
import { IMAGES } from './images';
import { ON_CONTROL } from './dns-server';
import { RealKubernetes } from './kubernetes';

/** Who asks, by the names of their pods: the namespace, and the value of the label `app`. */
export const CLIENTS: { [name: string]: [string, string] } = {
  allowed: ['apps', 'search'],
  other: ['apps', 'other'],
  elsewhere: ['elsewhere', 'search'],
  neighbor: ['search', 'search'],
};

/** What a client presents, and asks for. */
export interface Call {
  /** Whose pod it comes from. */
  readonly from?: string;
  readonly port?: number;
  /** The API key; null for none. */
  readonly key?: string | null;
  /** Which client certificate is presented; empty for none. */
  readonly client?: string;
  /** By which file the server is verified. */
  readonly ca?: string;
  readonly method?: string;
  readonly body?: unknown;
}

/** An answer of REST. */
export interface Answer {
  /** 0 where there was none. */
  readonly status: number;
  readonly body: any;
}

/** How a client writes and reads while something happens. */
export interface TrafficOptions {
  /** It goes on until it has made so many. */
  readonly minRequests?: number;
  /** Addresses by host names, for a client that asks nobody for them. */
  readonly addresses?: { [host: string]: string };
  readonly requestsPerSecond?: number;
  /** The nodes that it asks, by their numbers; all by default. */
  readonly nodes?: number[];
  /** How many copies there are of what it writes: where nodes are parted, one must be among the majority. */
  readonly replicationFactor?: number;
  /** Whether each node must give all that was written, rather than any. */
  readonly readFromAll?: boolean;
  /** How often it asks until it gives a request up: more often where nobody may answer for a while. */
  readonly attempts?: number;
}

/** Pods that ask a cluster, each with what its clients have: certificates and the key, in a Secret that follows them. */
export class Clients {
  private traffics = 0;

  public constructor(
    private readonly real: RealKubernetes,
    /** The files that a client has, by name. */
    private readonly files: () => { [name: string]: string },
  ) {}

  /** Names of the namespaces that clients are in. */
  public get namespaces(): string[] {
    return [...new Set(Object.values(CLIENTS).map(([namespace]) => namespace))];
  }

  public async start(): Promise<void> {
    for (const name of this.namespaces.filter((one) => one !== 'search')) {
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      await this.real.applyAll([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }]);
    }
    await this.update();
    await this.real.until('every namespace has its service account', 30, async () => {
      const accounts = this.namespaces.map((namespace) => this.real.get('ServiceAccount', 'default', namespace));
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

  /** Gives clients what they have now: the kubelet brings it to them some seconds later. */
  public async update(): Promise<void> {
    const stringData = this.files();
    const secrets = this.namespaces.map((namespace) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'client', namespace },
      stringData,
    }));
    await this.real.applyAll(secrets);
  }

  /** What of some addresses and ports a client can connect to. */
  public open(client: string, addresses: string[]): string[] {
    const lines = this.run(client, ...addresses)
      .trim()
      .split('\n');
    return lines.filter((line) => line.endsWith(' open')).map((line) => line.split(' ')[0]);
  }

  /** The answer of REST. */
  public rest(host: string, path: string, call: Call): Answer {
    return this.restOfAll([host], path, call)[0];
  }

  /** The answers of several hosts, which are asked at once. */
  public restOfAll(hosts: string[], path: string, { from = 'allowed', ...call }: Call): Answer[] {
    const requests = hosts.map((host) => JSON.stringify({ ...this.requestOf(host, 6333, call), path }));
    const lines = this.run(from, '--rest', ...requests).trim();
    return lines.split('\n').map((line) => JSON.parse(line));
  }

  /** The status of a call of gRPC that lists collections. */
  public grpc(host: string, { from = 'allowed', ...call }: Call): string {
    return this.run(from, '--grpc', JSON.stringify(this.requestOf(host, 6334, call))).trim();
  }

  /** What a client counts that writes and reads while something happens. */
  public async traffic(hosts: string[], happening: () => Promise<void>, options: TrafficOptions = {}): Promise<Counts> {
    const name = `traffic-${++this.traffics}`;
    const kubectl = (...args: string[]) => this.real.tryKubectl('--namespace', 'apps', ...args).output;
    const pod = clientPod(name, 'apps', 'search', ['/client/node', '/client/traffic.js', '/client/files', ...hosts]);
    const { minRequests = 0, requestsPerSecond = 120, addresses = {}, replicationFactor = 2, attempts = 12 } = options;
    pod.spec.containers[0].env = Object.entries({
      COLLECTION: name,
      MIN_REQUESTS: minRequests,
      REQUESTS_PER_SECOND: requestsPerSecond,
      REPLICATION_FACTOR: replicationFactor,
      READ_FROM_ALL: options.readFromAll ? 'yes' : '',
      ATTEMPTS: attempts,
    }).map(([variable, value]) => ({ name: variable, value: String(value) }));
    pod.spec.hostAliases = Object.entries(addresses).map(([host, ip]) => ({ ip, hostnames: [host] }));
    await this.real.applyAll([pod]);
    await this.real.until(`${name} has started`, 60, async () => kubectl('logs', name).includes('started'));
    // What is seen before it happens belongs to it.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    try {
      await happening();
      await new Promise((resolve) => setTimeout(resolve, 2000));
    } finally {
      kubectl('exec', name, '--', 'bash', '-c', 'kill -TERM 1');
    }
    await this.real.until(`${name} has counted`, 300, async () => kubectl('logs', name).includes('"requests"'));
    const [line] = kubectl('logs', name).match(/^\{.*$/m)!;
    kubectl('delete', 'pod', name, '--wait=false', '--grace-period=0');
    return JSON.parse(line);
  }

  private requestOf(host: string, port: number, call: Call): object {
    const { client = 'client', ca = 'ca.pem', key = this.files().key } = call;
    return { ...call, host, port: call.port ?? port, client, ca, key: key ?? undefined };
  }

  private run(client: string, ...args: string[]): string {
    const [namespace] = CLIENTS[client];
    const command = ['exec', client, '--', '/client/node', '/client/client.js', ...args];
    return this.real.kubectl('--namespace', namespace, ...command);
  }
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
