import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsProvider, AwsProviderConfig } from '@cdktf/provider-aws/lib/provider';
import { KubernetesProvider, KubernetesProviderConfig } from '@cdktf/provider-kubernetes/lib/provider';
import { App, Aspects, ref, TerraformProvider, TerraformResource, TerraformStack, Token } from 'cdktf';
import { IConstruct } from 'constructs';
import { aws, kubernetes } from '../../lib';
import { minimal as onKubernetes } from '../support/kubernetes/synth';
import { minimal as onAws, synthStack } from '../support/synth';

function stackOf(app: App, id: string, provider: (stack: TerraformStack) => TerraformProvider): TerraformStack {
  const stack = new TerraformStack(app, id);
  provider(stack);
  return stack;
}

const inRegion = (region: string) => (stack: TerraformStack) => new AwsProvider(stack, 'Aws', { region });
const ofContext = (configContext: string) => (stack: TerraformStack) =>
  new KubernetesProvider(stack, 'Kubernetes', { configContext });
const named = (stack: TerraformStack, id: string, more: Partial<aws.QdrantClusterProps> = {}) =>
  new aws.QdrantCluster(stack, id, { ...onAws, nodeCount: 1, clusterName: 'vectors', ...more });
const inNamespace = (stack: TerraformStack, id: string, namespace = 'search') =>
  new kubernetes.QdrantCluster(stack, id, { ...onKubernetes, clusterName: 'vectors', namespace });

