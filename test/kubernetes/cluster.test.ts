import { TerraformElement, Token } from 'cdktf';
import { parse } from 'yaml';
import { kubernetes, QdrantVersion } from '../../lib';
import { addEverything, authority } from '../support/kubernetes/everything';
import { KubernetesObject, objectOf } from '../support/kubernetes/objects';
import { KubernetesStack, minimal, synthCluster, synthKubernetes } from '../support/kubernetes/synth';

const podOf = ({ objects }: KubernetesStack) => objectOf(objects, 'StatefulSet').spec.template.spec;
const serverOf = (stack: KubernetesStack) => podOf(stack).containers.find(({ name }: any) => name === 'qdrant');
const settingsOf = ({ objects }: KubernetesStack) => parse(objectOf(objects, 'ConfigMap', '-programs-').data['settings.yaml']);
const ofKind = ({ objects }: KubernetesStack, kind: string) => objects.filter((object) => object.kind === kind);
const manifest = ({ objects }: KubernetesStack, kind: string, name?: string) => objectOf(objects, kind, name);
const reportOf = (stack: KubernetesStack) => stack.json['//'].qdrant['vectors/Cluster'];

test('a name that is left out is a finding, and giving the present one changes nothing', () => {
  const [unnamed, named] = [minimal, { ...minimal, clusterName: 'vectors-cluster' }].map(
    (props) => synthKubernetes((stack) => void new kubernetes.QdrantCluster(stack, 'Cluster', props)).json,
  );
  const ruleIds = (json: any) => json['//'].qdrant['vectors/Cluster'].findings.map(({ ruleId }: any) => ruleId);
  expect([ruleIds(unnamed), ruleIds(named)]).toEqual([['QDR027'], []]);
  expect({ ...named, '//': undefined }).toEqual({ ...unnamed, '//': undefined });
});

