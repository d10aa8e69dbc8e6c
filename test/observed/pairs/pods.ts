import { stringify } from 'yaml';
import { ObservedCluster } from '../../../lib/observed/found-cluster';
import { clustersIn } from '../../../lib/observed/judge';
import { fromManifests } from '../../../lib/observed/readers/manifests';

export const labels = { app: 'qdrant' };
export const own = { podSelector: { matchLabels: labels } };
export const TCP = (...ports: number[]) => ports.map((port) => ({ port, protocol: 'TCP' }));

/** The objects of a cluster that is well set up, to be changed. */
function objects() {
  const settings = {
    telemetry_disabled: true,
    service: {
      enable_tls: true,
      enforce_internal_auth: true,
      enable_cors: false,
      enable_static_content: false,
      enable_snapshot_url_recovery: false,
    } as any,
    cluster: { enabled: true, p2p: { enable_tls: true } } as any,
    storage: { collection: { replication_factor: 2 } } as any,
    tls: {} as any,
    audit: {} as any,
  };
  const key = { secretKeyRef: { name: 'vault-made', key: 'admin' } };
  const container: any = {
    name: 'qdrant',
    image: 'docker.io/qdrant/qdrant:v1.19.0-unprivileged',
    args: ['./qdrant --bootstrap https://vectors-0.vectors:6335 --uri https://$HOSTNAME.vectors:6335'],
    env: [{ name: 'QDRANT__SERVICE__API_KEY', valueFrom: key }],
    ports: [
      { name: 'http', containerPort: 6333 },
      { name: 'grpc', containerPort: 6334 },
      { name: 'p2p', containerPort: 6335 },
    ],
    readinessProbe: { httpGet: { port: 'http', path: '/readyz', scheme: 'HTTPS' } },
    resources: { limits: { memory: '8Gi' } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'storage', mountPath: '/qdrant/storage' },
      { name: 'config', mountPath: '/qdrant/config/production.yaml', subPath: 'production.yaml' },
    ],
  };
  const spread = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } };
  const pod: any = {
    automountServiceAccountToken: false,
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [spread] } },
    containers: [container],
    volumes: [{ name: 'config', configMap: { name: 'vectors' } }],
  };
  const claim: any = { metadata: { name: 'storage' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'gp3' } };
  const set: any = {
    kind: 'StatefulSet',
    metadata: { name: 'vectors' },
    spec: {
      replicas: 3,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: pod },
      volumeClaimTemplates: [claim],
    },
  };
  const search = { podSelector: { matchLabels: { app: 'search' } } };
  const policy: any = {
    kind: 'NetworkPolicy',
    metadata: { name: 'vectors' },
    spec: {
      ...own,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [own], ports: TCP(6333, 6335) },
        { from: [search], ports: TCP(6333, 6334) },
      ],
      egress: [{ to: [own], ports: TCP(6333, 6335) }],
    },
  };
  const budget: any = {
    kind: 'PodDisruptionBudget',
    metadata: { name: 'vectors' },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  };
  const storageClass: any = {
    kind: 'StorageClass',
    metadata: { name: 'gp3' },
    provisioner: 'ebs.csi.aws.com',
    parameters: { encrypted: 'true' },
  };
  return { settings, container, pod, claim, set, policy, budget, storageClass };
}

export type Objects = ReturnType<typeof objects>;

/** The cluster, with a change and what is added. */
export function pods(change: (it: Objects) => void = () => {}, more: object[] = []): ObservedCluster {
  const it = objects();
  change(it);
  const config = { kind: 'ConfigMap', metadata: { name: 'vectors' }, data: { 'production.yaml': stringify(it.settings) } };
  const all = [it.set, it.policy, it.budget, it.storageClass, config, ...more];
  const [cluster, ...others] = clustersIn(fromManifests([all.map((object) => stringify(object)).join('---\n')]));
  if (cluster === undefined || others.length > 0) throw new Error('there is to be one cluster');
  return cluster;
}