/** What `cdktf synth` says of an app, or nothing where it is content. */
function complaint(build: (app: App) => void): string | undefined {
  const outdir = mkdtempSync(join(tmpdir(), 'synth-'));
  try {
    const app = new App({ outdir });
    build(app);
    // What is written is of no interest here: it is resolved before the Aspects and the validations.
    app.node.children.filter(TerraformStack.isStack).forEach((stack) => (stack.toTerraform = () => ({})));
    app.synth();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Has all resources below a construct made by a provider, by an Aspect as users write one. */
function makeBy(scope: IConstruct, provider: TerraformProvider): void {
  Aspects.of(scope).add({
    visit: (child) => void (TerraformResource.isTerraformResource(child) && (child.provider = provider)),
  });
}

describe('two clusters of one name', () => {
  test('in one stack are refused, with both paths', () => {
    const message = complaint((app) => {
      const stack = stackOf(app, 'one', inRegion('eu-west-1'));
      named(stack, 'A');
      named(stack, 'B');
    });
    expect(message).toMatch(/one\/A and one\/B have the same clusterName.*allowedAccountIds/);
  });

  test('in two stacks of one region are refused, whichever is made first, and of two regions are not', () => {
    const stacks = (other: string) => (app: App) => {
      named(stackOf(app, 'one', inRegion('eu-west-1')), 'A');
      named(stackOf(app, 'two', inRegion(other)), 'A');
    };
    expect(complaint(stacks('eu-west-1'))).toMatch(/two\/A and one\/A have the same clusterName/);
    expect(complaint(stacks('eu-central-1'))).toBeUndefined();
    const laterFirst = complaint((app) => {
      const [one, two] = ['one', 'two'].map((id) => stackOf(app, id, inRegion('eu-west-1')));
      [two, one].forEach((stack) => named(stack, 'A'));
    });
    expect(laterFirst).toMatch(/two\/A and one\/A have the same clusterName/);
  });

  test.each<[string, (stack: TerraformStack, provider: TerraformProvider) => void]>([
    ['the option provider', (stack, provider) => void named(stack, 'A', { provider })],
    ['an Aspect at the cluster', (stack, provider) => makeBy(named(stack, 'A'), provider)],
    ['an Aspect at the stack', (stack, provider) => (named(stack, 'A'), makeBy(stack, provider))],
  ])('in two stacks are judged by the provider that makes them, by %s', (_what, make) => {
    const stacks = (region: string, order: number[]) => (app: App) => {
      // Stacks are synthesized, and their Aspects run, in the order in which they are made.
      const made = ['one', 'two'].map((id) => stackOf(app, id, inRegion('eu-west-1')));
      const [usual, other] = order.map((index) => made[index]);
      named(usual, 'A');
      make(other, new AwsProvider(other, 'Other', { region, alias: 'other' }));
    };
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      expect(complaint(stacks('us-west-1', order))).toBeUndefined();
      expect(complaint(stacks('eu-west-1', order))).toMatch(/the same clusterName/);
    }
  });

  test('on Kubernetes in two stacks are judged by the provider that makes them', () => {
    const stacks = (configContext: string) => (app: App) => {
      inNamespace(stackOf(app, 'one', ofContext('production')), 'A');
      const two = stackOf(app, 'two', ofContext('production'));
      const provider = new KubernetesProvider(two, 'Other', { configContext, alias: 'other' });
      new kubernetes.QdrantCluster(two, 'A', { ...onKubernetes, clusterName: 'vectors', namespace: 'search', provider });
    };
    expect(complaint(stacks('staging'))).toBeUndefined();
    expect(complaint(stacks('production'))).toMatch(/the same namespace and clusterName/);
  });

  describe('are in one place where providers differ in what says nothing of it, on AWS', () => {
    const usual: AwsProviderConfig = {
      region: 'eu-west-1',
      assumeRole: [{ roleArn: 'arn:aws:iam::123456789012:role/deploy', sessionName: 'one' }],
    };
    const inStack = (more: AwsProviderConfig) =>
      complaint((app) => {
        const stack = stackOf(app, 'one', (scope) => new AwsProvider(scope, 'Aws', usual));
        named(stack, 'A');
        named(stack, 'B', { provider: new AwsProvider(stack, 'Other', { ...usual, alias: 'other', ...more }) });
      });

    test.each<AwsProviderConfig>([
      // Another alias alone.
      {},
      { defaultTags: [{ tags: { team: 'search' } }] },
      { ignoreTags: [{ keys: ['team'] }] },
      { maxRetries: 5 },
      { useFipsEndpoint: true },
      { httpProxy: 'http://proxy:3128' },
      { assumeRole: [{ roleArn: 'arn:aws:iam::123456789012:role/deploy', sessionName: 'two', tags: { a: 'b' } }] },
    ])('%j', (more) => expect(inStack(more)).toMatch(/one\/A and one\/B have the same clusterName/));

    test.each<AwsProviderConfig>([
      { region: 'us-east-1' },
      { profile: 'other' },
      { accessKey: 'AKIAOTHER', secretKey: '${var.key}' },
      { assumeRole: [{ roleArn: 'arn:aws:iam::210987654321:role/deploy', sessionName: 'one' }] },
      { assumeRole: undefined },
      { assumeRoleWithWebIdentity: [{ roleArn: 'arn:aws:iam::210987654321:role/deploy', webIdentityTokenFile: '/token' }] },
      { allowedAccountIds: ['210987654321'] },
      { forbiddenAccountIds: ['123456789012'] },
      { endpoints: [{ ec2: 'http://localhost:5000' }] },
      { sharedConfigFiles: ['/other/config'] },
      { sharedCredentialsFiles: ['/other/credentials'] },
      { ec2MetadataServiceEndpoint: 'http://localhost:1338' },
    ])('but not in %j', (more) => expect(inStack(more)).toBeUndefined());
  });

  describe('are in one place where providers differ in what says nothing of it, on Kubernetes', () => {
    const inStack = (more: KubernetesProviderConfig) =>
      complaint((app) => {
        const stack = stackOf(app, 'one', ofContext('production'));
        const provider = new KubernetesProvider(stack, 'Other', { configContext: 'production', alias: 'other', ...more });
        inNamespace(stack, 'A');
        new kubernetes.QdrantCluster(stack, 'B', { ...onKubernetes, clusterName: 'vectors', namespace: 'search', provider });
      });

    test.each<KubernetesProviderConfig>([
      {},
      { ignoreLabels: ['team'] },
      { ignoreAnnotations: ['team'] },
      { insecure: true },
      { experiments: [{ manifestResource: true }] },
    ])('%j', (more) => expect(inStack(more)).toMatch(/one\/A and one\/B have the same namespace and clusterName/));

    test.each<KubernetesProviderConfig>([
      { host: 'https://other' },
      { configPath: '/other/config' },
      { configPaths: ['/other/config'] },
      { configContext: 'staging' },
      { configContextCluster: 'staging' },
      { configContextAuthInfo: 'staging' },
      { token: '${var.token}' },
      { username: 'other' },
      { clientCertificate: '${var.certificate}' },
      { clusterCaCertificate: '${var.ca}' },
      { proxyUrl: 'http://proxy:3128' },
      { tlsServerName: 'other' },
      { exec: [{ apiVersion: 'client.authentication.k8s.io/v1', command: 'aws', args: ['eks', 'get-token'] }] },
    ])('but not in %j', (more) => expect(inStack(more)).toBeUndefined());
  });

  test('in one stack are accepted where an Aspect gives them other providers', () => {
    const message = complaint((app) => {
      const stack = stackOf(app, 'one', inRegion('eu-west-1'));
      const other = new AwsProvider(stack, 'Other', { region: 'us-east-1', alias: 'other' });
      named(stack, 'A');
      makeBy(named(stack, 'B'), other);
    });
    expect(message).toBeUndefined();
  });

  test('or of one private zone in one VPC', () => {
    const network = () =>
      aws.ClusterNetwork.fromSubnets({
        vpcId: 'vpc-1',
        subnetIds: ['subnet-1'],
        nodeNames: aws.NodeNames.privateZone('v.internal'),
      });
    const message = complaint((app) => {
      const stack = stackOf(app, 'one', inRegion('eu-west-1'));
      named(stack, 'A', { clusterName: 'one', network: network() });
      named(stack, 'B', { clusterName: 'two', network: network() });
    });
    expect(message).toMatch(/one\/A and one\/B have the same zone of names/);
  });

  test('on Kubernetes are refused in one namespace, and accepted in two, or in two Kubernetes clusters', () => {
    const stacks = (namespace: string, context: string) => (app: App) => {
      inNamespace(stackOf(app, 'one', ofContext('production')), 'A');
      inNamespace(stackOf(app, 'two', ofContext(context)), 'B', namespace);
    };
    expect(complaint(stacks('search', 'production'))).toMatch(/two\/B and one\/A have the same namespace and clusterName/);
    expect(complaint(stacks('other', 'production'))).toBeUndefined();
    expect(complaint(stacks('search', 'staging'))).toBeUndefined();
  });

  test('that was made of the paths of their constructs are refused too', () => {
    const message = complaint((app) => {
      const stack = stackOf(app, 'one', inRegion('eu-west-1'));
      ['Vectors_A', 'vectors-a'].forEach((id) => new aws.QdrantCluster(stack, id, { ...onAws, nodeCount: 1 }));
    });
    expect(message).toMatch(/one\/Vectors_A and one\/vectors-a have the same clusterName/);
  });
});

describe('two objects of one kind, name and namespace', () => {
  const { CertificateIssuer, ClientService, Peer, Tls } = kubernetes;
  const monitor = { scrapedBy: Peer.namespace('monitoring') };
  type Named = Partial<kubernetes.QdrantClusterProps> & { clusterName: string };
  const on = (stack: TerraformStack, id: string, props: Named) =>
    new kubernetes.QdrantCluster(stack, id, { ...onKubernetes, metricsPort: 9153, ...props });
  const monitored = (app: App, context = 'production', namespace = 'search') => {
    on(stackOf(app, 'one', ofContext('production')), 'A', { clusterName: 'search' }).addServiceMonitor('eu-main', monitor);
    on(stackOf(app, 'two', ofContext(context)), 'B', { clusterName: 'search-eu', namespace }).addServiceMonitor(
      'main',
      monitor,
    );
  };

  test('are refused, with both paths and what to write', () => {
    const message = complaint((app) => monitored(app));
    expect(message).toMatch(
      /one\/A\/eu-main\/ServiceMonitor: the ServiceMonitor\.monitoring\.coreos\.com search-eu-main in the namespace search is made by two\/B\/main\/ServiceMonitor too/,
    );
    expect(message).toMatch(/Allowed: .*Instead: another id .*configContext/);
  });

  test('are accepted in two namespaces, and in two Kubernetes clusters', () => {
    expect(complaint((app) => monitored(app, 'staging'))).toBeUndefined();
    expect(complaint((app) => monitored(app, 'production', 'other'))).toBeUndefined();
  });

  test('are accepted by two providers, and refused by one, when the app is synthesized', () => {
    const build = (context: string) => () =>
      synthStack((stack) => {
        new KubernetesProvider(stack, 'Kubernetes', { configContext: 'production' });
        on(stack, 'A', { clusterName: 'search' }).addServiceMonitor('eu-main', monitor);
        const other = new TerraformStack(stack.node.scope!, 'other');
        new KubernetesProvider(other, 'Kubernetes', { configContext: 'production' });
        const provider = new KubernetesProvider(other, 'Other', { configContext: context, alias: 'other' });
        on(other, 'B', { clusterName: 'search-eu', provider }).addServiceMonitor('main', monitor);
      });
    expect(build('production')).toThrow(/search-eu-main in the namespace search is made by other\/B/);
    expect(build('staging')).not.toThrow();
  });

  test('are each told of once, and of other objects nothing', () => {
    const message = complaint((app) => {
      const stack = stackOf(app, 'one', ofContext('production'));
      const tls = Tls.fromCertManager(CertificateIssuer.clusterIssuer('company'));
      on(stack, 'A', { clusterName: 'search', tls }).issueClientCertificate('tls');
      on(stack, 'B', { clusterName: 'search-client', tls });
    });
    expect(message?.match(/is made by/g)).toHaveLength(2);
    expect(message).toMatch(
      /one\/A\/tls\/Certificate: the Certificate\.cert-manager\.io search-client-tls .*one\/B\/Certificate/,
    );
    expect(message).toMatch(/the Secret search-client-tls/);
  });

  test('are refused of resources of the provider, and of Secrets that operators write', () => {
    const services = complaint((app) => {
      const stack = stackOf(app, 'one', ofContext('production'));
      on(stack, 'A', { clusterName: 'search' });
      on(stack, 'B', { clusterName: 'search-peers' });
    });
    expect(services).toMatch(/the Service search-peers in the namespace search/);
    const secrets = complaint((app) => {
      const stack = stackOf(app, 'one', ofContext('production'));
      const tls = Tls.fromCertManager(CertificateIssuer.clusterIssuer('company'));
      on(stack, 'A', { clusterName: 'search', tls }).issueClientCertificate('admin-key-1');
      on(stack, 'B', { clusterName: 'search-client', clientService: ClientService.none() });
    });
    expect(secrets).toMatch(/the Secret search-client-admin-key-1 .*one\/B\/AdminKey/);
  });

  test('as overrides name them, and none that only Terraform knows', () => {
    const named = (name: string) => (app: App) => {
      const stack = stackOf(app, 'one', ofContext('production'));
      for (const id of ['A', 'B']) {
        const { node } = on(stack, id, { clusterName: `search-${id.toLowerCase()}` }).addServiceMonitor('main', monitor);
        (node.findChild('ServiceMonitor') as TerraformResource).addOverride('manifest.metadata.name', name);
      }
    };
    expect(complaint(named('all'))).toMatch(/one\/A\/main\/ServiceMonitor: .* all in the namespace search/);
    expect(complaint(named(Token.asString(ref('local.name'))))).toBeUndefined();
  });

  test('of clusters of one name are told of as such', () => {
    const message = complaint((app) => {
      const stack = stackOf(app, 'one', ofContext('production'));
      inNamespace(stack, 'A');
      inNamespace(stack, 'B');
    });
    expect(message).toMatch(/have the same namespace and clusterName/);
    expect(message).not.toMatch(/is made by/);
  });

  test('are not what two imports of one cluster make', () => {
    const message = complaint((app) => {
      const stack = stackOf(app, 'one', ofContext('production'));
      inNamespace(stack, 'A').connections.allowRestFrom(Peer.namespace('api'));
      for (const id of ['B', 'C']) {
        const imported = { clusterName: 'vectors', namespace: 'search' };
        const cluster = kubernetes.QdrantCluster.fromClusterAttributes(stack, id, imported);
        cluster.connections.allowRestFrom(Peer.namespace('api'));
      }
    });
    expect(message).toBeUndefined();
  });
});