describe('a cluster with nothing but namespace, resources and volume', () => {
  const stack = synthCluster();
  const statefulSet = objectOf(stack.objects, 'StatefulSet');

  test('has three pods that start in parallel, update one by one, and find each other before they are ready', () => {
    expect(statefulSet.spec).toMatchObject({
      replicas: 3,
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      serviceName: 'vectors-cluster-peers',
      minReadySeconds: 10,
    });
    expect(manifest(stack, 'Service', '-peers$').spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      ipFamilyPolicy: 'PreferDualStack',
    });
  });

  test('shows clients REST and gRPC, and never the port among the pods', () => {
    const { spec } = manifest(stack, 'Service', '^vectors-cluster$');
    expect(spec).toMatchObject({ type: 'ClusterIP', ipFamilyPolicy: 'PreferDualStack' });
    expect(spec.ports.map(({ port }: any) => port)).toEqual([6333, 6334]);
  });

  test.each([
    [undefined, 600],
    [60, 600],
    [120, 660],
    [150, 750],
    [300, 1200],
    [Token.asNumber({ resolve: () => 60 }), 1200],
  ])('gives its pods the time for two turns of %s seconds, and to write what they hold', (turnSeconds, grace) => {
    const pods = synthCluster({ rollingUpdate: { turnSeconds } });
    expect(podOf(pods).terminationGracePeriodSeconds).toBe(grace);
    const { value } = serverOf(pods).env.find(({ name }: any) => name === 'LEAVE_SECONDS');
    expect(grace - Number(value)).toBe(
      300 + (Number(value) === 240 ? Math.max(60, Number(turnSeconds ?? 60)) : Number(value) / 2),
    );
  });

  test('has hardened pods', () => {
    const pod = podOf(stack);
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // Four minutes for another node to come back, what it takes to drain, and 300 s for the server.
      terminationGracePeriodSeconds: 240 + 60 + 300,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    });
    for (const { securityContext } of pod.containers) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: { drop: ['ALL'] },
      });
    }
    expect(pod).not.toHaveProperty('initContainers');
    expect(objectOf(stack.objects, 'ServiceAccount').automountServiceAccountToken).toBe(false);
  });

  test('asks for its memory and is limited to it', () => {
    expect(serverOf(stack).resources).toEqual({ requests: { memory: '8Gi', cpu: '1' }, limits: { memory: '8Gi' } });
  });

  test('is probed by a program that presents a certificate, and is not ended while it recovers', () => {
    expect(serverOf(stack).readinessProbe.exec.command).toEqual(['/opt/qdrant/ready.sh']);
    expect(serverOf(stack)).not.toHaveProperty('livenessProbe');
    expect(serverOf(stack).lifecycle.preStop.exec.command).toEqual(['/opt/qdrant/leave.sh']);
  });

  test('claims a volume for its data and one for its snapshots, which outlive it', () => {
    const claims = statefulSet.spec.volumeClaimTemplates;
    expect(claims.map(({ metadata, spec }: any) => [metadata.name, spec.resources.requests.storage])).toEqual([
      ['storage', '50Gi'],
      ['snapshots', '50Gi'],
    ]);
    expect(claims.every(({ spec }: any) => spec.accessModes.join() === 'ReadWriteOnce')).toBe(true);
    expect(statefulSet.spec.persistentVolumeClaimRetentionPolicy).toEqual({ whenScaled: 'Retain', whenDeleted: 'Retain' });
    const { lifecycle } = stack.resources('kubernetes_stateful_set_v1')[0];
    expect(lifecycle).toEqual({ prevent_destroy: true, ignore_changes: ['spec[0].volume_claim_template'] });
  });

  test('is spread over zones and machines, and lets one pod at a time be evicted', () => {
    const { topologySpreadConstraints, affinity } = podOf(stack);
    const labelSelector = { matchLabels: statefulSet.spec.selector.matchLabels };
    expect(topologySpreadConstraints).toEqual([
      { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector },
    ]);
    // A spread over machines with a skew of one would put all pods on the one machine that there is.
    expect(affinity).toEqual({
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector }],
      },
    });
    expect(objectOf(stack.objects, 'PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1 });
  });

  test('generates its keys through ephemeral resources and write-only arguments', () => {
    const generated: any[] = Object.values(stack.json.ephemeral.random_password);
    expect(generated).toHaveLength(2);
    // Pods take no shorter one, and no character that a header does not.
    for (const { length, special } of generated) expect([length >= 32, special]).toEqual([true, false]);
    for (const secret of stack.resources('kubernetes_secret_v1')) {
      expect(secret.data_wo['api-key']).toMatch(/^\$\{ephemeral\.random_password\./);
      expect(secret.data_wo_revision).toBe(1);
      expect(secret).not.toHaveProperty('data');
    }
    expect(stack.json.terraform.required_version).toBe('>= 1.11.0');
    expect(stack.json.terraform.required_providers.random).toEqual({
      source: 'hashicorp/random',
      version: '>= 3.7.1, < 4.0.0',
    });
  });

  test('mounts its keys as files, and has none in its environment or its ConfigMap', () => {
    const keys = podOf(stack).volumes.find(({ name }: any) => name === 'keys').projected;
    expect(keys.defaultMode).toBe(0o440);
    expect(keys.sources.map(({ secret }: any) => [secret.name, secret.items[0].path])).toEqual([
      ['vectors-cluster-admin-key-1', 'admin'],
      ['vectors-cluster-read-only-key', 'read-only'],
    ]);
    expect(serverOf(stack).env.map(({ name }: any) => name)).toEqual(['POD_IPS', 'QDRANT_INIT_FILE_PATH', 'LEAVE_SECONDS']);
    expect(serverOf(stack)).not.toHaveProperty('envFrom');
    expect(settingsOf(stack).service).not.toHaveProperty('api_key');
  });

  test('has its keys and certificates in memory alone, for its own user to read', () => {
    const { volumes } = podOf(synthCluster({ clientVerification: kubernetes.ClientVerification.required(authority) }));
    const written = volumes.filter(({ emptyDir }: any) => emptyDir);
    expect(written.map(({ name }: any) => name)).toEqual(expect.arrayContaining(['tmp', 'runtime', 'guard-tmp']));
    for (const { name, emptyDir } of written) expect([name, emptyDir.medium]).toEqual([name, 'Memory']);
    const secrets = volumes.filter(({ projected }: any) => projected);
    expect(secrets.map(({ name }: any) => name)).toEqual(expect.arrayContaining(['keys', 'tls']));
    for (const { name, projected } of secrets) expect([name, projected.defaultMode]).toEqual([name, 0o440]);
  });

  test('gives its server safe settings', () => {
    expect(settingsOf(stack)).toMatchObject({
      telemetry_disabled: true,
      cluster: { enabled: true, p2p: { enable_tls: true, port: 6335 } },
      service: {
        enable_cors: false,
        enable_snapshot_url_recovery: false,
        enable_static_content: false,
        enable_tls: true,
        enforce_internal_auth: true,
        grpc_port: 6334,
      },
      storage: { collection: { replication_factor: 2 } },
      tls: { ca_cert: '/run/qdrant/current/tls/ca.pem' },
    });
  });

  test('has an authority of its own made by cert-manager, and a certificate with every name by which it is called', () => {
    expect(ofKind(stack, 'Issuer').map(({ metadata }) => metadata.name)).toEqual([
      'vectors-cluster-ca',
      'vectors-cluster-self-signed',
    ]);
    const { spec } = manifest(stack, 'Certificate', '-tls$');
    expect(spec.usages).toEqual(['digital signature', 'server auth', 'client auth']);
    expect(spec.issuerRef).toEqual({ name: 'vectors-cluster-ca', kind: 'Issuer', group: 'cert-manager.io' });
    expect(spec.dnsNames).toEqual([
      ...[0, 1, 2].map((n) => `vectors-cluster-${n}.vectors-cluster-peers.search.svc.cluster.local`),
      ...['', '-peers'].flatMap((suffix) =>
        ['', '.search', '.search.svc', '.search.svc.cluster.local'].map((domain) => `vectors-cluster${suffix}${domain}`),
      ),
    ]);
    expect(spec.dnsNames.some((name: string) => name.includes('*'))).toBe(false);
  });

  test('waits for what its pods need before it makes them', () => {
    const { depends_on: dependencies } = stack.resources('kubernetes_stateful_set_v1')[0];
    for (const word of [
      'ConfigMap',
      'AdminKey1',
      'ReadOnlyKey',
      'Certificate',
      'NetworkPolicy',
      'PeerService',
      'ServiceAccount',
    ]) {
      expect(dependencies.join()).toContain(word);
    }
  });

  test('fails the plan that would end pods which were not unprotected', () => {
    const selector = (one: KubernetesStack) =>
      Object.values<any>(one.json.data.kubernetes_resources).find(({ kind }) => kind === 'Pod').label_selector as string;
    expect(selector(stack)).toMatch(/instance=vectors-cluster,apps\.kubernetes\.io\/pod-index in \(3,4,5,/);
    expect(selector(synthCluster({}, (cluster) => cluster.unprotectNode(3)))).toMatch(/pod-index in \(4,5,/);
    expect(JSON.stringify(stack.json.data.kubernetes_resources)).toContain('length(self.objects) < 1');
  });

  test('fails the plan where another construct has made the StatefulSet, until every node is unprotected', () => {
    const namesake = (one: KubernetesStack) =>
      Object.values<any>(one.json.data.kubernetes_resources).find(({ kind, lifecycle }) => kind === 'StatefulSet' && lifecycle);
    expect(namesake(stack)).toMatchObject({ namespace: 'search', field_selector: 'metadata.name=vectors-cluster' });
    expect(statefulSet.metadata.annotations).toEqual({ 'cdktf-qdrant/construct': 'vectors/Cluster' });
    const condition = (one: KubernetesStack) => namesake(one).lifecycle.postcondition[0].condition;
    expect(condition(stack)).toContain('== "vectors/Cluster"');
    expect(condition(synthCluster({}, (cluster) => cluster.unprotectNode(0)))).toBe(condition(stack));
    const released = synthCluster({}, (cluster) => [0, 1, 2].forEach((node) => cluster.unprotectNode(node)));
    expect(condition(released)).toBe('${alltrue([for one in self.objects : true])}');
  });
});

test('Terraform warns of claims that are not as large as is asked for', () => {
  const [check] = Object.values<any>(synthCluster({ snapshotVolume: { size: '80Gi' } }).json.check);
  const [claims] = Object.values<any>(check.data.kubernetes_resources);
  expect(claims).toMatchObject({ kind: 'PersistentVolumeClaim', namespace: 'search' });
  expect(check.assert.map(({ condition }: any) => condition)).toEqual([
    expect.stringMatching(/"storage-".* != .*"50Gi"/),
    expect.stringMatching(/"snapshots-".* != .*"80Gi"/),
  ]);
});

test('the StatefulSet takes what the library has no option for', () => {
  const stack = synthCluster({}, ({ node }) =>
    (node.defaultChild as TerraformElement).addOverride('spec.revision_history_limit', 3),
  );
  const [statefulSet] = Object.values<any>(stack.json.resource.kubernetes_stateful_set_v1);
  expect(statefulSet.spec).toMatchObject({ revision_history_limit: 3, service_name: 'vectors-cluster-peers' });
});

describe('what may change while pods run', () => {
  const templateOf = (props: Partial<kubernetes.QdrantClusterProps>) =>
    objectOf(synthCluster(props).objects, 'StatefulSet').spec.template;
  const config = (props: Partial<kubernetes.QdrantClusterProps> = {}) =>
    objectOf(synthCluster(props).objects, 'ConfigMap', '-cluster$');

  test('is in files that are mounted as a whole, so that pods see them change', () => {
    expect(config().data).toEqual({
      'node-count': '3',
      'turn-seconds': '60',
      'founding-time': '2026-01-01T00:00:00Z',
      'founding-minutes': '60',
    });
    expect(config().immutable).toBeUndefined();
    const pod = podOf(synthCluster({ clientVerification: kubernetes.ClientVerification.required(authority) }));
    expect(pod.volumes.find(({ name }: any) => name === 'cluster').configMap.name).toBe('vectors-cluster-cluster');
    for (const { volumeMounts } of pod.containers) {
      const mount = volumeMounts.find(({ name }: any) => name === 'cluster');
      expect(mount).toEqual({ name: 'cluster', mountPath: '/opt/qdrant-cluster', readOnly: true });
    }
  });

  test('restarts no pod', () => {
    expect(templateOf({ foundingGeneration: 2 })).toEqual(templateOf({}));
  });

  test('has a founding time that Terraform keeps, until another founding is asked for', () => {
    const founding = (stack: KubernetesStack) => stack.resources('terraform_data')[0];
    expect(founding(synthCluster())).toMatchObject({
      input: { time: expect.stringMatching(/existing.* \? "1970-01-01T00:00:00Z" : timestamp\(\)\}$/i) },
      depends_on: expect.arrayContaining([expect.stringContaining('_Certificate_'), expect.stringContaining('NetworkPolicy')]),
      lifecycle: { ignore_changes: ['input'] },
    });
    const generations = [{}, { foundingGeneration: 2 }].map((props) => founding(synthCluster(props)).triggers_replace);
    expect(generations[0]).not.toEqual(generations[1]);
  });
});

