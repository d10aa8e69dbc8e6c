import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { App, Aspects, TerraformProvider, TerraformResource, TerraformStack, Testing } from 'cdktf';
import { aws, kubernetes } from '../../lib';
import { minimal as onKubernetes } from '../support/kubernetes/synth';
import { minimal as onAws } from '../support/synth';

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
