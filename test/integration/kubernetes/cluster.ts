import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubernetes } from '../../../lib';
import { KubernetesObject, objectOf } from '../../support/kubernetes/objects';
import { minimal, synthKubernetes } from '../../support/kubernetes/synth';
import { restrictedNamespace } from '../../support/kubernetes/everything';
import { python, ROOT, run } from '../../support/programs';
import { Counts } from '../../support/proof';
import { Witness } from '../../support/witness';
import { Applied } from './applied';
import { Answer, Call, Clients, TrafficOptions } from './clients';
import { Ends, endsOf } from './ends';
import { IMAGES } from './images';
import { Machine } from './machine';
import { RealKubernetes } from './kubernetes';

type Options = Partial<kubernetes.QdrantClusterProps>;

const NAME = 'vectors';
const NAMESPACE = 'search';
/** Shorter than users may have them. */
export const TURN_SECONDS = 8;
/** How long a pod that is to be stopped waits for its turn. */
const LEAVE_SECONDS = 30;
/** What the tests' evaluation of Terraform gives as the time when a cluster was first applied. */
const FOUNDED = '2026-01-01T00:00:00Z';
/** Keys with every character that a file of settings may stumble over. */
export const [ADMIN_KEY, NEXT_ADMIN_KEY, READ_ONLY_KEY] = ['1', '2', 'r'].map((character) =>
  `${character}'"\\:#`.padEnd(40, character),
);

/** A cluster of the library's, on a real Kubernetes. */
export class RealCluster {
  public static async start(real: RealKubernetes): Promise<RealCluster> {
    const cluster = new RealCluster(real);
    cluster.makeCertificates();
    cluster.bring();
    await cluster.apply();
    await cluster.clients.start();
    return cluster;
  }

  /** The Secrets and ConfigMaps that the user of the library brings, by their names; `update` brings them to Kubernetes. */
  public secrets: { [name: string]: { [key: string]: string } } = {};
  public configMaps: { [name: string]: { [key: string]: string } } = {};
  /** What clients verify the nodes by, and their key. */
  public clientCas = '';
  public clientKey = ADMIN_KEY;
  /** The certificate that clients present. */
  public clientCertificate = 'client';
  /** What else is said to the cluster when it is synthesized. */
  public allow: (cluster: kubernetes.QdrantCluster) => void = () => {};
  public nodeCount = 3;
  public foundedAt = new Date().toISOString().replace(/\.\d+/, '');
  public readonly clients: Clients;
  private readonly witness = new Witness<TrafficOptions>('Kubernetes', (happening, options) => {
    const hosts = (options.nodes ?? this.nodes).map((index) => this.host(index));
    return this.clients.traffic(hosts, happening, options);
  });
  private readonly applied: Applied;
  /** What it differs in from the cluster that tests begin with. */
  private changes: Options = {};

  private constructor(private readonly real: RealKubernetes) {
    this.applied = new Applied(real);
    this.clients = new Clients(real, () => this.clientFiles());
  }

  public get hosts(): string[] {
    return Array.from({ length: this.nodeCount }, (_, index) => this.host(index));
  }

