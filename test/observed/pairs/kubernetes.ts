import { account, bound, keyOf, nothing, pair, secrets } from './changes';
import { Pair } from './pair';
import { Objects, own, TCP } from './pods';

const asAdmin = (name: string) => ({
  kind: 'ClusterRoleBinding',
  metadata: { name: 'admin' },
  roleRef: { kind: 'ClusterRole', name },
  subjects: [account],
});
const reference = (name: string, key: string) => ({
  name: `QDRANT__SERVICE__${name}`,
  valueFrom: { secretKeyRef: { name: 'vault-made', key } },
});
const asDeployment = (replicas: number) => (it: Objects) => {
  it.set.kind = 'Deployment';
  it.set.spec.replicas = replicas;
  delete it.set.spec.volumeClaimTemplates;
  it.pod.volumes.push({ name: 'storage', persistentVolumeClaim: { claimName: 'one' } });
};
const inPlaceOfClaim = (volume: object) => (it: Objects) => {
  delete it.set.spec.volumeClaimTemplates;
  it.pod.volumes.push({ name: 'storage', ...volume });
};
const probed =
  (httpGet: object, service: object = {}) =>
  (it: Objects) => {
    it.container.readinessProbe = { httpGet };
    Object.assign(it.settings.service, service);
  };
/** Of pods, their disks and their rights. */
export const kubernetesPairs: Pair[] = [
  pair(
    'QDR006',
    [
      'a policy that lets pods out to anywhere',
      (it) => (it.policy.spec.egress = [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }]),
    ],
    [
      'one that lets them out to anywhere by HTTPS',
      (it) => (it.policy.spec.egress = [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: TCP(443) }]),
    ],
    { address: 'NetworkPolicy default/vectors' },
  ),
  pair(
    'QDR006',
    ['a policy for what comes in alone', (it) => (it.policy.spec.policyTypes = ['Ingress'])],
    ['one for both, which lets nobody out', (it) => (it.policy.spec.egress = [])],
  ),
  pair(
    'QDR009',
    ['the network of the machine', (it) => (it.pod.hostNetwork = true)],
    ['one of their own', (it) => (it.pod.hostNetwork = false)],
    { also: ['QDR001', 'QDR003'] },
  ),
  pair(
    'QDR015',
    ['a class of EBS that does not encrypt', (it) => (it.storageClass.parameters = {})],
    [
      'a class of which nobody knows whether it does',
      (it) => {
        it.storageClass.provisioner = 'pd.csi.storage.gke.io';
        it.storageClass.parameters = {};
      },
    ],
    { address: 'StorageClass default/gp3' },
  ),
  pair(
    'QDR017',
    ['a certificate that is never read again', (it) => (it.settings.tls = { cert_ttl: null })],
    ['one that is read each hour', (it) => (it.settings.tls = { cert_ttl: 3600 })],
  ),
  pair(
    'QDR018',
    ['pods that reach each other on 6335 alone', (it) => (it.policy.spec.ingress = [{ from: [own], ports: TCP(6335) }])],
    ['pods that reach each other on both', (it) => (it.policy.spec.ingress = [{ from: [own], ports: TCP(6333, 6335) }])],
  ),
  pair(
    'QDR019',
    ['TLS without a CA', (it) => (it.settings.tls = { ca_cert: '' })],
    ['TLS with one', (it) => (it.settings.tls = { ca_cert: '/tls/ca.pem' })],
  ),
  pair(
    'QDR023',
    ['no word of copies, of which there is then one', (it) => (it.settings.storage = {})],
    ['two copies', (it) => (it.settings.storage = { collection: { replication_factor: 2 } })],
  ),
  pair(
    'QDR028',
    ['three servers with the cluster off', (it) => (it.settings.cluster = {})],
    [
      'one',
      (it) => {
        it.settings.cluster = {};
        it.set.spec.replicas = 1;
      },
    ],
  ),
  pair('QDR029', ['a Deployment of three', asDeployment(3)], ['a Deployment of one', asDeployment(1)]),
  pair(
    'QDR032',
    ['a key in a ConfigMap', (it) => (it.settings.service.read_only_api_key = 'k'.repeat(32))],
    ['an empty one, which is none', (it) => (it.settings.service.read_only_api_key = '')],
    { address: 'ConfigMap default/vectors' },
  ),
  pair(
    'QDR033',
    ['a key of 31 bytes', (it) => (it.container.env = [keyOf('API_KEY', 'k'.repeat(31))])],
    ['a key of which the Secret is filled by others', nothing],
    { also: ['QDR032'] },
  ),
  pair(
    'QDR033',
    ['a short key', (it) => (it.container.env = [keyOf('API_KEY', 'short')])],
    [
      'a Secret with short names',
      (it) => (it.container.env = [{ ...reference('API_KEY', 'a'), valueFrom: { secretKeyRef: { name: 'b', key: 'a' } } }]),
    ],
    { also: ['QDR032'] },
  ),
  pair(
    'QDR034',
    ['one member of a Secret for both keys', (it) => it.container.env.push(reference('READ_ONLY_API_KEY', 'admin'))],
    ['another member', (it) => it.container.env.push(reference('READ_ONLY_API_KEY', 'read-only'))],
  ),
  pair(
    'QDR036',
    ['an account that reads every Secret', nothing, bound(account, secrets)],
    ['one that reads a Secret by its name', nothing, bound(account, [{ ...secrets[0], resourceNames: ['vault-made'] }])],
  ),
  pair(
    'QDR036',
    ['an account of the administrators', nothing, [asAdmin('cluster-admin')]],
    ['one that looks on', nothing, [asAdmin('view')]],
  ),
  pair(
    'QDR036',
    ['an account that may do all', nothing, bound(account, [{ resources: ['*'], verbs: ['*'] }])],
    ['another account that may', nothing, bound({ ...account, name: 'deployer' }, [{ resources: ['*'], verbs: ['*'] }])],
  ),
  pair(
    'QDR036',
    [
      'an account of no namespace, which is then that of the pods',
      nothing,
      bound({ ...account, namespace: undefined }, secrets),
    ],
    ['an account of that name in another namespace', nothing, bound({ ...account, namespace: 'ingress' }, secrets)],
  ),
  pair(
    'QDR037',
    ['no word of the token', (it) => delete it.pod.automountServiceAccountToken],
    [
      'an account that forbids it',
      (it) => {
        delete it.pod.automountServiceAccountToken;
        it.pod.serviceAccountName = 'vectors';
      },
      [{ kind: 'ServiceAccount', metadata: { name: 'vectors' }, automountServiceAccountToken: false }],
    ],
  ),
  pair(
    'QDR041',
    ['data on an emptyDir', inPlaceOfClaim({ emptyDir: {} })],
    ['data on a claim of its own', inPlaceOfClaim({ persistentVolumeClaim: { claimName: 'data' } })],
  ),
  pair(
    'QDR041',
    ['a claim that is mounted elsewhere', (it) => (it.container.volumeMounts[0].mountPath = '/qdrant/snapshots')],
    [
      'a claim where the settings have the data',
      (it) => {
        it.container.volumeMounts[0].mountPath = '/data';
        it.settings.storage.storage_path = '/data/storage';
      },
    ],
  ),
  pair(
    'QDR041',
    [
      'an emptyDir within what a claim holds',
      (it) => {
        it.container.volumeMounts[0].mountPath = '/qdrant';
        it.container.volumeMounts.push({ name: 'scratch', mountPath: '/qdrant/storage' });
        it.pod.volumes.push({ name: 'scratch', emptyDir: {} });
      },
    ],
    [
      'a claim around it',
      (it) => {
        it.container.volumeMounts[0].mountPath = '/qdrant';
        it.container.volumeMounts.push({ name: 'scratch', mountPath: '/qdrant/temp' });
        it.pod.volumes.push({ name: 'scratch', emptyDir: {} });
      },
    ],
  ),
  pair(
    'QDR042',
    ['data on NFS', inPlaceOfClaim({ nfs: { server: 'files', path: '/' } })],
    ['data on a disk of the machine', inPlaceOfClaim({ hostPath: { path: '/mnt/disks/nvme0' } })],
  ),
  pair(
    'QDR042',
    ['a class of EFS', (it) => (it.storageClass.provisioner = 'efs.csi.aws.com')],
    ['a class of EBS', (it) => (it.storageClass.provisioner = 'ebs.csi.aws.com')],
  ),
  pair(
    'QDR042',
    ['claims that several machines may write', (it) => (it.claim.spec.accessModes = ['ReadWriteMany'])],
    ['claims that one pod may', (it) => (it.claim.spec.accessModes = ['ReadWriteOncePod'])],
  ),
  pair(
    'QDR043',
    [
      'claims that go when the set is scaled down',
      (it) => (it.set.spec.persistentVolumeClaimRetentionPolicy = { whenScaled: 'Delete' }),
    ],
    ['claims that stay', (it) => (it.set.spec.persistentVolumeClaimRetentionPolicy = { whenScaled: 'Retain' })],
  ),
  pair('QDR044', ['two pods', (it) => (it.set.spec.replicas = 2)], ['four', (it) => (it.set.spec.replicas = 4)]),
  pair(
    'QDR045',
    ['a budget for other pods', (it) => (it.budget.spec.selector = { matchLabels: { app: 'web' } })],
    [
      'a budget that keeps two of three',
      (it) => (it.budget.spec = { ...it.budget.spec, maxUnavailable: undefined, minAvailable: 2 }),
    ],
  ),
  pair(
    'QDR045',
    ['a budget of half of three pods, which is two', (it) => (it.budget.spec.maxUnavailable = '50%')],
    ['a budget of a third, which is one', (it) => (it.budget.spec.maxUnavailable = '33%')],
  ),
  pair(
    'QDR046',
    ['pods that are kept apart by nothing', (it) => delete it.pod.affinity],
    [
      'pods that are spread if it can be done',
      (it) => {
        delete it.pod.affinity;
        it.pod.topologySpreadConstraints = [{ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }];
      },
    ],
  ),
  pair(
    'QDR047',
    ['a request of memory without a limit', (it) => (it.container.resources = { requests: { memory: '8Gi' } })],
    ['a limit', (it) => (it.container.resources = { limits: { memory: '8Gi' } })],
  ),
  pair(
    'QDR048',
    ['no readiness probe', (it) => delete it.container.readinessProbe],
    ['a command', (it) => (it.container.readinessProbe = { exec: { command: ['/ready.sh'] } })],
  ),
  pair(
    'QDR048',
    ['a probe without TLS', probed({ port: 6333, path: '/readyz' })],
    ['one with TLS', probed({ port: 6333, path: '/readyz', scheme: 'HTTPS' })],
  ),
  pair(
    'QDR048',
    ['a probe that needs a key and has none', probed({ port: 6333, path: '/metrics', scheme: 'HTTPS' })],
    [
      'one that has a key',
      probed({ port: 6333, path: '/metrics', scheme: 'HTTPS', httpHeaders: [{ name: 'api-key', value: 'x' }] }),
    ],
  ),
  pair(
    'QDR048',
    [
      'a probe without a certificate, which is asked for',
      probed({ port: 6333, path: '/readyz', scheme: 'HTTPS' }, { verify_https_client_certificate: true, grpc_port: null }),
    ],
    [
      'a command, where one is asked for',
      (it) => {
        Object.assign(it.settings.service, { verify_https_client_certificate: true, grpc_port: null });
        it.container.readinessProbe = { exec: { command: ['/ready.sh'] } };
      },
    ],
  ),
  pair(
    'QDR049',
    ['no word of the order', (it) => delete it.set.spec.podManagementPolicy],
    [
      'no word of it, for a single pod',
      (it) => {
        delete it.set.spec.podManagementPolicy;
        it.set.spec.replicas = 1;
      },
    ],
  ),
  pair(
    'QDR060',
    ['the tag latest', (it) => (it.container.image = 'qdrant/qdrant:latest-unprivileged')],
    ['a digest', (it) => (it.container.image = `qdrant/qdrant@sha256:${'0'.repeat(64)}`)],
  ),
  pair(
    'QDR061',
    ['a mirror by a tag', (it) => (it.container.image = 'mirror.internal/qdrant/qdrant:v1.19.0-unprivileged')],
    [
      'a mirror by a digest',
      (it) => (it.container.image = `mirror.internal/qdrant/qdrant:v1.19.0-unprivileged@sha256:${'0'.repeat(64)}`),
    ],
  ),
  pair(
    'QDR070',
    ['the image that runs as root', (it) => (it.container.image = 'qdrant/qdrant:v1.19.0')],
    [
      'the same, as another user',
      (it) => {
        it.container.image = 'qdrant/qdrant:v1.19.0';
        it.pod.securityContext = { runAsUser: 1000 };
      },
    ],
  ),
  pair(
    'QDR070',
    ['the user root', (it) => (it.container.securityContext.runAsUser = 0)],
    [
      'the user root of the pod, and another of the container',
      (it) => {
        it.pod.securityContext = { runAsUser: 0 };
        it.container.securityContext.runAsUser = 1000;
      },
    ],
  ),
  pair(
    'QDR071',
    ['the processes of the machine', (it) => (it.pod.hostPID = true)],
    ['the processes of the pod', (it) => (it.pod.shareProcessNamespace = true)],
  ),
  pair(
    'QDR071',
    ['a privileged container', (it) => (it.container.securityContext.privileged = true)],
    ['one that is not', (it) => (it.container.securityContext.privileged = false)],
  ),
  pair(
    'QDR071',
    [
      'the socket of the machine',
      (it) => {
        it.pod.volumes.push({ name: 'more', hostPath: { path: '/var/run/docker.sock' } });
        it.container.volumeMounts.push({ name: 'more', mountPath: '/docker.sock' });
      },
    ],
    [
      'a folder of the machine for its data',
      (it) => {
        it.pod.volumes.push({ name: 'more', hostPath: { path: '/mnt/disks/nvme0' } });
        it.container.volumeMounts.push({ name: 'more', mountPath: '/qdrant/snapshots' });
      },
    ],
  ),
  pair(
    'QDR071',
    ['a capability that is added', (it) => (it.container.securityContext.capabilities.add = ['SYS_ADMIN'])],
    ['one that lets bind to low ports', (it) => (it.container.securityContext.capabilities.add = ['NET_BIND_SERVICE'])],
  ),
  pair(
    'QDR072',
    ['no word of privileges', (it) => delete it.container.securityContext.allowPrivilegeEscalation],
    ['none to gain', (it) => (it.container.securityContext.allowPrivilegeEscalation = false)],
  ),
  pair(
    'QDR073',
    ['some capabilities dropped', (it) => (it.container.securityContext.capabilities.drop = ['NET_RAW'])],
    ['all of them', (it) => (it.container.securityContext.capabilities.drop = ['all'])],
  ),
  pair(
    'QDR074',
    ['no word of the root file system', (it) => delete it.container.securityContext.readOnlyRootFilesystem],
    ['one that is read only', (it) => (it.container.securityContext.readOnlyRootFilesystem = true)],
  ),
  pair(
    'QDR075',
    ['pods that are told of none', (it) => (it.container.args = ['./qdrant --uri https://$HOSTNAME:6335'])],
    [
      'pods that are told by the environment',
      (it) => {
        it.container.args = ['./qdrant'];
        it.container.env.push({ name: 'QDRANT_BOOTSTRAP', value: 'https://vectors-0.vectors:6335' });
      },
    ],
  ),
  pair(
    'QDR076',
    ['an audit log in the container', (it) => (it.settings.audit = { enabled: true, dir: '/var/log/qdrant' })],
    ['one beside the data', (it) => (it.settings.audit = { enabled: true, dir: './storage/audit' })],
  ),
];