describe('variants', () => {
  test('one node keeps one copy, and can be evicted', () => {
    const stack = synthCluster({ nodeCount: 1 });
    expect(settingsOf(stack).storage.collection.replication_factor).toBe(1);
    expect(objectOf(stack.objects, 'PodDisruptionBudget').spec.maxUnavailable).toBe(1);
  });

  test.each([
    [3, 2],
    [7, 7],
    [3, 1],
  ])(
    'of %i nodes with %i replicas by default one may be evicted: a collection may have fewer',
    (nodeCount, replicationFactor) => {
      const stack = synthCluster({ nodeCount, settings: { replicationFactor } });
      expect(objectOf(stack.objects, 'PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1 });
    },
  );

  describe('placement', () => {
    const { REQUIRED, PREFERRED } = kubernetes.Spread;

    test('keeps nodes apart where there is room, if no more is asked for', () => {
      const { topologySpreadConstraints, affinity } = podOf(synthCluster({ placement: { overHosts: PREFERRED } }));
      expect(affinity).toBeUndefined();
      expect(topologySpreadConstraints.map((one: any) => `${one.topologyKey} ${one.whenUnsatisfiable}`)).toEqual([
        'topology.kubernetes.io/zone ScheduleAnyway',
        'kubernetes.io/hostname ScheduleAnyway',
      ]);
    });

    test.each([
      [{ overZones: REQUIRED }, 5, 3],
      [{ overZones: REQUIRED, zoneCount: 2 }, 3, 2],
      [{ overZones: REQUIRED }, 1, 1],
    ])('%j of %i nodes asks for %i zones, as fewer would take them all', (placement, nodeCount, minDomains) => {
      const [zones] = podOf(synthCluster({ placement, nodeCount })).topologySpreadConstraints;
      expect(zones).toMatchObject({ whenUnsatisfiable: 'DoNotSchedule', maxSkew: 1, minDomains });
    });

    test('names the machines, and what the nodes are not to stand beside', () => {
      const { affinity } = podOf(
        synthCluster({
          placement: {
            machines: [
              kubernetes.MachineRequirement.in('kubernetes.io/arch', ['arm64']),
              kubernetes.MachineRequirement.absent('spot'),
            ],
            preferredMachines: [{ requirements: [kubernetes.MachineRequirement.present('nvme')], weight: 80 }],
            apartFrom: [{ app: 'indexer' }],
          },
        }),
      );
      expect(affinity.nodeAffinity).toEqual({
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'kubernetes.io/arch', operator: 'In', values: ['arm64'] },
                { key: 'spot', operator: 'DoesNotExist' },
              ],
            },
          ],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 80, preference: { matchExpressions: [{ key: 'nvme', operator: 'Exists' }] } },
        ],
      });
      const apart = affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
      expect(apart.map(({ labelSelector }: any) => labelSelector.matchLabels)).toEqual([
        { 'app.kubernetes.io/name': 'qdrant', 'app.kubernetes.io/instance': 'vectors-cluster' },
        { app: 'indexer' },
      ]);
    });
  });

  test('client verification puts the guard in front of every port that clients use, and moves Qdrant’s own behind it', () => {
    const clientVerification = kubernetes.ClientVerification.required(authority);
    const stack = synthCluster({ clientVerification, metricsPort: 9153 }, ({ connections }) => {
      for (const port of [6336, 6337, 6338]) {
        const behind = () => connections.allowFrom(kubernetes.Peer.ipv4('10.0.0.0/8'), port);
        expect(behind).toThrow(/6333 \(REST\), 6334 \(gRPC\), 9153 \(metrics\)/);
      }
    });
    const [server, guard] = podOf(stack).containers;
    expect(settingsOf(stack).service).toMatchObject({
      http_port: 6337,
      grpc_port: 6336,
      metrics_port: 6338,
      verify_https_client_certificate: true,
    });
    const portsOf = ({ ports }: any) => ports.map(({ name, containerPort }: any) => `${name} ${containerPort}`);
    expect(portsOf(server)).toEqual(['peer-rest 6337', 'peer 6335']);
    expect(guard.name).toBe('guard');
    expect(portsOf(guard)).toEqual(['rest 6333', 'grpc 6334', 'metrics 9153']);
    // It has what it serves with from the server, changes none of it, and never sees a key of Qdrant's.
    expect(guard.volumeMounts.map(({ name, readOnly }: any) => `${name} ${readOnly ?? false}`)).toEqual([
      'guard-tmp false',
      'runtime true',
      'programs true',
      'cluster true',
    ]);
    expect(guard.readinessProbe.exec.command).toEqual(['/opt/qdrant/guard-ready.sh']);
    const servicePorts = (name: string) =>
      manifest(stack, 'Service', name).spec.ports.map(({ port, targetPort }: any) => `${port} ${targetPort}`);
    expect(servicePorts('^vectors-cluster$')).toEqual(['6333 rest', '6334 grpc']);
    expect(servicePorts('-peers$')).toEqual(['6333 rest', '6337 peer-rest', '6335 peer', '9153 metrics']);
    for (const kind of ['NetworkPolicy', 'Service']) expect(JSON.stringify(ofKind(stack, kind))).not.toMatch(/6336|6338/);
    const { data } = objectOf(stack.objects, 'ConfigMap', '-programs-');
    expect(data['client-cas-0.pem']).toContain('BEGIN CERTIFICATE');
    expect(data['cluster.env']).toMatch(/REST_PORT='6337'[^]*GUARDED_PORTS='6333 6334 9153'[^]*PORTS_BESIDE_REST='6336 6338'/);
    for (const port of ['6333 \\| REST ', '6334 \\| gRPC ', '9153 \\| metrics']) {
      expect(reportOf(stack).exposure).toMatch(new RegExp(`${port}.* verified by the guard`));
    }
  });

  test('without client verification there is no guard', () => {
    const stack = synthCluster();
    expect(podOf(stack).containers).toHaveLength(1);
    expect(settingsOf(stack).service).toMatchObject({ http_port: 6333, verify_https_client_certificate: false });
    expect(objectOf(stack.objects, 'ConfigMap', '-programs-').data['cluster.env']).toMatch(
      /REST_PORT='6333'[^]*GUARDED_PORTS=''[^]*PORTS_BESIDE_REST='6334/,
    );
  });

  test('without gRPC there is no port of it, and the guard is in front of REST all the same', () => {
    const stack = synthCluster({ grpc: false, clientVerification: kubernetes.ClientVerification.required() });
    expect(settingsOf(stack).service).toMatchObject({ grpc_port: null, http_port: 6337 });
    expect(podOf(stack).containers[1].ports).toHaveLength(1);
    expect(manifest(stack, 'Service', '^vectors-cluster$').spec.ports).toHaveLength(1);
  });

  test('an upgrade from before 1.18 leaves the nodes’ mutual authentication off, and says so', () => {
    const stack = synthCluster({ version: QdrantVersion.V1_18_3, upgradingFrom: QdrantVersion.V1_17_1 });
    expect(settingsOf(stack).service.enforce_internal_auth).toBe(false);
    expect(JSON.stringify(reportOf(stack))).toContain('QDR021');
  });

  test('another setting is another ConfigMap, so that pods which are not rolled yet keep theirs', () => {
    const nameOf = (stack: KubernetesStack) => objectOf(stack.objects, 'ConfigMap', '-programs-').metadata.name;
    const [first, same, other] = [{}, {}, { settings: { logLevel: 'DEBUG' } }].map((props) => nameOf(synthCluster(props)));
    expect(first).toBe(same);
    expect(other).not.toBe(first);
    expect(first).toMatch(/^vectors-cluster-programs-[0-9a-f]{10}$/);
    // And another resource, so that what failed to be rolled can be taken back: that of before is in the state then, under this address.
    const addressOf = (props: object) =>
      synthCluster(props)
        .addresses()
        .filter((address) => address.includes('Programs'));
    expect(addressOf({})).toEqual([expect.stringContaining(first.slice(-10))]);
    const unknown = Token.asNumber({ creationStack: [], resolve: () => '${var.cores}' });
    const stack = synthCluster({ settings: { additional: { 'service.max_workers': unknown } } });
    const late = stack.resources('kubernetes_config_map_v1').find(({ immutable }) => immutable);
    expect(late.metadata.name).toMatch(
      /^vectors-cluster-programs-\$\{substr\(sha256\(local\.\w+\), 0, 10\)\}-\$\{substr\(terraform_data\.\w+\.id, 0, 8\)\}$/,
    );
    expect(late).toMatchObject({ immutable: true, lifecycle: { create_before_destroy: true } });
  });

  test('RemovalPolicy.DESTROY protects nothing, and the posture says so', () => {
    const stack = synthCluster({ removalPolicy: kubernetes.RemovalPolicy.DESTROY });
    const { spec } = objectOf(stack.objects, 'StatefulSet');
    expect(spec.persistentVolumeClaimRetentionPolicy).toEqual({ whenScaled: 'Retain', whenDeleted: 'Delete' });
    expect(JSON.stringify(stack.json.data.kubernetes_resources)).not.toContain('postcondition');
    expect(JSON.stringify(reportOf(stack))).toContain('QDR024');
  });

  test('a load balancer lets in the ranges that it was given, and the pods let in no more', () => {
    const clientService = kubernetes.ClientService.loadBalancer({ sourceRanges: ['203.0.113.0/24'] });
    const stack = synthCluster({ clientService, hostNames: ['vectors.example.com'] });
    expect(manifest(stack, 'Service', '^vectors-cluster$').spec).toMatchObject({
      type: 'LoadBalancer',
      loadBalancerSourceRanges: ['203.0.113.0/24'],
      externalTrafficPolicy: 'Local',
    });
    expect(manifest(stack, 'Certificate', '-tls$').spec.dnsNames).toContain('vectors.example.com');
    expect(reportOf(stack).exposure).toMatch(/6333 .*the pods, 203\.0\.113\.0\/24/);
  });

  test('a load balancer for the whole internet is a warning', () => {
    const stack = synthCluster({ clientService: kubernetes.ClientService.loadBalancer({ sourceRanges: ['0.0.0.0/0'] }) });
    expect(reportOf(stack).findings.map(({ ruleId }: any) => ruleId)).toEqual(['QDR003', 'QDR003']);
  });

  test('without a client service clients know the peers', () => {
    const stack = synthCluster({ clientService: kubernetes.ClientService.none() }, (cluster) =>
      expect(cluster.endpoint.restUrl).toBe('https://vectors-cluster-peers.search.svc.cluster.local:6333'),
    );
    expect(ofKind(stack, 'Service').map(({ metadata }) => metadata.name)).not.toContain('vectors-cluster');
  });

  test('a rotation names both keys, and does without the one that is gone', () => {
    const apiKeys = kubernetes.ApiKeys.generated({ generation: 2, alternateGeneration: 1 });
    const stack = synthCluster({ apiKeys });
    const { sources } = podOf(stack).volumes.find(({ name }: any) => name === 'keys').projected;
    expect(sources.map(({ secret }: any) => [secret.name, secret.items[0].path, secret.optional])).toEqual([
      ['vectors-cluster-admin-key-2', 'admin', false],
      ['vectors-cluster-read-only-key', 'read-only', false],
      ['vectors-cluster-admin-key-1', 'alternate', true],
    ]);
  });

  test('the route of a gateway is a name of the certificate', () => {
    const gateway = { gateway: { name: 'public' }, gatewayPods: kubernetes.Peer.namespace('gateways') };
    const stack = synthCluster({}, (cluster) => {
      cluster.addGatewayRoute('Public', { ...gateway, restHost: 'rest.example.com', grpcHost: 'grpc.example.com' });
      expect(cluster.requiredCertificate.subjectAlternativeNames).toContain('grpc.example.com');
      expect(cluster.requiredCertificate.extendedKeyUsages).toEqual(['serverAuth', 'clientAuth']);
    });
    expect(manifest(stack, 'Certificate', '-tls$').spec.dnsNames).toEqual(
      expect.arrayContaining(['rest.example.com', 'grpc.example.com']),
    );
    expect(ofKind(stack, 'TLSRoute').map(({ spec }) => spec.rules[0].backendRefs[0].port)).toEqual([6334, 6333]);
  });
});