  public get nodes(): number[] {
    return this.hosts.map((_, index) => index);
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

  // --- Changes ----------------------------------------------------------------------------------------------------------------

  /** Synthesizes the cluster with these options in place of those that it had, and applies it, as Terraform does. */
  public async apply(changes: Options = this.changes): Promise<void> {
    this.changes = changes;
    const { objects } = synthKubernetes((stack) => {
      restrictedNamespace(stack, NAMESPACE);
      const cluster = new kubernetes.QdrantCluster(stack, 'Cluster', { ...minimal, ...BASE, ...changes });
      const search = kubernetes.Peer.pods({ labels: { app: 'search' }, namespace: 'apps' });
      cluster.connections.allowRestFrom(search);
      cluster.connections.allowGrpcFrom(search);
      this.allow(cluster);
    });
    const isNamespace = ({ kind }: KubernetesObject) => kind === 'Namespace';
    const isStatefulSet = ({ kind }: KubernetesObject) => kind === 'StatefulSet';
    this.nodeCount = objectOf(objects, 'StatefulSet').spec.replicas;
    await this.real.applyAll(objects.filter(isNamespace));
    await this.update();
    const rest = objects.filter((object) => !isNamespace(object) && !isStatefulSet(object));
    const dated = JSON.stringify([...rest, ...objects.filter(isStatefulSet)]).replaceAll(FOUNDED, this.foundedAt);
    // Shorter than users may have them, as the stand-in is quick.
    const hastened = dated
      .replace(/"turn-seconds":"\d+"/, `"turn-seconds":"${TURN_SECONDS}"`)
      .replace('{"name":"LEAVE_SECONDS","value":"240"}', `{"name":"LEAVE_SECONDS","value":"${LEAVE_SECONDS}"}`);
    await this.applied.apply(JSON.parse(hastened).filter(({ kind }: KubernetesObject) => kind !== 'Job'));
    // What pods still use goes once they are of what was applied, see `rollOut`.
    await this.applied.deleteStale('NetworkPolicy');
  }

  /** Applies it to a node and those after it; the others stay as they are until the next time that it is applied. */
  public async applyFrom(first: number, changes: Options): Promise<void> {
    await this.apply(changes);
    const path = `/apis/apps/v1/namespaces/${NAMESPACE}/statefulsets/${NAME}`;
    const updateStrategy = { rollingUpdate: { partition: first } };
    await this.real.call('PATCH', path, { spec: { updateStrategy } }, 'application/merge-patch+json');
  }

  /** Applies it, and waits until every pod is of what was applied. */
  public async rollOut(changes: Options = this.changes): Promise<void> {
    await this.apply(changes);
    await this.untilRolledOut();
    await this.applied.deleteStale();
  }

  /** Waits until the controller has replaced every pod that is not of the newest template, and all are ready. */
  public async untilRolledOut(seconds = 600): Promise<void> {
    await this.real.until('every pod is of the newest template', seconds, async () => {
      const { status, metadata } = await this.real.get('StatefulSet', NAME, NAMESPACE, 'apps/v1');
      const { observedGeneration, updatedReplicas, availableReplicas, replicas } = status;
      return (
        observedGeneration === metadata.generation &&
        [updatedReplicas, availableReplicas, replicas].every((count) => count === this.nodeCount)
      );
    });
  }

  /** Brings the Secrets and ConfigMaps to Kubernetes, as another than Terraform does; the kubelet brings them to the pods. */
  public async update(): Promise<void> {
    const metadata = (name: string) => ({ name, namespace: NAMESPACE });
    await this.real.applyAll([
      ...Object.entries(this.secrets).map(([name, stringData]) => ({
        ...{ apiVersion: 'v1', kind: 'Secret', metadata: metadata(name) },
        stringData,
      })),
      ...Object.entries(this.configMaps).map(([name, data]) => ({
        ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(name) },
        data,
      })),
    ]);
  }

  /** The Secret of a certificate of the tests. */
  public certificate(name: string, ca = 'nodes-ca.pem'): { [key: string]: string } {
    return { 'tls.crt': this.read(`${name}.pem`), 'tls.key': this.read(`${name}-key.pem`), 'ca.crt': this.read(ca) };
  }

  /** Makes the certificate "nodes-brief", which ends soon. */
  public makeBriefCertificate(seconds: number): void {
    this.makeCertificates('--brief', String(seconds));
  }

  /** A file of the tests: a certificate, a key of one, a CA. */
  public read(name: string): string {
    return readFileSync(this.real.file(name), 'utf8');
  }

  // --- What a client sees of what happens --------------------------------------------------------------------------------------

  /** See `Witness`. */
  public change(what: string, happening: () => Promise<unknown>, options: TrafficOptions = {}): Promise<Counts> {
    return this.witness.change(what, happening, options);
  }

  /** See `Witness`. */
  public fault(what: string, happening: () => Promise<unknown>, options: TrafficOptions = {}): Promise<Counts> {
    return this.witness.fault(what, happening, options);
  }

  /** See `Witness`. */
  public outage(what: string, happening: () => Promise<unknown>, options: TrafficOptions = {}): Promise<Counts> {
    return this.witness.outage(what, happening, options);
  }

  // --- Nodes --------------------------------------------------------------------------------------------------------------------

  /** The pod of a node, or undefined while there is none. */
  public get(index: number): Promise<any> {
    return this.real.get('Pod', this.pod(index), NAMESPACE);
  }

  public async isReady(index: number): Promise<boolean> {
    const { conditions } = (await this.get(index))?.status ?? {};
    return Boolean(conditions?.some(({ type, status }: any) => type === 'Ready' && status === 'True'));
  }

  /** Waits until nodes are ready, and gives the seconds. */
  public untilReady(seconds = 120, nodes = this.nodes): Promise<number> {
    return this.real.until(`the nodes ${nodes} are ready`, seconds, async () => {
      return (await Promise.all(nodes.map((index) => this.isReady(index)))).every(Boolean);
    });
  }

