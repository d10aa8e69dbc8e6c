import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { StatefulSetV1 } from '@cdktf/provider-kubernetes/lib/stateful-set-v1';
import { TerraformResource, TerraformVariable, Testing } from 'cdktf';
import * as fc from 'fast-check';
import { CollectionAccess, CollectionGrantProps, kubernetes } from '../../lib';
import '../../lib/testing/jest';
import { parse } from 'yaml';
import { differencesOf, madeOf } from '../support/differences';
import { mayReach } from '../support/kubernetes/network-policies';
import { KubernetesObject, objectOf } from '../support/kubernetes/objects';
import { KubernetesStack, minimal, synthCluster, synthKubernetes } from '../support/kubernetes/synth';
import { ROOT } from '../support/programs';
import { runs } from '../support/properties';
import { stackOnKubernetes } from '../testing/stacks';

type Props = Partial<kubernetes.QdrantClusterProps>;
type Granting = (cluster: kubernetes.QdrantCluster) => void;

const { Grantee, ApiKeys } = kubernetes;
const indexer = Grantee.serviceAccount('search', 'indexer');
const jane = Grantee.user('jane');
const grantIndexer: Granting = (cluster) =>
  void cluster.grantCollections(indexer, { collections: ['articles'], access: CollectionAccess.WRITE_POINTS });
const granted = (grant: Granting = grantIndexer, props: Props = {}) => synthCluster(props, grant);

const JOB = /^vectors-cluster-tokens-[0-9a-f]{10}$/;
const job = ({ objects }: KubernetesStack) => objectOf(objects, 'Job', JOB);
const cronJob = ({ objects }: KubernetesStack) => objectOf(objects, 'CronJob');
const podsOf = (stack: KubernetesStack) => [job(stack).spec.template, cronJob(stack).spec.jobTemplate.spec.template];
const programs = ({ objects }: KubernetesStack) => objectOf(objects, 'ConfigMap', /-tokens-[0-9a-f]{10}-[0-9a-f]{8}$/);
const grantsOf = (stack: KubernetesStack) => JSON.parse(programs(stack).data['grants.json']);
const tokenSecrets = ({ objects }: KubernetesStack) =>
  objects.filter(({ kind, metadata }) => kind === 'Secret' && metadata.name.startsWith('vectors-cluster-token-'));
/** Whether the server takes tokens, by its settings or by its environment, which wins. */
const takesTokens = ({ objects }: KubernetesStack) => {
  const { service } = parse(objectOf(objects, 'ConfigMap', '-programs-').data['settings.yaml']);
  const [server] = objectOf(objects, 'StatefulSet').spec.template.spec.containers;
  const variable = server.env.find(({ name }: any) => name === 'QDRANT__SERVICE__JWT_RBAC');
  return variable?.value ?? String(service.jwt_rbac);
};
const revisionOf = (stack: KubernetesStack) => tokenSecrets(stack)[0].metadata.annotations['cdktf-qdrant/grants'];
const resource = (stack: KubernetesStack, type: string, name: RegExp) =>
  Object.entries<any>(stack.json.resource[type]).find(([id]) => name.test(id))![1];