describe('monitoring', () => {
  const scrapedBy = kubernetes.Peer.namespace('monitoring');
  const endpointOf = (stack: KubernetesStack) => manifest(stack, 'ServiceMonitor').spec.endpoints[0];

  test('scrapes REST with the read-only key, over TLS that is verified', () => {
    const endpoint = endpointOf(synthCluster({}, (cluster) => void cluster.addServiceMonitor('Monitor', { scrapedBy })));
    expect(endpoint).toMatchObject({
      port: 'rest',
      scheme: 'https',
      authorization: { type: 'Bearer', credentials: { name: 'vectors-cluster-read-only-key', key: 'api-key' } },
      tlsConfig: {
        serverName: 'vectors-cluster.search.svc.cluster.local',
        ca: { secret: { name: 'vectors-cluster-tls', key: 'ca.crt' } },
      },
    });
    expect(JSON.stringify(endpoint)).not.toContain('insecureSkipVerify');
  });

  test('scrapes the metrics port, and is let in there only', () => {
    const stack = synthCluster({ metricsPort: 9153 }, (cluster) => void cluster.addServiceMonitor('Monitor', { scrapedBy }));
    expect(endpointOf(stack)).toMatchObject({ port: 'metrics', scheme: 'https' });
    expect(endpointOf(stack)).not.toHaveProperty('authorization');
    expect(reportOf(stack).exposure).toMatch(/9153 \| metrics \| pods \| namespace monitoring/);
    expect(reportOf(stack).findings).toMatchObject([{ ruleId: 'QDR004' }]);
  });
});

