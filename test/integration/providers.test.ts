import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Aspects, TerraformProvider, TerraformResource, TerraformStack } from 'cdktf';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { aws, kubernetes } from '../../lib';
import { describeWith } from '../support/programs';
import { minimal, SynthesizedStack, synthStack } from '../support/synth';
import { TerraformRun } from '../support/terraform';

/** Every block that a provider makes, by its address, with the provider that it names. */
function providers({ json }: SynthesizedStack): Array<[string, string | undefined]> {
  return ['resource', 'data', 'ephemeral'].flatMap((kind) =>
    Object.entries<any>(json[kind] ?? {})
      .filter(([type]) => type !== 'terraform_data')
      .flatMap(([type, blocks]) =>
        Object.entries<any>(blocks).map(([name, block]): [string, string | undefined] => [
          `${kind} ${type}.${name}`,
          block.provider,
        ]),
      ),
  );
}

function addCluster(stack: TerraformStack, id: string, provider?: TerraformProvider): void {
  const cluster = new aws.QdrantCluster(stack, id, { ...minimal, provider, tags: { region: id } });
  cluster.addLoadBalancer('Front').connections.allowRestFrom(aws.Peer.ipv4('10.0.0.0/8'));
  cluster.grantRead(aws.Grantee.role('app'));
  cluster.connections.allowTo(aws.Peer.securityGroup('sg-0123'), 8080);
}

function severalRegions(stack: TerraformStack): void {
  new AwsProvider(stack, 'Dublin', { region: 'eu-west-1' });
  addCluster(stack, 'Ireland');
  addCluster(stack, 'Germany', new AwsProvider(stack, 'Frankfurt', { region: 'eu-central-1', alias: 'frankfurt' }));
  aws.QdrantCluster.fromClusterAttributes(stack, 'GermanyElsewhere', {
    host: 'vectors.internal',
    securityGroupId: 'sg-0123',
    readOnlyKey: aws.Secret.fromArn('arn:aws:secretsmanager:eu-central-1:123456789012:secret:key-AbCdEf'),
    provider: new AwsProvider(stack, 'Account', { region: 'eu-central-1', alias: 'account' }),
  }).grantRead(aws.Grantee.role('app'));
}

describe('the option provider', () => {
  test('reaches whatever is made below a cluster on AWS, and nothing beside it', () => {
    const blocks = providers(synthStack(severalRegions));
    const expected = (address: string) => {
      if (address.includes('.GermanyElsewhere')) return 'aws.account';
      return address.includes('.Germany') ? 'aws.frankfurt' : undefined;
    };
    expect(blocks.length).toBeGreaterThan(100);
    expect(blocks.filter(([address]) => address.startsWith('ephemeral'))).toHaveLength(4);
    expect(blocks).toEqual(blocks.map(([address]) => [address, expected(address)]));
  });

  test('reaches whatever is made below a cluster on Kubernetes, save what another provider makes', () => {
    const stack = synthStack((scope) => {
      new KubernetesProvider(scope, 'Here', {});
      const provider = new KubernetesProvider(scope, 'There', { alias: 'there' });
      const resources = { memory: '8Gi', cpu: '2' };
      const tls = kubernetes.Tls.fromSecret('tls');
      const dataVolume = { size: '50Gi' };
      const props = { namespace: 'vectors', resources, dataVolume, tls, provider };
      const cluster = new kubernetes.QdrantCluster(scope, 'Cluster', props);
      cluster.connections.allowRestFrom(kubernetes.Peer.pods({ labels: { app: 'search' } }));
      cluster.grantRead(kubernetes.Grantee.serviceAccount('vectors', 'search'));
    });
    const blocks = providers(stack);
    const expected = (address: string) => (address.includes('random_password') ? undefined : 'kubernetes.there');
    expect(blocks).toEqual(blocks.map(([address]) => [address, expected(address)]));
  });
});

test('an aspect that gives a provider to every resource gives it to ephemeral ones too', () => {
  const stack = synthStack((scope) => {
    const provider = new AwsProvider(scope, 'Frankfurt', { region: 'eu-central-1', alias: 'frankfurt' });
    new aws.QdrantCluster(scope, 'Cluster', minimal);
    Aspects.of(scope).add({
      visit: (construct) => {
        if (TerraformResource.isTerraformResource(construct)) construct.provider = provider;
      },
    });
  });
  const made = providers(stack).filter(([address]) => !address.startsWith('data'));
  expect(made.filter(([address]) => address.startsWith('ephemeral'))).toHaveLength(2);
  expect(made).toEqual(made.map(([address]) => [address, 'aws.frankfurt']));
});

describeWith(['terraform'], 'clusters in several regions and accounts', () => {
  test('are valid to the real Terraform', () => {
    const terraform = new TerraformRun({});
    terraform.synth(severalRegions);
    terraform.init();
    terraform.terraform(['validate']);
  });
});