  /** How often the container of a node was started again. */
  public async restarts(index: number, container = 'qdrant'): Promise<number> {
    return (await this.get(index)).status.containerStatuses.find(({ name }: any) => name === container).restartCount;
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

  /** The serial number of the certificate on a port of a node, as the pod itself sees it. */
  public serial(index: number, port: number): string {
    const client = '-cert /run/qdrant/current/tls/cert.pem -key /run/qdrant/current/tls/key.pem';
    return this.exec(
      index,
      `openssl s_client -connect 127.0.0.1:${port} ${client} </dev/null 2>/dev/null | openssl x509 -noout -serial`,
    ).output;
  }

  /** The answer of a node's REST to a client that it lets in, or to another. */
  public rest(index: number, path: string, call: Call = {}): Answer {
    return this.clients.rest(this.host(index), path, call);
  }

  /** The answers of nodes to a client that asks them at once. */
  public restOfAll(path: string, nodes = this.nodes): Answer[] {
    const hosts = nodes.map((index) => this.host(index));
    return this.clients.restOfAll(hosts, path, {});
  }

  /** The status of a call of a node's gRPC. */
  public grpc(index: number, call: Call = {}): string {
    return this.clients.grpc(this.host(index), call);
  }

  /** The addresses of the peers that a node knows, by their ids. */
  public peers(index: number): { [id: string]: string } {
    const { peers } = this.rest(index, '/cluster').body.result;
    return Object.fromEntries(Object.entries<any>(peers).map(([id, { uri }]) => [id, uri]));
  }

  /** Removes the peer that a node was, as an operator must when it has lost what it stored: Qdrant keeps its address for the shards that it had. */
  public removePeer(index: number, { through, force = true }: { through: number; force?: boolean }): void {
    const [id] = Object.entries(this.peers(through)).find(([, uri]) => uri.includes(this.host(index)))!;
    const { status, body } = this.rest(through, `/cluster/peer/${id}${force ? '?force=true' : ''}`, { method: 'DELETE' });
    if (status !== 200) throw new Error(`the peer ${id} was not removed: ${status} ${JSON.stringify(body)}`);
  }

  /** Deletes a pod, and tells how each of its containers ended. */
  public async stopPod(index: number, seconds = 120): Promise<Ends> {
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${this.pod(index)}`;
    const [ends] = await this.endsOf([index], () => this.real.call('DELETE', path), seconds);
    return ends;
  }

  /** How each container of some nodes ends, by what happens. */
  public endsOf(nodes: number[], happening: () => Promise<unknown>, seconds = 120): Promise<Ends[]> {
    const pods = nodes.map((index) => this.pod(index));
    return endsOf(this.real, { namespace: NAMESPACE, pods, seconds }, happening);
  }

  /** Ends pods at once, as when their machines fail; the controller makes them anew. */
  public killPods(nodes: number[]): void {
    const pods = nodes.map((index) => this.pod(index));
    this.real.kubectl('--namespace', NAMESPACE, 'delete', 'pod', ...pods, '--grace-period=0', '--force', '--wait=false');
  }

  /** Forgets the cluster and all that it has stored; the next `apply` makes another. */
  public async remove(): Promise<void> {
    this.real.kubectl('delete', 'namespace', NAMESPACE, '--wait=false', '--ignore-not-found');
    this.real.tryKubectl('--namespace', NAMESPACE, 'delete', 'pods', '--all', '--force', '--grace-period=0');
    // Kubernetes looks at a namespace again after half of its pods' grace, or once it has changed.
    const metadata = { annotations: { 'tests/changed': new Date().toISOString() } };
    await this.real.call('PATCH', `/api/v1/namespaces/${NAMESPACE}`, { metadata }, 'application/merge-patch+json');
    await this.real.until('its namespace is gone', 120, async () => {
      return (await this.real.get('Namespace', NAMESPACE)) === undefined;
    });
    await this.real.freeVolumes();
    this.applied.forget();
    this.bring();
    this.foundedAt = new Date().toISOString().replace(/\.\d+/, '');
  }

  /** What the user of the library brings at first. */
  private bring(): void {
    this.secrets = {
      'key-1': { 'api-key': ADMIN_KEY },
      'key-2': { 'api-key': NEXT_ADMIN_KEY },
      'key-read': { 'api-key': `${READ_ONLY_KEY}\n` },
      'nodes-tls': this.certificate('nodes'),
    };
    this.configMaps = { 'client-ca': { 'ca.crt': this.read('client-ca.pem') } };
    this.clientCas = this.read('nodes-ca.pem');
    this.clientKey = ADMIN_KEY;
  }

  private makeCertificates(...options: string[]): void {
    const everyHost = Array.from({ length: 5 }, (_, index) => this.host(index));
    const program = join(ROOT, 'test/support/certificates.py');
    run(python(), [program, ...options, this.real.folder, ...everyHost, this.serviceHost]);
  }

  private clientFiles(): { [name: string]: string } {
    const names = ['expired', 'early', 'other-client', 'nodes', 'nodes-renewed'];
    const files = names.flatMap((name) => [`${name}.pem`, `${name}-key.pem`]).map((name) => [name, this.read(name)]);
    const own = {
      'client.pem': this.read(`${this.clientCertificate}.pem`),
      'client-key.pem': this.read(`${this.clientCertificate}-key.pem`),
    };
    const otherCa = { 'nodes-ca-renewed.pem': this.read('nodes-ca-renewed.pem') };
    return { ...Object.fromEntries(files), ...own, ...otherCa, 'ca.pem': this.clientCas, key: this.clientKey };
  }
}

/** The cluster that tests begin with: everything that may differ is on. */
const BASE: Options = {
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
};