describe('grants', () => {
  test('of reading give the Secret of the read-only key and the CA, and nothing else', () => {
    const stack = synthCluster(
      { tls: kubernetes.Tls.fromSecret('vectors-tls', { clientCa: kubernetes.CaBundle.fromConfigMap('company-ca') }) },
      (cluster) => {
        const account = kubernetes.Grantee.serviceAccount('apps', 'search');
        const grant = cluster.grantRead(account);
        expect(grant.secretNames).toEqual(['vectors-cluster-read-only-key']);
        expect(cluster.grantRead(account)).toBe(grant);
      },
    );
    expect(objectOf(stack.objects, 'Role').rules).toEqual([
      { apiGroups: [''], verbs: ['get'], resources: ['secrets'], resourceNames: ['vectors-cluster-read-only-key'] },
      { apiGroups: [''], verbs: ['get'], resources: ['configmaps'], resourceNames: ['company-ca'] },
    ]);
    expect(objectOf(stack.objects, 'RoleBinding').subjects).toEqual([
      { kind: 'ServiceAccount', name: 'search', namespace: 'apps' },
    ]);
    const { readers } = reportOf(stack).secrets.find(({ name }: any) => name === 'read-only API key');
    expect(readers.filter((reader: string) => reader.includes('account'))).toEqual(['service account apps/search']);
  });

  test('of the admin key give both while it is rotated', () => {
    const apiKeys = kubernetes.ApiKeys.generated({ alternateGeneration: 2 });
    const stack = synthCluster({ apiKeys }, (cluster) => void cluster.grantAdmin(kubernetes.Grantee.user('jane')));
    expect(objectOf(stack.objects, 'Role').rules[0].resourceNames).toEqual([
      'vectors-cluster-admin-key-1',
      'vectors-cluster-admin-key-2',
    ]);
  });
});

