import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT, run } from '../support/programs';

/** What the package exports at run time, and nothing else. */
const publicNames = {
  root: [
    'Acknowledgements',
    'ClientEndpoint',
    'ClientLanguage',
    'ClusterBase',
    'CollectionAccess',
    'FindingSeverity',
    'Listener',
    'ListenerPurpose',
    'MemoryOptimizedFamily',
    'NodeCertificate',
    'Posture',
    'QdrantPorts',
    'QdrantVersion',
    'Quantization',
    'ReaderScope',
    'ResolvedSettings',
    'SecretPlace',
    'SecretPurpose',
    'Sizing',
    'TransportProtocol',
    'aws',
    'kubernetes',
  ],
  aws: [
    'ApiKeys',
    'CaBundle',
    'ClientVerification',
    'ClusterNetwork',
    'Connections',
    'Grant',
    'Grantee',
    'LoadBalancerScheme',
    'MachineImage',
    'NodeNames',
    'Peer',
    'QdrantCluster',
    'QdrantClusterBase',
    'QdrantLoadBalancer',
    'QdrantNode',
    'RemovalPolicy',
    'Secret',
    'Tls',
  ],
  kubernetes: [
    'ApiKeys',
    'CaBundle',
    'CertificateIssuer',
    'ClientCertificate',
    'ClientService',
    'ClientVerification',
    'ClusterDns',
    'CollectionGrant',
    'Connections',
    'GatewayTls',
    'Grant',
    'Grantee',
    'MachineRequirement',
    'MemoryMeasure',
    'MetricsSource',
    'Peer',
    'PodUser',
    'QdrantCluster',
    'QdrantClusterBase',
    'QdrantGatewayRoute',
    'QdrantIngress',
    'QdrantMonitoring',
    'QdrantServiceMonitor',
    'RemovalPolicy',
    'Secret',
    'SecretStore',
    'Spread',
    'Tls',
    'TlsRouteVersion',
  ],
};

const PROVIDERS = { aws: '@cdktf/provider-aws', kubernetes: '@cdktf/provider-kubernetes' };
const bothProviders = Object.values(PROVIDERS);
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'package-')));
const installed = (name: string) => join(ROOT, 'node_modules', name);

const manifestOf = (where: string) => JSON.parse(readFileSync(join(where, 'package.json'), 'utf8'));

/** A copy of the sources, as git would hand them out. */
function copySources(to: string): void {
  const files = run(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', 'bin', 'lib', 'scripts', 'docs', '*.md', 'LICENSE', '*.json'],
    {
      cwd: ROOT,
    },
  );
  for (const file of files.split('\n').filter((name) => name && !name.startsWith('test/'))) {
    cpSync(join(ROOT, file), join(to, file));
  }
}

/** What `npm pack` makes of it, unpacked: what a user installs. */
function packPackage(): string {
  const source = join(folder, 'source');
  copySources(source);
  symlinkSync(installed('.'), join(source, 'node_modules'));
  run('npm', ['run', '--silent', 'build'], { cwd: source });
  const { bundledDependencies } = manifestOf(source);
  rmSync(join(source, 'node_modules'));
  for (const name of bundledDependencies)
    cpSync(realpathSync(installed(name)), join(source, 'node_modules', name), { recursive: true });
  const tarball = run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: source }).trim();
  run('tar', ['--extract', '--file', join(folder, tarball), '--directory', folder]);
  return join(folder, 'package');
}

/** The folder of a user who installed the package beside some providers. */
function makeApp(name: string, unpacked: string, providers: string[]): string {
  const modules = join(folder, name, 'node_modules');
  mkdirSync(modules, { recursive: true });
  cpSync(unpacked, join(modules, 'cdktf-qdrant'), { recursive: true });
  for (const peer of ['cdktf', 'constructs', '@types/node', ...providers]) {
    mkdirSync(dirname(join(modules, peer)), { recursive: true });
    symlinkSync(realpathSync(installed(peer)), join(modules, peer));
  }
  return join(folder, name);
}