describe('a grant of collections', () => {
  test('has the nodes take tokens, which they do not by themselves', () => {
    expect(takesTokens(granted())).toBe('true');
    expect(takesTokens(synthCluster())).toBe('undefined');
  });

  test('has them do so where only Terraform knows what they are told', () => {
    const stack = synthKubernetes((scope) => {
      const jwtRbac: any = new TerraformVariable(scope, 'Tokens', { type: 'bool' }).booleanValue;
      grantIndexer(
        new kubernetes.QdrantCluster(scope, 'Cluster', { ...minimal, clusterName: 'vectors-cluster', settings: { jwtRbac } }),
      );
    });
    const [{ env }] = resource(stack, 'kubernetes_stateful_set_v1', /StatefulSet/).spec.template.spec.container;
    expect(env).toContainEqual({ name: 'QDRANT__SERVICE__JWT_RBAC', value: 'true' });
  });

  test('rolls the pods once, by the first grant, and is waited for', () => {
    const revision = (stack: KubernetesStack) => {
      const label = objectOf(stack.objects, 'StatefulSet').spec.template.metadata.labels['cdktf-qdrant/revision'];
      expect(objectOf(stack.objects, 'Job', '-rollout-').metadata.name).toBe(`vectors-cluster-rollout-${label}-3`);
      return label;
    };
    const second: Granting = (cluster) => void cluster.grantCollections(jane, { collections: ['images'] });
    expect(revision(granted())).toMatch(/^[0-9a-f]{10}$/);
    expect(revision(granted())).not.toBe(revision(synthCluster()));
    expect(revision(granted((cluster) => [grantIndexer, second].forEach((grant) => grant(cluster))))).toBe(revision(granted()));
  });

  test.each<[string, (grant: () => void, change: () => void) => void]>([
    ['before', (grant, change) => [change, grant].forEach((step) => step())],
    ['after it', (grant, change) => [grant, change].forEach((step) => step())],
  ])('hides nothing that somebody changed of the pods %s', (_when, inOrder) => {
    const changed = () =>
      synthCluster({}, (cluster) => {
        const statefulSet = madeOf(cluster, StatefulSetV1);
        const change = () =>
          statefulSet.addOverride('spec.template.spec.container.0.env.0', { name: 'HTTPS_PROXY', value: 'x' });
        inOrder(() => grantIndexer(cluster), change);
      });
    expect(differencesOf(changed)).toEqual([expect.stringMatching(/^QDR078: the variable POD_IPS is left out/)]);
    expect(differencesOf(() => granted())).toEqual([]);
  });

  test('rolls no pods that take tokens already', () => {
    const props = { settings: { jwtRbac: true } };
    const template = (stack: KubernetesStack) => objectOf(stack.objects, 'StatefulSet').spec.template;
    expect(template(granted(grantIndexer, props))).toEqual(template(synthCluster(props)));
  });

  test('keeps what others have changed of the pods', () => {
    const stack = granted((cluster) => {
      (cluster.node.defaultChild as TerraformResource).addOverride('spec.template.spec.host_users', false);
      grantIndexer(cluster);
    });
    expect(resource(stack, 'kubernetes_stateful_set_v1', /StatefulSet/).spec.template.spec.host_users).toBe(false);
    expect(takesTokens(stack)).toBe('true');
  });

  test('keeps what others have set of the StatefulSet, each of its containers included', () => {
    const beside = { name: 'beside', image: 'docker.io/library/busybox:1.37.0' };
    const specOf = (grant: Granting) => {
      const stack = granted((cluster) => {
        const { spec } = cluster.node.defaultChild as StatefulSetV1;
        spec.minReadySeconds = 60;
        spec.template.metadata.annotations = { note: 'kept' };
        spec.template.spec.priorityClassName = 'high';
        spec.template.spec.putContainer([...(spec.template.spec.containerInput as object[]), beside] as any);
        grant(cluster);
      });
      expect(takesTokens(stack)).toBe(grant === grantIndexer ? 'true' : 'undefined');
      const { minReadySeconds, template } = objectOf(stack.objects, 'StatefulSet').spec;
      const { priorityClassName, containers } = template.spec;
      const { image } = containers.find(({ name }: any) => name === 'beside');
      return { minReadySeconds, annotations: template.metadata.annotations, priorityClassName, image };
    };
    expect(specOf(grantIndexer)).toEqual(specOf(() => {}));
    expect(specOf(grantIndexer)).toMatchObject({ minReadySeconds: 60, priorityClassName: 'high', image: beside.image });
  });

  test('names the revision also where a part of the pods is known only to Terraform', () => {
    const made = (grant: Granting) => {
      const stack = synthKubernetes((scope) => {
        const podAnnotations = { note: new TerraformVariable(scope, 'Note', {}).stringValue };
        grant(new kubernetes.QdrantCluster(scope, 'Cluster', { ...minimal, clusterName: 'vectors-cluster', podAnnotations }));
      });
      const { metadata } = resource(stack, 'kubernetes_stateful_set_v1', /StatefulSet/).spec.template;
      const [, digested] = /sha256\(local\.([\w-]+)\)/.exec(metadata.labels['cdktf-qdrant/revision'])!;
      return JSON.parse(stack.json.locals[digested]).spec.container[0].env.map(({ name }: any) => name);
    };
    expect(made(grantIndexer)).toEqual([...made(() => {}), 'QDRANT__SERVICE__JWT_RBAC']);
  });

  test('is for a token with these claims, in a Secret of its own', () => {
    let grant: kubernetes.CollectionGrant | undefined;
    const stack = granted((cluster) => {
      grant = cluster.grantCollections(indexer, {
        collections: ['images', 'articles'],
        access: CollectionAccess.WRITE,
        validityHours: 24,
        validWhile: { collection: 'consumers', matches: { consumer: 'indexer', active: true } },
      });
    });
    expect(grantsOf(stack)).toEqual([
      {
        secret: grant!.tokenSecretName,
        validityHours: 24,
        claims: {
          access: [
            { collection: 'articles', access: 'rw' },
            { collection: 'images', access: 'rw' },
          ],
          value_exists: {
            collection: 'consumers',
            matches: [
              { key: 'active', value: true },
              { key: 'consumer', value: 'indexer' },
            ],
          },
          subject: 'service account search/indexer',
        },
      },
    ]);
    expect(tokenSecrets(stack).map(({ metadata }) => metadata.name)).toEqual([grant!.tokenSecretName]);
    expect(grant).toMatchObject({ tokenSecretKey: 'token', grantee: indexer, secretNames: [grant!.tokenSecretName] });
  });

  test.each([
    [undefined, 'r'],
    [CollectionAccess.READ, 'r'],
    [CollectionAccess.WRITE_POINTS, 'prw'],
    [CollectionAccess.WRITE, 'rw'],
  ])('of access %s claims %s', (access, claimed) => {
    const stack = granted((cluster) => void cluster.grantCollections(jane, { collections: ['a'], access }));
    expect(grantsOf(stack)[0]).toMatchObject({ validityHours: 72, claims: { access: [{ collection: 'a', access: claimed }] } });
    expect(grantsOf(stack)[0].claims).not.toHaveProperty('value_exists');
  });

  test('adds to the one token that a grantee has', () => {
    const grants: kubernetes.CollectionGrant[] = [];
    const stack = granted((cluster) => {
      grants.push(cluster.grantCollections(indexer, { collections: ['articles'], validityHours: 24 }));
      grants.push(cluster.grantCollections(indexer, { collections: ['images'], access: CollectionAccess.WRITE }));
      grants.push(cluster.grantCollections(Grantee.serviceAccount('search', 'indexer'), { collections: ['articles'] }));
    });
    expect(new Set(grants).size).toBe(1);
    expect(grantsOf(stack)).toHaveLength(1);
    expect(grantsOf(stack)[0]).toMatchObject({
      validityHours: 24,
      claims: {
        access: [
          { collection: 'articles', access: 'r' },
          { collection: 'images', access: 'rw' },
        ],
      },
    });
  });

  test('is as it was before after a call that threw', () => {
    const first = { collections: ['articles'], validityHours: 24 };
    const refused: CollectionGrantProps[] = [
      { collections: ['images'], access: CollectionAccess.WRITE, validityHours: 48 },
      { collections: ['images', 'articles'], access: CollectionAccess.WRITE },
      {
        collections: ['consumers'],
        access: CollectionAccess.WRITE,
        validWhile: { collection: 'consumers', matches: { consumer: 'indexer' } },
      },
    ];
    const stack = granted((cluster) => {
      cluster.grantCollections(indexer, first);
      for (const props of refused) expect(() => cluster.grantCollections(indexer, props)).toThrow();
      expect(() => cluster.grantCollections(jane, refused[2])).toThrow(/which user jane may write to/);
    });
    expect(grantsOf(stack)).toEqual(grantsOf(granted((cluster) => void cluster.grantCollections(indexer, first))));
  });

  test('is the same in whatever order grants are written', () => {
    const read: Granting = (cluster) => void cluster.grantCollections(jane, { collections: ['images', 'articles'] });
    const other: Granting = (cluster) => void cluster.grantCollections(jane, { collections: ['articles', 'images'] });
    const both = (...grants: Granting[]) => granted((cluster) => grants.forEach((grant) => grant(cluster)));
    expect(grantsOf(both(other, grantIndexer))).toEqual(grantsOf(both(grantIndexer, read)));
    expect(revisionOf(both(other, grantIndexer))).toBe(revisionOf(both(grantIndexer, read)));
  });

  test('keeps the Secret of its token whatever is granted, and tells apart whom it is for', () => {
    const nameFor = (grantee: kubernetes.Grantee, props: CollectionGrantProps) => {
      let name = '';
      granted((cluster) => void (name = cluster.grantCollections(grantee, props).tokenSecretName));
      return name;
    };
    expect(nameFor(indexer, { collections: ['images'], validityHours: 1 })).toBe(
      nameFor(indexer, { collections: ['articles'] }),
    );
    const grantees = [indexer, Grantee.serviceAccount('search-indexer', 'x'), Grantee.user('a b'), Grantee.user('a-b'), jane];
    expect(new Set(grantees.map((grantee) => nameFor(grantee, { collections: ['a'] }))).size).toBe(grantees.length);
  });

  test('lets the grantee read that Secret and the CA, and nothing else', () => {
    const clientCa = kubernetes.CaBundle.fromConfigMap('company-ca');
    const stack = granted(grantIndexer, { tls: kubernetes.Tls.fromSecret('own-tls', { clientCa }) });
    const { rules, metadata } = objectOf(stack.objects, 'Role', '-collections-');
    expect(rules).toEqual([
      { apiGroups: [''], resources: ['secrets'], resourceNames: [tokenSecrets(stack)[0].metadata.name], verbs: ['get'] },
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['company-ca'], verbs: ['get'] },
    ]);
    const binding = objectOf(stack.objects, 'RoleBinding', '-collections-');
    expect(binding.roleRef.name).toBe(metadata.name);
    expect(binding.subjects).toEqual([{ kind: 'ServiceAccount', namespace: 'search', name: 'indexer' }]);
  });

  test('reaches the program as it is written, whatever Terraform would take it for', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '$', '{', '}', '%', '"', '\\', '${', '%{', '$${', 'é'), minLength: 1 });
    // No collection has such a name.
    const name = text.filter((one) => !/["\\]/.test(one));
    const property = fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 3 }), text, (collections, consumer) => {
      const key = `"${consumer.replace(/["\\]/g, '')}"`;
      const validWhile = { collection: 'consumers', matches: { [key]: consumer } };
      const stack = granted((cluster) => void cluster.grantCollections(Grantee.user(consumer), { collections, validWhile }));
      const [{ claims, secret }] = grantsOf(stack);
      expect(claims).toEqual({
        access: [...collections].sort().map((collection) => ({ collection, access: 'r' })),
        value_exists: { collection: 'consumers', matches: [{ key, value: consumer }] },
        subject: `user ${consumer}`,
      });
      expect(secret).toMatch(/^[a-z0-9-]{1,253}$/);
    });
    fc.assert(property, runs(10));
  });

  test('depends on any path of a payload', () => {
    const paths = ['consumer', 'größe_2-b', 'a.b.c', '"a b"', 'a."x/y".c', 'list[]', 'list[0].name', '"${a}"'];
    for (const path of paths) {
      const validWhile = { collection: 'consumers', matches: { [path]: 1 } };
      const stack = granted((cluster) => void cluster.grantCollections(jane, { collections: ['a'], validWhile }));
      expect(grantsOf(stack)[0].claims.value_exists.matches).toEqual([{ key: path, value: 1 }]);
    }
    const stack = granted((cluster) => {
      const key = new TerraformVariable(cluster, 'Key', {}).stringValue;
      cluster.grantCollections(jane, { collections: ['a'], validWhile: { collection: 'consumers', matches: { [key]: 1 } } });
    });
    const [, local] = Object.entries<any>(stack.json.locals).find(([name]) => /Grants/.test(name))!;
    expect(local[0].claims.value_exists.matches[0].key).toMatch(/^\$\{var\.\w+Key\w*\}$/);
  });

  test('has room for what a header has room for, beside what only Terraform knows', () => {
    const collections = Array.from({ length: 100 }, (_, index) => `tenant-${1000 + index}-articles`);
    const grant: Granting = (cluster) => {
      const name = new TerraformVariable(cluster, 'Name', {}).stringValue;
      const validityHours = new TerraformVariable(cluster, 'Hours', { type: 'number' }).numberValue;
      cluster.grantCollections(indexer, { collections: [...collections, name, `beside-${name}`], validityHours });
      expect(() => cluster.grantCollections(indexer, { collections: collections.map((one) => `${one}-too`) })).toThrow(
        /the token of service account search\/indexer would have \d+ characters or more.*Allowed: up to 8000.*another grantee/,
      );
      cluster.grantCollections(jane, { collections: collections.map((one) => `${one}-too`) });
    };
    expect(() => granted(grant)).not.toThrow();
  });

  test('writes what Terraform would take for an expression as it is given, and lets through what only Terraform knows', () => {
    const stack = granted(
      (cluster) =>
        void cluster.grantCollections(indexer, {
          collections: ['a${b}%{c}', new TerraformVariable(cluster, 'Name', {}).stringValue],
          validityHours: new TerraformVariable(cluster, 'Hours', { type: 'number' }).numberValue,
          validWhile: {
            collection: 'consumers',
            matches: { generation: new TerraformVariable(cluster, 'Generation', { type: 'number' }).numberValue },
          },
        }),
    );
    const local: any = Object.entries(stack.json.locals).find(([name]) => /Grants/.test(name))![1];
    expect(local).toMatchObject([
      {
        validityHours: expect.stringMatching(/^\$\{var\.\w+Hours\w*\}$/),
        claims: {
          access: [{ collection: expect.stringMatching(/^\$\{var\.\w+Name\w*\}$/) }, { collection: 'a$${b}%%{c}' }],
          value_exists: { matches: [{ key: 'generation', value: expect.stringMatching(/^\$\{var\.\w+Generation\w*\}$/) }] },
        },
      },
    ]);
  });
});

