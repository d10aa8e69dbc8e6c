import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { App, TerraformStack } from 'cdktf';
import { aws } from '../../lib';
import { main } from '../../lib/cli/main';
import { minimal } from '../support/synth';

const CHART = join(__dirname, 'fixtures', 'helm-chart.yaml');
const PLAN = join(__dirname, 'fixtures', 'module-plan.json');
let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'posture-'))));
afterEach(() => rmSync(directory, { recursive: true }));

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const status = await main(['posture', ...args], {
    environment: {},
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
  });
  return { status, ...written };
}

function file(name: string, content: string): string {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
}

/** An app with a cluster in one stack and, it may be, a rule of its nodes in another, as `cdktf synth` leaves it. */
function app(rule?: Partial<ConstructorParameters<typeof VpcSecurityGroupIngressRule>[2]>): string {
  const outdir = join(mkdtempSync(join(directory, 'app-')), 'cdktf.out');
  const made = new App({ outdir, skipValidation: true });
  const cluster = new aws.QdrantCluster(new TerraformStack(made, 'vectors'), 'Cluster', { ...minimal, clusterName: 'vectors' });
  const securityGroupId = cluster.connections.securityGroupId;
  const port = { ipProtocol: 'tcp', fromPort: 6335, toPort: 6335 };
  if (rule) new VpcSecurityGroupIngressRule(new TerraformStack(made, 'rules'), 'Debug', { securityGroupId, ...port, ...rule });
  made.synth();
  return outdir;
}

test('what is synthesized and as it should be: a table, and the status 0', async () => {
  const { status, out } = await run(app());
  expect(status).toBe(0);
  expect(out).toMatch(/^vectors \(vectors: aws_instance\.\S+\)$/m);
  expect(out).toMatch(/^\| 6335 \| peer +\| nodes \| the nodes +\| yes \| yes +\| verified by Qdrant +\|$/m);
  expect(out).toMatch(/Findings\n {2}none/);
});

test('a rule in another stack is found, across the reference, and its address told', async () => {
  const { status, out } = await run(app({ cidrIpv4: '0.0.0.0/0' }));
  expect(status).toBe(1);
  expect(out).toMatch(
    /QDR001 \(error\) the peer \(port 6335\) of nodes is reachable from 0\.0\.0\.0\/0.*\n +by rules: aws_vpc_security_group_ingress_rule\.Debug/,
  );
});

test('--compare says what is exposed anew, and only that', async () => {
  const [before, after] = [app({ cidrIpv4: '10.0.0.0/8' }), app({ cidrIpv4: '10.0.0.0/7' })];
  const { status, out } = await run(after, '--compare', before);
  expect(status).toBe(1);
  expect(out).toContain('peer (port 6335) of nodes is open to 10.0.0.0/7, by rules: aws_vpc_security_group_ingress_rule.Debug');
  expect(await run(before, '--compare', before)).toMatchObject({ status: 0, out: 'Nothing is exposed anew.\n' });
  expect(await run(app(), '--compare', before)).toMatchObject({ status: 0 });
});

test('--json has all of it, as documented', async () => {
  const { status, out } = await run(CHART, '--json');
  expect(status).toBe(1);
  const [cluster] = JSON.parse(out).clusters;
  expect(Object.keys(cluster).sort()).toEqual([
    'address',
    'findings',
    'listeners',
    'name',
    'nodeCount',
    'secrets',
    'table',
    'unknown',
  ]);
  const guide = readFileSync(join(__dirname, '..', '..', 'docs', 'guides', 'judge-resources.md'), 'utf8');
  const members = (value: any): string[] =>
    Object.entries(value).flatMap(([name, item]) =>
      Array.isArray(item) ? [name, ...item.slice(0, 1).flatMap(membersOf)] : [name],
    );
  const membersOf = (value: any) => (typeof value === 'object' ? members(value) : []);
  for (const member of members(JSON.parse(out))) expect(guide).toContain(`\`${member}\``);
});

test('--sarif is what code scanners take: each result by a rule that is described, at the file that was read', async () => {
  const { runs, version } = JSON.parse((await run(PLAN, '--sarif')).out);
  expect(version).toBe('2.1.0');
  const [{ tool, results }] = runs;
  const described = tool.driver.rules.map(({ id }: any) => id);
  expect(results.length).toBeGreaterThan(5);
  for (const { ruleId, level, locations } of results) {
    expect(described).toContain(ruleId);
    expect(['error', 'warning']).toContain(level);
    expect(locations[0].physicalLocation.artifactLocation.uri).toBe(PLAN);
  }
});

