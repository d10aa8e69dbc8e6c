import * as fc from 'fast-check';
import { kubernetes } from '../../lib';
import { ApiServer, KubernetesApi, releaseOf } from '../support/kubernetes/api';
import { addEverything, restrictedNamespace } from '../support/kubernetes/everything';
import { KubernetesObject, objectOf, objectsOf } from '../support/kubernetes/objects';
import { KubernetesStack, minimal, synthKubernetes } from '../support/kubernetes/synth';
import { describeWith } from '../support/programs';
import { runs, terraformOf } from '../support/properties';
import { addKubernetesCluster, kubernetesOptions } from '../support/random-clusters';

/** The pod that the StatefulSet's controller makes of a template. */
function podOf(statefulSet: KubernetesObject, change: (spec: any) => void = () => {}): KubernetesObject {
  const { template, volumeClaimTemplates } = statefulSet.spec;
  const claims = volumeClaimTemplates.map(({ metadata: { name } }: any) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${statefulSet.metadata.name}-0` },
  }));
  const spec = structuredClone({ ...template.spec, volumes: [...template.spec.volumes, ...claims] });
  change(spec);
  const { namespace } = statefulSet.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template.metadata, name: `${statefulSet.metadata.name}-0`, namespace },
    spec,
  };
}

/** The pod that the controller of jobs makes of a template. */
function podOfJob(job: KubernetesObject): KubernetesObject {
  const { metadata, spec } = job.spec.template;
  const { name, namespace } = job.metadata;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name, namespace }, spec };
}

/** The paths of what was given and is not kept, save what says nothing. */
function droppedFields(given: any, kept: any, path: string[] = []): string[] {
  const says = (value: any) => (typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value));
  if (typeof given !== 'object') return [];
  return Object.entries(given)
    .filter(([, value]) => says(value))
    .flatMap(([name, value]) => {
      const here = [...path, name];
      // The API keeps it as `data`.
      if (name === 'stringData') return [];
      return kept[name] === undefined ? [here.join('.')] : droppedFields(value, kept[name], here);
    });
}

const stacks: Array<[string, () => KubernetesStack]> = [
  [
    'a cluster with nothing but what it must be told',
    () =>
      synthKubernetes((stack) => {
        const namespace = restrictedNamespace(stack, 'plain');
        new kubernetes.QdrantCluster(stack, 'Cluster', { ...minimal, namespace: namespace.metadata.name });
      }),
  ],
  [
    'a cluster that is verified after each apply',
    () =>
      synthKubernetes((stack) => {
        restrictedNamespace(stack, 'verified');
        const clientVerification = kubernetes.ClientVerification.required();
        new kubernetes.QdrantCluster(stack, 'Cluster', {
          ...minimal,
          ...{ namespace: 'verified', clientVerification, user: kubernetes.PodUser.assignedByNamespace() },
        }).verifyAfterApply();
      }),
  ],
  [
    'one node that serves REST only, and is not protected',
    () =>
      synthKubernetes((stack) => {
        restrictedNamespace(stack, 'single');
        new kubernetes.QdrantCluster(stack, 'Cluster', {
          ...minimal,
          namespace: 'single',
          nodeCount: 1,
          grpc: false,
          tls: kubernetes.Tls.fromSecret('single-tls'),
          clientService: kubernetes.ClientService.none(),
          removalPolicy: kubernetes.RemovalPolicy.DESTROY,
        }).addServiceMonitor('Monitor', { scrapedBy: kubernetes.Peer.namespace('monitoring') });
      }),
  ],
  [
    'a cluster with everything',
    () =>
      synthKubernetes((stack) => {
        restrictedNamespace(stack, 'everything');
        addEverything(stack, 'everything');
      }),
  ],
  [
    'a gateway that speaks TLS anew',
    () =>
      synthKubernetes((stack) => {
        restrictedNamespace(stack, 'anew');
        const clientCa = kubernetes.CaBundle.fromConfigMap('company-ca');
        new kubernetes.QdrantCluster(stack, 'Cluster', {
          ...minimal,
          namespace: 'anew',
          tls: kubernetes.Tls.fromSecret('vectors-tls', { clientCa }),
        }).addGatewayRoute('Public', {
          gateway: { name: 'public' },
          gatewayPods: kubernetes.Peer.namespace('gateways'),
          restHost: 'rest.example.com',
          grpcHost: 'grpc.example.com',
          tls: kubernetes.GatewayTls.RE_ENCRYPT,
        });
      }),
  ],
];

/** What the objects that a user applies must be right for: the newest release, and the oldest that the README names. */
const SERVERS: ApiServer[] = ['apiserver', 'oldest'];

SERVERS.forEach((server) =>
  describeWith(KubernetesApi.programsOf(server), `a real API of Kubernetes ${releaseOf(server)}`, () => judging(server)),
);

function judging(server: ApiServer): void {
  let api: KubernetesApi;

  beforeAll(async () => {
    api = await KubernetesApi.start(server);
    await api.addDefinitions();
  }, 300000);
  afterAll(() => api?.stop());

  test('is of the release that is meant', async () => {
    const { major, minor } = (await api.call('GET', '/version')).body;
    expect(`${major}.${minor}`).toBe(releaseOf(server));
  });

  describe.each(stacks)('given %s', (_what, synthesize) => {
    let objects: KubernetesObject[];

    beforeAll(() => {
      const all = synthesize().objects;
      const isNamespace = ({ kind }: KubernetesObject) => kind === 'Namespace';
      objects = [...all.filter(isNamespace), ...all.filter((object) => !isNamespace(object))];
    });

    test('accepts every object, and knows every field', async () => {
      const refused = [];
      for (const object of objects) {
        const { status, body } = await api.apply(object);
        if (status >= 300) refused.push(`${object.kind} ${object.metadata.name}: ${body.message ?? body}`);
      }
      expect(refused).toEqual([]);
    });

    test('keeps every field, also of what a release may have turned off', async () => {
      const dropped = [];
      for (const object of objects) {
        const { body } = await api.apply(object);
        dropped.push(...droppedFields(object, body).map((field) => `${object.kind} ${object.metadata.name}: ${field}`));
      }
      expect(dropped).toEqual([]);
    });

    test('changes nothing when they are applied again', async () => {
      for (const object of objects) {
        const [first, second] = [await api.apply(object), await api.apply(object)];
        expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
      }
    });

    test('admits its pod where the Pod Security Standard "restricted" is enforced', async () => {
      const pod = podOf(objectOf(objects, 'StatefulSet'));
      const { status, body } = await api.create(pod, true);
      expect({ status, message: body.message }).toEqual({ status: 201, message: undefined });
    });

    test('admits the pods of its jobs there too', async () => {
      for (const job of objects.filter(({ kind }) => kind === 'Job')) {
        const pod = podOfJob(job);
        // Every namespace has it; no controller runs here that makes it.
        const { namespace } = pod.metadata;
        await api.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
        const { status, body } = await api.create(pod, true);
        expect({ status, message: body.message }).toEqual({ status: 201, message: undefined });
        const privileged = structuredClone(pod);
        privileged.spec.containers[0].securityContext.allowPrivilegeEscalation = true;
        const refusal = await api.create(privileged, true);
        expect(refusal.status).toBe(403);
        expect(refusal.body.message).toContain('violates PodSecurity "restricted');
      }
    });

    test('would refuse the pod with more rights than it has', async () => {
      const tooMuch: Array<(spec: any) => void> = [
        (spec) => (spec.securityContext.runAsNonRoot = spec.containers[0].securityContext.runAsNonRoot = false),
        (spec) => delete spec.securityContext.seccompProfile,
        (spec) => delete spec.containers[0].securityContext.capabilities,
        (spec) => (spec.hostNetwork = true),
      ];
      for (const change of tooMuch) {
        const { status, body } = await api.create(podOf(objectOf(objects, 'StatefulSet'), change), true);
        expect(status).toBe(403);
        expect(body.message).toContain('violates PodSecurity "restricted');
      }
    });
  });

  test('accepts and keeps what clusters with drawn options consist of', async () => {
    await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'search' } });
    const property = fc.asyncProperty(kubernetesOptions, async (drawn) => {
      const objects = objectsOf(terraformOf((stack) => void addKubernetesCluster(stack, drawn)));
      for (const object of objects) {
        const { status, body } = await api.apply(object, true);
        const { kind } = object;
        expect({ kind, refusal: status < 300 ? undefined : body.message }).toEqual({ kind, refusal: undefined });
        expect({ kind, dropped: droppedFields(object, body) }).toEqual({ kind, dropped: [] });
      }
    });
    await fc.assert(property, runs(10));
  });

  test('refuses a field that it does not know, so that what it accepts is known', async () => {
    const { objects } = synthKubernetes((stack) => void addEverything(stack, 'everything'));
    for (const kind of [
      'StatefulSet',
      'NetworkPolicy',
      'Certificate',
      'ServiceMonitor',
      'PrometheusRule',
      'TLSRoute',
      'ExternalSecret',
    ]) {
      const object = objects.find((one) => one.kind === kind)!;
      const { status, body } = await api.apply({ ...object, spec: { ...object.spec, verifyClients: true } });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(body)).toContain('verifyClients');
    }
  });

  test('lets whom reading was granted read that Secret and nothing else', async () => {
    const account = { namespace: 'apps', name: 'search' };
    const secret = (name: string, verb = 'get') =>
      api.may(account, { namespace: 'everything', verb, resource: 'secrets', name });
    expect(await secret('vectors-read-only-key')).toBe(true);
    expect(await secret('vectors-admin-key')).toBe(false);
    expect(await secret('vectors-tls')).toBe(false);
    expect(await secret('vectors-read-only-key', 'list')).toBe(false);
    expect(await secret('vectors-read-only-key', 'update')).toBe(false);
    const bundle = { namespace: 'everything', verb: 'get', resource: 'configmaps', name: 'company-ca' };
    expect(await api.may(account, bundle)).toBe(true);
  });

  test('gives the pods themselves no right at all', async () => {
    const account = { namespace: 'everything', name: 'vectors' };
    for (const resource of ['secrets', 'pods', 'configmaps']) {
      expect(await api.may(account, { namespace: 'everything', verb: 'get', resource })).toBe(false);
    }
  });
}