describe('a cluster that was made elsewhere', () => {
  test('is connected to and granted like one made here', () => {
    const stack = synthKubernetes((scope) => {
      const cluster = kubernetes.QdrantCluster.fromClusterAttributes(scope, 'Existing', {
        clusterName: 'vectors',
        namespace: 'search',
        readOnlyKey: kubernetes.Secret.fromName('read-only'),
      });
      expect(cluster.endpoint.restUrl).toBe('https://vectors.search.svc:6333');
      cluster.connections.allowRestFrom(kubernetes.Peer.namespace('apps'));
      cluster.grantRead(kubernetes.Grantee.serviceAccount('apps', 'search'));
      expect(() => cluster.grantAdmin(kubernetes.Grantee.user('jane'))).toThrow(/no admin key is known/);
    });
    expect(objectOf(stack.objects, 'NetworkPolicy').spec.podSelector.matchLabels).toEqual({
      'app.kubernetes.io/name': 'qdrant',
      'app.kubernetes.io/instance': 'vectors',
    });
    expect(objectOf(stack.objects, 'Role').rules[0].resourceNames).toEqual(['read-only']);
  });
});

describe('outputs', () => {
  test('carry the addresses and the snippets, and no secret', () => {
    const { output } = synthCluster({}, (cluster) => cluster.addOutputs()).json;
    const urls = ['6333', '6334'].map((port) => `https://vectors-cluster.search.svc.cluster.local:${port}`);
    const where =
      "kubectl --namespace search get secret vectors-cluster-tls --output jsonpath='{.data.ca\\.crt}' | base64 --decode";
    expect(Object.values<any>(output).map(({ value }) => value)).toEqual(expect.arrayContaining([...urls, where]));
  });
});