test('a folder of manifests, as helm template --output-dir leaves it', async () => {
  const templates = join(directory, 'qdrant', 'templates');
  mkdirSync(templates, { recursive: true });
  readFileSync(CHART, 'utf8')
    .split(/^---$/m)
    .forEach((text, index) => writeFileSync(join(templates, `${index}.yaml`), text));
  const { status, out } = await run(directory);
  expect(status).toBe(1);
  expect(out).toContain('StatefulSet default/qdrant');
});

/** Two clusters of one name, of which one may be open. */
function twoOfOneName(open: 'staging' | 'prod'): string {
  const machine = (at: string) => ({
    ami: 'ami-1',
    tags: { Name: 'qdrant' },
    user_data: 'docker run qdrant/qdrant',
    vpc_security_group_ids: [`\${aws_security_group.${at}.id}`],
  });
  const group = (at: string) => ({
    ingress: [{ from_port: 6333, to_port: 6333, protocol: 'tcp', cidr_blocks: at === open ? ['0.0.0.0/0'] : [] }],
  });
  const resource = {
    aws_instance: { staging: machine('staging'), prod: machine('prod') },
    aws_security_group: { staging: group('staging'), prod: group('prod') },
  };
  return file(`${open}.tf.json`, JSON.stringify({ '//': { metadata: { stackName: 'a' } }, resource }));
}

test('--compare knows clusters of one name apart', async () => {
  const { status, out } = await run(twoOfOneName('prod'), '--compare', twoOfOneName('staging'));
  expect(status).toBe(1);
  expect(out).toContain('qdrant: REST (port 6333) of nodes is open to 0.0.0.0/0, by a: aws_security_group.prod');
});

test('--compare says who may read a key anew, and what is no longer read', async () => {
  const chart = readFileSync(CHART, 'utf8');
  const before = file('before.yaml', chart);
  const role = `---
kind: Role
metadata: { name: reader }
rules: [{ resources: [secrets], verbs: [get] }]
---
kind: RoleBinding
metadata: { name: reader }
roleRef: { kind: Role, name: reader }
subjects: [{ kind: User, name: somebody }]
`;
  const { out } = await run(file('readers.yaml', `${chart}\n${role}`), '--compare', before);
  expect(out).toMatch(/admin API key, in Secret qdrant-apikey, may be read by user somebody/);
  const plain = { resource: { null_resource: { a: {} } } };
  const [without, more] = [plain, { ...plain, module: { qdrant: {} } }].map((json, index) =>
    file(`${index}.tf.json`, JSON.stringify(json)),
  );
  expect(await run(more, '--compare', without)).toMatchObject({ status: 1, out: expect.stringContaining('module qdrant') });
  expect(await run(more, '--compare', more)).toMatchObject({ status: 2 });
});

test('--sarif says what was not read, and that nothing was judged; its address has no space in it', async () => {
  const path = file('with space.tf.json', JSON.stringify({ module: { qdrant: {} }, resource: { null_resource: { a: {} } } }));
  const { status, out, err } = await run(path, '--sarif');
  expect(status).toBe(2);
  expect(err).toMatch(/nothing was judged/);
  const [{ invocations }] = JSON.parse(out).runs;
  expect(invocations).toMatchObject([{ executionSuccessful: false }]);
  expect(invocations[0].toolExecutionNotifications[0].message.text).toMatch(/module qdrant/);
  const [{ results }] = JSON.parse((await run(file('a chart.yaml', readFileSync(CHART, 'utf8')), '--sarif')).out).runs;
  expect(results[0].locations[0].physicalLocation.artifactLocation.uri).toMatch(/a%20chart\.yaml$/);
});

test('a policy of one environment protects no pods of another', async () => {
  const chart = readFileSync(CHART, 'utf8');
  const policy = 'kind: NetworkPolicy\nmetadata: { name: deny }\nspec: { podSelector: {} }\n';
  for (const [name, text] of Object.entries({ prod: `${chart}\n---\n${policy}`, stage: chart })) {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'all.yaml'), text);
  }
  const { clusters } = JSON.parse((await run(directory, '--json')).out);
  const reached = clusters.map(({ address, listeners }: any) => [address, listeners[0].sources.length]);
  expect(reached).toEqual([
    ['prod: StatefulSet default/qdrant', 0],
    ['stage: StatefulSet default/qdrant', 1],
  ]);
});

test('a policy in another folder of one environment protects its pods', async () => {
  for (const name of ['pods', 'policies']) mkdirSync(join(directory, name));
  writeFileSync(join(directory, 'pods', 'all.yaml'), readFileSync(CHART, 'utf8'));
  writeFileSync(
    join(directory, 'policies', 'deny.yaml'),
    'kind: NetworkPolicy\nmetadata: { name: deny }\nspec: { podSelector: {} }\n',
  );
  const { clusters } = JSON.parse((await run(directory, '--json')).out);
  expect(clusters.map(({ listeners }: any) => listeners[0].sources)).toEqual([[]]);
});

