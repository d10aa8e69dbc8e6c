import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { CollectionAccess, kubernetes } from '../../lib';
import { claimsSignedBy } from '../../lib/tokens/token';
import { KubernetesApi } from '../support/kubernetes/api';
import { restrictedNamespace } from '../support/kubernetes/everything';
import { minimal } from '../support/kubernetes/synth';
import { describeWith } from '../support/programs';
import { TerraformRun } from '../support/terraform';

const PROVIDER = {
  name: "Terraform's Kubernetes provider",
  isThere: () => TerraformRun.canGet('hashicorp/kubernetes', 'hashicorp/random'),
};
const NEEDED = ['terraform', PROVIDER, ...KubernetesApi.PROGRAMS];
const NAMESPACE = '/api/v1/namespaces/granting';
const { Grantee, ApiKeys } = kubernetes;

/** Where the container has what the pod mounts. */
const MOUNTS = { programs: '/opt/cdktf-qdrant', given: '/run/secrets/cdktf-qdrant', account: '/var/run/secrets/kubernetes.io' };

describeWith(NEEDED, 'grants of collections that the real Kubernetes provider makes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'collection-grants-'));
  let api: KubernetesApi;
  let terraform: TerraformRun;
  let [indexer, jane] = ['', ''];

  const synth = (apiKeys: kubernetes.ApiKeys = ApiKeys.generated(), grantsJane = true) =>
    terraform.synth((stack) => {
      new KubernetesProvider(stack, 'Kubernetes');
      const cluster = new kubernetes.QdrantCluster(stack, 'Cluster', {
        ...{ ...minimal, clusterName: 'vectors', removalPolicy: kubernetes.RemovalPolicy.DESTROY, apiKeys },
        namespace: restrictedNamespace(stack, 'granting').metadata.name,
      });
      const access = CollectionAccess.WRITE_POINTS;
      const account = Grantee.serviceAccount('granting', 'indexer');
      indexer = cluster.grantCollections(account, { collections: ['articles', 'a%{b}${c}'], access }).tokenSecretName;
      // Follows whatever changes of the cluster, which what is signed is not.
      cluster.verifyAfterApply();
      if (grantsJane) jane = cluster.grantCollections(Grantee.user('jane'), { collections: ['images'] }).tokenSecretName;
    });
  const secret = async (name: string) => (await api.call('GET', `${NAMESPACE}/secrets/${name}`)).body;
  const valueOf = async (name: string, key: string) => {
    const value = (await secret(name)).data?.[key];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
  };
  const tokenOf = async (name: string) => (await valueOf(name, 'token'))!;
  const adminKey = async (generation: number) => (await valueOf(`vectors-admin-key-${generation}`, 'api-key'))!;

  const jobOfApply = async () => {
    const { items } = (await api.call('GET', '/apis/batch/v1/namespaces/granting/jobs')).body;
    return items.find(({ metadata }: any) => metadata.name.startsWith('vectors-tokens-'));
  };

  /** What the pod of the apply's job is given, as the kubelet mounts it. */
  async function mountedPod(): Promise<{ command: string[]; place: string }> {
    const job = await jobOfApply();
    const { containers, volumes, serviceAccountName } = job.spec.template.spec;
    const place = mkdtempSync(join(folder, 'pod-'));
    const write = (mount: string, files: { [name: string]: string }) => {
      mkdirSync(join(place, mount));
      for (const [name, text] of Object.entries(files)) writeFileSync(join(place, mount, name), text);
    };
    const [programs, given, account] = volumes;
    write('programs', (await api.call('GET', `${NAMESPACE}/configmaps/${programs.configMap.name}`)).body.data);
    const [{ name, items: files }] = given.projected.sources.map((source: any) => source.secret);
    write('given', { [files[0].path]: (await valueOf(name, files[0].key))! });
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
    const issued = await api.call('POST', `${NAMESPACE}/serviceaccounts/${serviceAccountName}/token`, request);
    const [bearer, authority, own] = account.projected.sources;
    const fields: { [path: string]: string } = { 'metadata.namespace': 'granting' };
    write('account', {
      [bearer.serviceAccountToken.path]: issued.body.status.token,
      [authority.configMap.items[0].path]: api.provider.cluster_ca_certificate,
      [own.downwardAPI.items[0].path]: fields[own.downwardAPI.items[0].fieldRef.fieldPath],
    });
    return { command: containers[0].command, place };
  }

  /** Runs the container. */
  function run({ command, place }: { command: string[]; place: string }) {
    const paths = { ...MOUNTS, account: `${MOUNTS.account}/serviceaccount` };
    const mounted = command.map((argument) =>
      Object.entries(paths).reduce((text, [name, path]) => text.replace(path, join(place, name)), argument),
    );
    const { port } = new URL(api.provider.host);
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: port };
    const { status, stdout, stderr } = spawnSync(process.execPath, mounted.slice(1), { env, encoding: 'utf8' });
    return { status, out: stdout, err: stderr };
  }
  const applyAndSign = async (apiKeys?: kubernetes.ApiKeys) => {
    synth(apiKeys);
    terraform.apply();
    const pod = await mountedPod();
    return { pod, ...run(pod) };
  };

  beforeAll(async () => {
    api = await KubernetesApi.start();
    await api.addDefinitions();
    api.startControllers();
    terraform = new TerraformRun({ kubernetes: api.provider });
    synth();
    terraform.init();
    terraform.apply();
  }, 600000);
  afterAll(() => {
    api?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a token is signed by a service account that may write that Secret, and no other', async () => {
    expect((await secret(indexer)).data).toBeUndefined();
    expect(run(await mountedPod())).toMatchObject({ status: 0, err: '' });
    expect(claimsSignedBy(await adminKey(1), await tokenOf(indexer))).toMatchObject({
      access: [
        { collection: 'a%{b}${c}', access: 'prw' },
        { collection: 'articles', access: 'prw' },
      ],
      subject: 'service account granting/indexer',
    });
    expect(claimsSignedBy(await adminKey(1), await tokenOf(jane))).toMatchObject({ subject: 'user jane' });
    const may = (account: string, verb: string, name: string) =>
      api.may({ namespace: 'granting', name: account }, { namespace: 'granting', verb, resource: 'secrets', name });
    for (const verb of ['get', 'patch']) expect(await may('vectors-tokens', verb, indexer)).toBe(true);
    for (const verb of ['update', 'delete', 'list', 'create']) expect(await may('vectors-tokens', verb, indexer)).toBe(false);
    expect(await may('vectors-tokens', 'get', 'vectors-admin-key-1')).toBe(false);
    expect(await may('indexer', 'get', indexer)).toBe(true);
    expect(await may('indexer', 'patch', indexer)).toBe(false);
    expect(await may('indexer', 'get', jane)).toBe(false);
    expect(await may('vectors', 'get', indexer)).toBe(false);
  });

  test('no token is in the state, in a plan or in what Terraform prints, also once it has refreshed', async () => {
    synth();
    terraform.terraform(['apply', '-refresh-only', '-auto-approve', '-input=false']);
    expect(terraform.plan()).toEqual([]);
    const state = readFileSync(join(terraform.directory, 'terraform.tfstate'), 'utf8');
    const kept = `${state}${terraform.log}${JSON.stringify(terraform.planJson())}`;
    for (const name of [indexer, jane]) {
      const token = await tokenOf(name);
      expect(token.split('.')).toHaveLength(3);
      for (const form of [token, Buffer.from(token).toString('base64'), token.split('.')[2]]) {
        expect(kept.includes(form)).toBe(false);
      }
    }
    expect(kept).toContain(indexer);
  });

  test('a Secret that somebody deleted is made and signed by the next apply, which otherwise signs nothing', async () => {
    const uidOfJob = async () => (await jobOfApply()).metadata.uid;
    const before = await uidOfJob();
    synth();
    terraform.apply();
    expect(await uidOfJob()).toBe(before);
    expect((await api.call('DELETE', `${NAMESPACE}/secrets/${indexer}`)).status).toBe(200);
    terraform.apply();
    expect(await uidOfJob()).not.toBe(before);
    expect(run(await mountedPod())).toMatchObject({ status: 0, out: expect.stringContaining('signed, as there was none') });
    expect(await tokenOf(indexer)).toBeDefined();
    expect(terraform.plan()).toEqual([]);
  });

  test('a rotation keeps each token until all nodes serve, signs it once, and no run that was overtaken signs with the old key', async () => {
    const first = await tokenOf(indexer);
    const prepared = await applyAndSign(ApiKeys.generated({ generation: 1, alternateGeneration: 2 }));
    expect(prepared).toMatchObject({ status: 0, out: expect.stringMatching(/: kept, /) });
    expect(await tokenOf(indexer)).toBe(first);

    synth(ApiKeys.generated({ generation: 2, alternateGeneration: 1 }));
    terraform.apply();
    expect(await tokenOf(indexer)).toBe(first);
    const overtaken = run(prepared.pod);
    expect(overtaken).toMatchObject({ status: 0, out: expect.stringContaining('left alone') });
    expect(run(await mountedPod())).toMatchObject({ status: 0, out: expect.stringContaining('not signed with the admin key') });
    const second = await tokenOf(indexer);
    expect(claimsSignedBy(await adminKey(2), second)).toBeDefined();
    run(prepared.pod);
    expect(await tokenOf(indexer)).toBe(second);

    expect(await applyAndSign(ApiKeys.generated({ generation: 2 }))).toMatchObject({
      status: 0,
      out: expect.stringContaining('kept'),
    });
    expect(await tokenOf(indexer)).toBe(second);
    expect(terraform.plan()).toEqual([]);
  });

  test('a grant that is taken back takes its Secret with it, and nothing of the others', async () => {
    const before = await tokenOf(indexer);
    synth(ApiKeys.generated({ generation: 2 }), false);
    terraform.apply();
    expect((await api.call('GET', `${NAMESPACE}/secrets/${jane}`)).status).toBe(404);
    expect(run(await mountedPod())).toMatchObject({ status: 0, out: expect.stringMatching(/^[^\n]+: kept, [^\n]+\n$/) });
    expect(await tokenOf(indexer)).toBe(before);
  });
});