const clusters: { [target: string]: string } = {
  aws: `
    new AwsProvider(stack, 'Aws', { region: 'eu-west-1' });
    new aws.QdrantCluster(stack, 'Cluster', {
      network: aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-0123', subnetIds: ['subnet-01', 'subnet-02', 'subnet-03'] }),
      instanceType: 'r7g.large',
      dataVolume: { sizeGib: 50 },
      clientVerification: aws.ClientVerification.required(aws.CaBundle.fromSecret(
        aws.Secret.fromArn('arn:aws:secretsmanager:eu-west-1:123456789012:secret:client-ca-AbCdEf'))),
    });`,
  kubernetes: `
    new KubernetesProvider(stack, 'Kubernetes');
    new kubernetes.QdrantCluster(stack, 'Cluster', {
      namespace: 'search',
      resources: { memory: '8Gi' },
      dataVolume: { size: '50Gi' },
      clientVerification: kubernetes.ClientVerification.required(),
    });`,
};
const providerClasses: { [target: string]: [string, string] } = {
  aws: ['AwsProvider', `${PROVIDERS.aws}/lib/provider`],
  kubernetes: ['KubernetesProvider', `${PROVIDERS.kubernetes}/lib/provider`],
};

/** A program that synthesizes a cluster on each target, and tells how many resources each has. */
function program(targets: string[], importing: (names: string[], from: string) => string): string {
  const imports = [
    importing(['App', 'TerraformStack', 'Testing'], 'cdktf'),
    importing(targets, 'cdktf-qdrant'),
    ...targets.map((target) => importing([providerClasses[target][0]], providerClasses[target][1])),
  ];
  const stacks = targets.map(
    (target) => `{
    const stack = new TerraformStack(new App(), '${target}');${clusters[target]}
    counts.${target} = Object.keys(JSON.parse(Testing.synth(stack, true)).resource).length;
  }`,
  );
  return [...imports, 'const counts = {};', ...stacks, 'console.log(JSON.stringify(counts));'].join('\n');
}

const required = (names: string[], from: string) => `const { ${names.join(', ')} } = require('${from}');`;
// A package without an exports map, as the provider is, wants the file's whole name of an ES module.
const imported = (names: string[], from: string) =>
  `import { ${names.join(', ')} } from '${from.includes('/lib/') ? `${from}/index.js` : from}';`;
const importedByTypeScript = (names: string[], from: string) => `import { ${names.join(', ')} } from '${from}';`;

/** What a program in a folder prints, as JSON. */
function output(app: string, file: string, text: string): any {
  writeFileSync(join(app, file), text);
  return JSON.parse(run('node', [file], { cwd: app }));
}