describe('a consumer', () => {
  test('can be made once its token is signed', () => {
    const stack = granted((cluster) => {
      const grant = cluster.grantCollections(indexer, { collections: ['articles'] });
      const dependsOn = [grant, cluster.grantCollections(jane, { collections: ['articles'] })];
      new ConfigMapV1(cluster, 'Consumer', { metadata: { name: 'consumer' }, dependsOn });
    });
    const [signing] = Object.keys(stack.json.resource.kubernetes_job_v1).filter((id) => /TokenSigner/.test(id));
    const { depends_on: after } = resource(stack, 'kubernetes_config_map_v1', /Consumer/);
    expect(after).toEqual(Array(2).fill(`kubernetes_job_v1.${signing}`));
  });
});

describe('the Secret of a token', () => {
  test('is made without a value, and is one of which the provider reads none', () => {
    const stack = granted();
    const secret = resource(stack, 'kubernetes_secret_v1', /GrantCollections/);
    expect(secret).toMatchObject({ data_wo: {}, data_wo_revision: 1 });
    for (const member of ['data', 'binary_data']) expect(secret).not.toHaveProperty(member);
    expect(Testing.fullSynth(stackOnKubernetes(grantIndexer))).toKeepSecretsOutOfState();
  });

  test('is told of its grants once all nodes serve, and not before', () => {
    const { depends_on: after } = resource(granted(), 'kubernetes_secret_v1', /GrantCollections/);
    expect(after.join()).toMatch(/kubernetes_job_v1\.\w*Rollout_Job/);
  });

  const revisions: Array<[string, Granting, Props?]> = [
    ['another access', (cluster) => void cluster.grantCollections(indexer, { collections: ['articles'] })],
    ['one consumer more', (cluster) => [grantIndexer(cluster), cluster.grantCollections(jane, { collections: ['a'] })]],
    ['another key', grantIndexer, { apiKeys: ApiKeys.generated({ generation: 2 }) }],
  ];
  test.each(revisions)('is for another revision with %s', (...[, grant, props]) => {
    expect(revisionOf(granted(grant, props))).not.toBe(revisionOf(granted()));
  });

  test('is for the same revision with what has nothing to do with tokens', () => {
    const props = { settings: { logLevel: 'DEBUG' }, nodeCount: 5, apiKeys: ApiKeys.generated({ readOnlyGeneration: 2 }) };
    expect(revisionOf(granted(grantIndexer, props))).toBe(revisionOf(granted()));
  });
});

