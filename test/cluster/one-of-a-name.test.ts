import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { App, Aspects, ref, TerraformProvider, TerraformResource, TerraformStack, Testing, Token } from 'cdktf';
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
  new aws.QdrantCluster(stack, id, { ...onAws, clusterName: 'vectors', ...more });
const inNamespace = (stack: TerraformStack, id: string, namespace = 'search') =>
  new kubernetes.QdrantCluster(stack, id, { ...onKubernetes, clusterName: 'vectors', namespace });

/** What `cdktf synth` says of an app, or nothing where it is content. */
function complaint(build: (app: App) => void): string | undefined {
  const app = Testing.app();
  build(app);
  try {
    app.node.children.forEach((stack) => (stack as TerraformStack).runAllValidations());
    const ofApp = app.node.validate();
    if (ofApp.length > 0) throw new Error(ofApp.join('\n'));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
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

  test('in two stacks of one region are refused, and of two regions are not', () => {
    const stacks = (other: string) => (app: App) => {
      named(stackOf(app, 'one', inRegion('eu-west-1')), 'A');
      named(stackOf(app, 'two', inRegion(other)), 'A');
    };
    expect(complaint(stacks('eu-west-1'))).toMatch(/one\/A and two\/A have the same clusterName/);
    expect(complaint(stacks('eu-central-1'))).toBeUndefined();
  });

  test('in one stack are accepted where an Aspect gives them other providers', () => {
    const message = complaint((app) => {
      const stack = stackOf(app, 'one', inRegion('eu-west-1'));
      const other = new AwsProvider(stack, 'Other', { region: 'us-east-1', alias: 'other' });
      named(stack, 'A');
      Aspects.of(named(stack, 'B')).add({
        visit: (child) => void (TerraformResource.isTerraformResource(child) && (child.provider = other)),
      });
      stack.node
        .findAll()
        .forEach((child) => Aspects.of(child).all.forEach((aspect) => child.node.findAll().forEach((c) => aspect.visit(c))));
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
    expect(complaint(stacks('search', 'production'))).toMatch(/one\/A and two\/B have the same namespace and clusterName/);
    expect(complaint(stacks('other', 'production'))).toBeUndefined();
    expect(complaint(stacks('search', 'staging'))).toBeUndefined();
  });

  test('that was made of the paths of their constructs are refused too', () => {
    const message = complaint((app) => {
      const stack = stackOf(app, 'one', inRegion('eu-west-1'));
      ['Vectors_A', 'vectors-a'].forEach((id) => new aws.QdrantCluster(stack, id, onAws));
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