describe('the package as it is packed', () => {
  let unpacked: string;
  let apps: { [name: string]: string };
  beforeAll(() => {
    unpacked = packPackage();
    apps = {
      both: makeApp('both', unpacked, bothProviders),
      aws: makeApp('aws', unpacked, [PROVIDERS.aws]),
      kubernetes: makeApp('kubernetes', unpacked, [PROVIDERS.kubernetes]),
    };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('brings its own dependencies, and no source', () => {
    const { bundledDependencies } = manifestOf(unpacked);
    expect(bundledDependencies.map((name: string) => readdirSync(join(unpacked, 'node_modules', name)))).not.toContainEqual([]);
    const files = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).filter(
      (file) => !file.startsWith('node_modules'),
    );
    expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
  });

  test('brings the pages that its README links to', () => {
    const links = [...readFileSync(join(unpacked, 'README.md'), 'utf8').matchAll(/\]\((?!https?:)([^)#]+\.md)/g)].map(
      ([, link]) => link,
    );
    expect(links).toContain('docs/troubleshooting.md');
    expect(links.filter((link) => !existsSync(join(unpacked, link)))).toEqual([]);
  });

  test.each([
    ['both', ['aws', 'kubernetes']],
    ['aws', ['aws']],
    ['kubernetes', ['kubernetes']],
  ])('makes clusters from CommonJS and from ES modules, with the provider of %s', (app, targets) => {
    const some = Object.fromEntries(targets.map((target) => [target, expect.any(Number)]));
    expect(output(apps[app], 'main.cjs', program(targets, required))).toEqual(some);
    expect(output(apps[app], 'main.mjs', program(targets, imported))).toEqual(some);
  });

  test('makes clusters from TypeScript', () => {
    const text = program(['aws', 'kubernetes'], importedByTypeScript).replace(
      'counts = {}',
      'counts: { [target: string]: number } = {}',
    );
    writeFileSync(join(apps.both, 'main.ts'), text);
    const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node', '--skipLibCheck'];
    run('node', [installed('typescript/bin/tsc'), ...options, 'main.ts'], { cwd: apps.both });
    expect(Object.keys(JSON.parse(run('node', ['main.js'], { cwd: apps.both })))).toEqual(['aws', 'kubernetes']);
  });

  test('has types for all that the examples of its README do, and what constructs can', () => {
    const examples = [...readFileSync(join(unpacked, 'README.md'), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(
      ([, text]) => text,
    );
    const clusters = examples.filter((text) => text.includes('QdrantCluster(this'));
    expect(clusters.map((text) => text.includes('new App()'))).toEqual([true, false]);
    const inStack = (text: string) => {
      const [imports, body] = [/^import .*$/gm, /^(?!import ).*$/gm].map((lines) => text.match(lines)!.join('\n'));
      return `${imports}
        import { Aspects, TerraformStack } from 'cdktf';
        import { Construct, IConstruct } from 'constructs';
        import { Acknowledgements, ClusterBase } from 'cdktf-qdrant';
        export class Stack extends TerraformStack {
          public constructor(scope: Construct, id: string) {
            super(scope, id);
            ${body}
            cluster.acknowledge('QDR003', 'a reason');
            cluster.grantAdmin(kubernetes.Grantee.user('jane'));
            cluster.node.addDependency(this);
            const those: [IConstruct, kubernetes.IQdrantCluster, ClusterBase] = [cluster, cluster, cluster];
            Aspects.of(cluster).add({ visit: () => {} });
            Acknowledgements.of(cluster).add('QDR003', those[0].node.path);
          }
        }`;
    };
    const files = clusters.map((text, index) => {
      writeFileSync(join(apps.both, `example-${index}.ts`), text.includes('new App()') ? text : inStack(text));
      return `example-${index}.ts`;
    });
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    run('node', [installed('typescript/bin/tsc'), ...options, ...files], { cwd: apps.both });
  });

  test('exports its public names, and no helper of its own', () => {
    const names = output(
      apps.both,
      'names.mjs',
      `import * as library from 'cdktf-qdrant';
       const { default: _, 'module.exports': __, __esModule: ___, ...root } = library;
       const names = (module) => Object.keys(module).sort();
       console.log(JSON.stringify({ root: names(root), aws: names(library.aws), kubernetes: names(library.kubernetes) }));`,
    );
    expect(names).toEqual(publicNames);
  });

  test('can be copied and listed where one provider is installed, and says what is missing when it is used', () => {
    const listed = output(
      apps.kubernetes,
      'list.cjs',
      `const copy = { ...require('cdktf-qdrant') };
       let message;
       try { copy.aws.QdrantCluster } catch (error) { message = error.message }
       console.log(JSON.stringify({ names: Object.keys(copy).sort(), message }));`,
    );
    expect(listed.names).toEqual(publicNames.root);
    expect(listed.message).toBe(
      `${PROVIDERS.aws} is not installed. It is an optional peer of cdktf-qdrant: npm install ${PROVIDERS.aws}`,
    );
  });

  test('brings a program, which runs where no provider and no CDK for Terraform is', () => {
    const modules = join(folder, 'program', 'node_modules');
    cpSync(unpacked, join(modules, 'cdktf-qdrant'), { recursive: true });
    const { bin } = manifestOf(unpacked);
    const program = join(modules, 'cdktf-qdrant', bin['cdktf-qdrant']);
    expect(run(program, ['verify', '--help'])).toMatch(/^cdktf-qdrant verify --host HOST/);
    const ended = spawnSync(program, ['verify', '--host', '127.0.0.1', '--rest-port', '1', '--grpc-port', '1', '--quiet']);
    expect([ended.status, String(ended.stderr)]).toEqual([2, 'error: 127.0.0.1 cannot be reached on 1 and 1\n']);
  });

  test('brings that program as one file, too, which runs where nothing of the package is', () => {
    const alone = mkdtempSync(join(folder, 'alone-'));
    cpSync(join(unpacked, 'lib/cluster/bundles/verify.js'), join(alone, 'verify.js'));
    expect(run('node', ['verify.js', '--help'], { cwd: alone })).toMatch(/^cdktf-qdrant verify --host HOST/);
  });

  test('loads no target before it is used', () => {
    const loaded = output(
      apps.both,
      'loaded.cjs',
      `({ ...require('cdktf-qdrant') });
       console.log(JSON.stringify(Object.keys(require.cache).filter((file) => file.includes('/provider-'))));`,
    );
    expect(loaded).toEqual([]);
  });

  test('loads nothing that attacks a server for who only makes clusters', () => {
    const loaded = output(
      apps.both,
      'attacks.cjs',
      `const { aws, kubernetes } = require('cdktf-qdrant');
       if (!aws.QdrantCluster || !kubernetes.QdrantCluster) throw new Error('no clusters');
       console.log(JSON.stringify(Object.keys(require.cache).filter((file) => file.includes('/lib/verify/'))));`,
    );
    expect(loaded).toEqual([]);
  });
});