test('a state that does not tell in which Kubernetes cluster its objects are: no policy is taken to protect', async () => {
  const resource = (type: string, name: string, values: object) => ({
    address: `${type}.${name}`,
    mode: 'managed',
    type,
    values,
  });
  const metadata = [{ name: 'vectors', namespace: 'search' }];
  const template = [{ metadata: [{ labels: { app: 'q' } }], spec: [{ container: [{ image: 'qdrant/qdrant:v1.19.0' }] }] }];
  const pods = (name: string) =>
    resource('kubernetes_stateful_set_v1', name, { id: 'search/vectors', metadata, spec: [{ template }] });
  const policy = resource('kubernetes_network_policy_v1', 'prod', {
    id: 'search/deny',
    metadata: [{ name: 'deny', namespace: 'search' }],
    spec: [{ pod_selector: [{}], policy_types: ['Ingress'] }],
  });
  const reached = async (...resources: object[]) => {
    const state = { format_version: '1.0', values: { root_module: { resources } } };
    const { clusters, unread } = JSON.parse((await run(file('state.json', JSON.stringify(state)), '--json')).out);
    return [clusters.map(({ listeners }: any) => listeners[0].sources.length), unread.length];
  };
  expect(await reached(pods('prod'), policy)).toEqual([[0], 0]);
  expect(await reached(pods('prod'), pods('stage'), policy)).toEqual([[1, 1], 1]);
});

test.each([
  ['a.yaml', 'kind: StatefulSet\nmetadata:\nspec:\n', 0],
  ['b.yaml', 'kind: Pod\nmetadata: { name: x }\nspec: { containers: [null] }\n', 0],
  [
    'c.yaml',
    'kind: Pod\nspec: { containers: [{ image: qdrant/qdrant, env: [null], ports: null, volumeMounts: [null] }] }\n',
    1,
  ],
  ['a.tf.json', '{"resource":{"aws_instance":{"qdrant":null}}}', 1],
  ['a.json', '{"version":4,"resources":[{"type":"aws_instance","name":"q","instances":[{"attributes":null}]}]}', 0],
  ['b.json', '{"planned_values":{"root_module":{"resources":[{}]}}}', 2],
])('%s, with nothing where something is expected, is read or refused in one line', async (name, content, expected) => {
  const { status, err } = await run(file(name, content));
  expect(err).toMatch(expected === 2 ? /^error: .* could not be read.*\n$/ : /^$/);
  expect(status).toBe(expected);
});

test('files in the language of Terraform are named as not read', async () => {
  file('main.tf', 'resource "aws_instance" "qdrant" {}');
  file('x.tf.json', '{"resource":{"null_resource":{"a":{}}}}');
  expect(await run(directory)).toMatchObject({
    status: 2,
    out: expect.stringMatching(/main\.tf, in Terraform's own language/),
  });
});

test('a module, and a chart, are named as not read', async () => {
  const helm = { helm_release: { vectors: { chart: 'qdrant', name: 'vectors' }, web: { chart: 'nginx', name: 'web' } } };
  const { out, status } = await run(file('cdk.tf.json', JSON.stringify({ resource: helm, module: { vpc: {} } })));
  expect(status).toBe(2);
  expect(out).toContain('No Qdrant was found');
  expect(out).toMatch(/module vpc makes/);
  expect(out).toMatch(/helm_release\.vectors, which names Qdrant.*helm template/);
  expect(out).not.toContain('helm_release.web');
});

test.each([
  [[], /give one PATH/],
  [['a', 'b'], /give one PATH/],
  [['not-there.json'], /not-there\.json is not there/],
  [[CHART, '--json', '--sarif'], /one of --json and --sarif/],
  [[CHART, '--sarif', '--compare', CHART], /one of --sarif and --compare/],
  [[CHART, '--jsn'], /--jsn/],
  [[CHART, '--compare', 'not-there'], /not-there is not there/],
])('posture %j is refused with the status 2', async (args, message) => {
  const { status, err } = await run(...args);
  expect(status).toBe(2);
  expect(err).toMatch(message);
});

test.each([
  ['empty.json', '', /holds no resources/],
  ['empty.yaml', '', /holds no resources/],
  ['other.json', '{"a": 1}', /is neither/],
  ['broken.json', '{"a": ', /is no JSON/],
])('%s is refused with the status 2: nothing read is nothing judged', async (name, content, message) => {
  const { status, err } = await run(file(name, content));
  expect(status).toBe(2);
  expect(err).toMatch(message);
});