describe('what signs', () => {
  const stack = granted();

  test('is the bundled program, told of the revision that its Secrets have', () => {
    expect(programs(stack)).toMatchObject({
      immutable: true,
      data: { 'tokens.js': readFileSync(join(ROOT, 'lib/cluster/bundles/tokens.js'), 'utf8') },
    });
    for (const { spec } of podsOf(stack)) {
      expect(spec.containers[0].command).toEqual([
        ...['node', '/opt/cdktf-qdrant/tokens.js', '--grants', '/opt/cdktf-qdrant/grants.json'],
        ...['--revision', revisionOf(stack), '--api-key-file', '/run/secrets/cdktf-qdrant/api-key'],
        ...['--account', '/var/run/secrets/kubernetes.io/serviceaccount'],
      ]);
      expect(spec.volumes[0]).toMatchObject({ configMap: { name: programs(stack).metadata.name } });
    }
    expect(job(stack).metadata.name).toBe(`vectors-cluster-tokens-${revisionOf(stack)}`);
  });

  test('runs with the apply, which waits for it, once what it needs is there', () => {
    const { wait_for_completion: waits, depends_on: after } = resource(stack, 'kubernetes_job_v1', /TokenSigner/);
    expect(waits).toBe(true);
    for (const needed of [
      /secret_v1\.\w*GrantCollections/,
      /role_binding_v1\.\w*TokenSigner/,
      /cron_job_v1/,
      /network_policy/,
    ]) {
      expect(after.join()).toMatch(needed);
    }
  });

  test('runs every ten minutes too, one at a time, twice at least in the last third of the shortest validity', () => {
    expect(cronJob(stack).spec).toMatchObject({ schedule: '*/10 * * * *', concurrencyPolicy: 'Forbid' });
    expect(cronJob(stack).spec.jobTemplate.spec.activeDeadlineSeconds).toBeLessThan(600);
    expect(resource(stack, 'kubernetes_cron_job_v1', /TokenSigner/).depends_on.join()).toMatch(
      /secret_v1\.\w*GrantCollections/,
    );
  });

  test('is given the admin key that the nodes use, in each step of a rotation, and no other secret', () => {
    const keyIn = (props: Props) =>
      podsOf(granted(grantIndexer, props)).map(({ spec }) =>
        spec.volumes[1].projected.sources.map(({ secret }: any) => secret),
      );
    const generated = (generation: number, alternateGeneration?: number) => ({
      apiKeys: ApiKeys.generated({ generation, alternateGeneration }),
    });
    const files = (name: string, key = 'api-key') => Array(2).fill([{ name, items: [{ key, path: 'api-key' }] }]);
    expect(keyIn(generated(1))).toEqual(files('vectors-cluster-admin-key-1'));
    expect(keyIn(generated(1, 2))).toEqual(files('vectors-cluster-admin-key-1'));
    expect(keyIn(generated(2, 1))).toEqual(files('vectors-cluster-admin-key-2'));
    expect(keyIn(generated(2))).toEqual(files('vectors-cluster-admin-key-2'));
    const existing = ApiKeys.fromSecrets({ admin: kubernetes.Secret.fromName('keys', 'admin') });
    expect(keyIn({ apiKeys: existing })).toEqual(files('keys', 'admin'));
  });

  test('runs anew with the apply that has the operator fetch another value into the same Secret', () => {
    const external = (remoteKey: string) =>
      granted(grantIndexer, {
        apiKeys: ApiKeys.fromExternalSecrets({ store: kubernetes.SecretStore.store('vault'), admin: { remoteKey } }),
      });
    const { lifecycle } = resource(external('a'), 'kubernetes_job_v1', /TokenSigner/);
    expect(lifecycle.replace_triggered_by.join()).toMatch(/kubernetes_manifest\.Cluster_AdminKey_/);
  });

  test('runs anew with the apply that makes a Secret again, as somebody deleted it', () => {
    const janeToo: Granting = (cluster) => void cluster.grantCollections(jane, { collections: ['images'] });
    const triggering = (...grants: Granting[]) => {
      const stack = granted((cluster) => grants.forEach((grant) => grant(cluster)));
      const { lifecycle } = resource(stack, 'kubernetes_job_v1', /TokenSigner/);
      const [, id] = /^terraform_data\.(\w+)$/.exec(lifecycle.replace_triggered_by.at(-1))!;
      return stack.json.resource.terraform_data[id].triggers_replace;
    };
    const both = triggering(grantIndexer, janeToo);
    expect(JSON.stringify(both).match(/\$\{kubernetes_secret_v1\.[\w-]+\.metadata\[0\]\.uid\}/g)).toHaveLength(2);
    expect(triggering(janeToo, grantIndexer)).toEqual(both);
  });

  test('is a pod that meets `restricted`, has no key in its environment, and a token of its account for a few minutes', () => {
    for (const { spec } of podsOf(stack)) {
      expect(spec).toMatchObject({
        ...{ automountServiceAccountToken: false, serviceAccountName: 'vectors-cluster-tokens', restartPolicy: 'Never' },
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(spec.containers[0]).not.toHaveProperty('env');
      expect(spec.containers[0].securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(spec.containers[0].volumeMounts.every(({ readOnly }: any) => readOnly)).toBe(true);
      expect(spec.volumes[2].projected.sources).toEqual([
        { serviceAccountToken: { path: 'token', expirationSeconds: 600 } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
      ]);
    }
  });

  test('may read and write the Secrets of the tokens and no others', () => {
    const both = granted((cluster) => [grantIndexer(cluster), cluster.grantCollections(jane, { collections: ['a'] })]);
    const names = tokenSecrets(both).map(({ metadata }) => metadata.name);
    const { rules } = objectOf(both.objects, 'Role', /-tokens$/);
    expect(names).toHaveLength(2);
    expect(rules).toEqual([{ apiGroups: [''], resources: ['secrets'], resourceNames: names.sort(), verbs: ['get', 'patch'] }]);
    const { subjects } = objectOf(both.objects, 'RoleBinding', /-tokens$/);
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: 'vectors-cluster-tokens', namespace: 'search' }]);
  });

  test('reaches the API server and no node, and nobody reaches it', () => {
    const policies = stack.objects.filter(({ kind }) => kind === 'NetworkPolicy');
    const at = (address: string, labels?: { [name: string]: string }) => ({
      address,
      ...(labels && { namespace: 'search', labels }),
    });
    const signer = at('10.0.0.9', podsOf(stack)[0].metadata.labels);
    expect(podsOf(stack)[1].metadata.labels).toEqual(podsOf(stack)[0].metadata.labels);
    const node = at('10.0.0.1', objectOf(stack.objects, 'StatefulSet').spec.template.metadata.labels);
    for (const port of [443, 6443]) expect(mayReach(policies, signer, at('192.0.2.1'), port)).toBe(true);
    for (const port of [80, 6333]) expect(mayReach(policies, signer, at('192.0.2.1'), port)).toBe(false);
    for (const port of [6333, 6334, 6335, 443]) expect(mayReach(policies, signer, node, port)).toBe(false);
    for (const port of [443, 6333]) expect(mayReach(policies, node, signer, port)).toBe(false);
    const elsewhere = granted(grantIndexer, { tokenSigner: { apiServerPorts: [16443] } });
    const others = elsewhere.objects.filter(({ kind }) => kind === 'NetworkPolicy');
    expect([443, 16443].filter((port) => mayReach(others, signer, at('192.0.2.1'), port))).toEqual([16443]);
  });

  test('may be told of a port that only Terraform knows', () => {
    const stack = synthKubernetes((scope) => {
      const port = new TerraformVariable(scope, 'Port', { type: 'number' }).numberValue;
      const tokenSigner = { apiServerPorts: [port] };
      grantIndexer(new kubernetes.QdrantCluster(scope, 'Cluster', { ...minimal, clusterName: 'vectors-cluster', tokenSigner }));
    });
    const [{ ports }] = resource(stack, 'kubernetes_network_policy_v1', /TokenSigner/).spec.egress;
    expect(ports).toEqual([{ port: '${var.Port}', protocol: 'TCP' }]);
  });

  test('is selected by nothing of the cluster', () => {
    const selectors = stack.objects.flatMap((object: KubernetesObject) => {
      if (object.metadata.name === 'vectors-cluster-tokens') return [];
      if (object.kind === 'Service') return [object.spec.selector];
      return [object.spec?.selector?.matchLabels, object.spec?.podSelector?.matchLabels].filter((one) => one !== undefined);
    });
    const { labels } = podsOf(stack)[0].metadata;
    const selects = (selector: object) => Object.entries(selector).every(([name, value]) => labels[name] === value);
    expect(selectors.length).toBeGreaterThan(4);
    expect(selectors.filter(selects)).toEqual([]);
  });

  test('has the image and the resources that it is told', () => {
    const image = `registry.example.com/node@sha256:${'a'.repeat(64)}`;
    const resources = { memory: '128Mi', cpu: '20m', cpuLimit: '1' };
    for (const { spec } of podsOf(granted(grantIndexer, { tokenSigner: { image, resources } }))) {
      expect(spec.containers[0]).toMatchObject({
        image,
        resources: { requests: { memory: '128Mi', cpu: '20m' }, limits: { memory: '128Mi', cpu: '1' } },
      });
    }
  });

  test('is not made where nothing is granted', () => {
    const without = synthCluster({ tokenSigner: { apiServerPorts: [6443] } });
    expect(without.addresses().filter((address) => /Token|cron_job/.test(address))).toEqual([]);
  });
});

describe('the posture', () => {
  const reported = ({ json }: KubernetesStack) => json['//'].qdrant['vectors/Cluster'];

  test('says who has a token, and that the admin key is read by what signs', () => {
    const { secrets } = reported(granted());
    expect(secrets).toContainEqual({
      name: 'collection token',
      keptIn: expect.stringMatching(/^Secret vectors-cluster-token-service-account-search-indexer-/),
      origin: 'signed with the admin API key',
      readers: [
        'the pod that signs tokens',
        'service account search/indexer',
        'subjects that may delete and make ConfigMaps, which have the programs of the pods, in the namespace search',
        'subjects that may read Secrets, or make pods, in the namespace search',
      ],
    });
    const { readers } = secrets.find(({ name }: any) => name === 'admin API key');
    expect(readers).toContain('the pod that signs tokens');
  });

  test('finds nothing that it does not find of the cluster alone', () => {
    const findings = (stack: KubernetesStack) => reported(stack).findings.map(({ ruleId }: any) => ruleId);
    expect(findings(granted())).toEqual(findings(synthCluster()));
  });

  test('stops a grant to everyone', () => {
    const everyone = Grantee.group('system:authenticated');
    expect(() => granted((cluster) => void cluster.grantCollections(everyone, { collections: ['a'] }))).toThrow(
      /QDR030.*the collection token \(Secret .*\) may be read by group system:authenticated/s,
    );
  });
});

describe('what cannot be granted is refused', () => {
  const attempt =
    (props: any, grantee: any = indexer, options: Props = {}) =>
    () =>
      granted((cluster) => void cluster.grantCollections(grantee, props), options);
  const one = { collections: ['articles'] };

  test.each<[string, () => unknown, RegExp]>([
    ['no grantee', attempt(one, 'indexer'), /Cluster: the grantee is a string, no Grantee.*Instead: Grantee\.serviceAccount/],
    ['nothing', attempt(undefined), /Cluster: the options are undefined/],
    ['no collection', attempt({ collections: [] }), /collections is empty.*Instead: collections: \['articles'\]/],
    ['a text', attempt({ collections: 'articles' }), /collections is no list/],
    ['an empty name', attempt({ collections: [''] }), /collections has "".*names of up to 255 bytes/],
    ...['*', 'logs-*', 'a?', '<x>', 'a:b', 'a|b', '"a"', 'a\\b', 'a\u001f', 'a\0', 'a/b'].flatMap(
      (name): Array<[string, () => unknown, RegExp]> => [
        [
          `a pattern, ${JSON.stringify(name)}`,
          attempt({ collections: [name] }),
          /collections has ".*there are no patterns.*grantRead/s,
        ],
        [
          `a condition on a pattern, ${JSON.stringify(name)}`,
          attempt({ ...one, validWhile: { collection: name, matches: { a: 1 } } }),
          /validWhile\.collection has ".*there are no patterns/s,
        ],
      ],
    ),
    [
      'the members of a list that only Terraform knows',
      () =>
        granted((cluster) => {
          const { listValue } = new TerraformVariable(cluster, 'Names', { type: 'list(string)' });
          const refused = () => cluster.grantCollections(indexer, { collections: [...listValue, 'articles'] });
          expect(refused).toThrow(/collections has the members of a list that is known only when Terraform runs.*Fn\.element/);
          throw new Error('refused at once');
        }),
      /refused at once/,
    ],
    ['a name that is too long', attempt({ collections: ['é'.repeat(128)] }), /names of up to 255 bytes/],
    ['another access', attempt({ ...one, access: 'w' }), /access is "w".*CollectionAccess\.READ/],
    ['half an hour', attempt({ ...one, validityHours: 0.5 }), /validityHours is 0\.5.*from 1 to 8760 hours/],
    ['an option that does not exist', attempt({ ...one, validity: 5 }), /validity is no option.*Instead: validityHours/],
    [
      'a condition without a key',
      attempt({ ...one, validWhile: { collection: 'c', matches: {} } }),
      /validWhile\.matches is empty, which any point does/,
    ],
    ...['', 'example.com/consumer', 'two words', 'user@id', '.a', 'a.', 'a[x]', '"a', '$name'].map(
      (key): [string, () => unknown, RegExp] => [
        `a condition on "${key}", which is no path`,
        attempt({ ...one, validWhile: { collection: 'c', matches: { [key]: 1 } } }),
        /validWhile\.matches has the key ".*", which is no path in a payload.*Allowed: .*in double quotes.*Instead: matches: \{ /,
      ],
    ),
    [
      'a condition on a list',
      attempt({ ...one, validWhile: { collection: 'c', matches: { tags: ['a'] } } }),
      /validWhile\.matches\.tags is a list.*Allowed: texts, whole numbers, true and false/,
    ],
    ['a condition without a collection', attempt({ ...one, validWhile: { matches: { a: 1 } } }), /collection is undefined/],
    [
      'a condition that the consumer can write',
      attempt({ ...one, access: CollectionAccess.WRITE_POINTS, validWhile: { collection: 'articles', matches: { a: 1 } } }),
      /validWhile looks in the collection "articles", which service account search\/indexer may write to/,
    ],
    ['where tokens are off', attempt(one, indexer, { settings: { jwtRbac: false } }), /settings\.jwtRbac is false/],
    [
      'where the rollout is not waited for',
      attempt(one, indexer, { rollingUpdate: { waitForRollout: false } }),
      /whose rollout is not waited for.*waitForRollout: true/,
    ],
    ['an image without a tag', attempt(one, jane, { tokenSigner: { image: 'node' } }), /tokenSigner\.image/],
    ['no port', attempt(one, jane, { tokenSigner: { apiServerPorts: [] } }), /tokenSigner\.apiServerPorts is empty/],
  ])('%s', (_what, act, expected) => {
    expect(act).toThrow(expected);
  });

  test.each<[string, CollectionGrantProps, RegExp]>([
    ['another access to the same', { ...one, access: CollectionAccess.WRITE }, /the access to "articles" a second time/],
    ['another validity', { collections: ['images'], validityHours: 5 }, /validityHours a second time, and otherwise/],
    [
      'another condition',
      { collections: ['images'], validWhile: { collection: 'c', matches: { a: 2 } } },
      /validWhile a second time, and otherwise/,
    ],
  ])('to whom has a token already: %s', (_what, second, expected) => {
    const first = { ...one, validityHours: 72, validWhile: { collection: 'c', matches: { a: 1 } } };
    const twice: Granting = (cluster) => [first, second].forEach((props) => cluster.grantCollections(indexer, props));
    expect(() => granted(twice)).toThrow(expected);
  });
});