describe('addresses of resources', () => {
  // Whoever changes one of these loses a StatefulSet, or its keys, on the next apply of everybody who uses the library.
  test('stay as they are', () => {
    // What never changes is another resource for other data.
    const addresses = (stack: KubernetesStack) =>
      stack.addresses().map((address) => address.replace(/_[0-9a-f]{10}_[0-9A-F]{8}$/, '_DIGEST'));
    expect(addresses(synthCluster({ apiKeys: kubernetes.ApiKeys.generated({ alternateGeneration: 2 }) }))).toMatchSnapshot();
    const everything = synthKubernetes((stack) => void addEverything(stack, 'everything'));
    expect(addresses(everything)).toMatchSnapshot();
    // What Kubernetes keeps by its name, or never lets change, is an address too.
    const names = (object: KubernetesObject) => `${object.kind} ${object.metadata.name}`.replace(/-[0-9a-f]{10}\b/, '-DIGEST');
    expect(everything.objects.filter(({ kind }) => kind !== 'ConfigMap').map(names)).toMatchSnapshot();
    const { selector, serviceName, volumeClaimTemplates } = objectOf(everything.objects, 'StatefulSet').spec;
    expect({ selector, serviceName, claims: volumeClaimTemplates.map(({ metadata }: any) => metadata.name) }).toMatchSnapshot();
  });
});
