import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { aws, kubernetes } from '../../lib';
import { addNetwork } from '../support/aws/network';
import { addEverything } from '../support/kubernetes/everything';
import { minimal } from '../support/kubernetes/synth';
import { describeWith } from '../support/programs';
import { TerraformRun } from '../support/terraform';

/** Terraform reads all of a stack's configuration before it asks for a provider, and refuses what is declared twice. */
function load(build: (stack: TerraformStack) => void): TerraformRun {
  const terraform = new TerraformRun({});
  terraform.synth(build);
  terraform.terraform(['get']);
  return terraform;
}

describeWith(['terraform'], 'several clusters in one stack', () => {
  test('on Kubernetes, alike and with everything, are read by Terraform', () => {
    load((stack) => {
      new KubernetesProvider(stack, 'Kubernetes');
      for (const id of ['Text', 'Images']) {
        new kubernetes.QdrantCluster(stack, id, { ...minimal, clusterName: `plain-${id.toLowerCase()}` });
        addEverything(new Construct(stack, `All${id}`), `all-${id.toLowerCase()}`);
      }
    });
  });

  test('on AWS are what Terraform and its provider take', () => {
    const terraform = load((stack) => {
      const { vpcId, subnetIds } = addNetwork(stack);
      for (const id of ['Text', 'Images']) {
        const cluster = new aws.QdrantCluster(stack, id, {
          network: aws.ClusterNetwork.fromSubnets({ vpcId, subnetIds, zoneCount: 3 }),
          instanceType: 'r7g.large',
          dataVolume: { sizeGib: 50 },
        });
        cluster.addLoadBalancer('Front').connections.allowRestFrom(aws.Peer.ipv4('10.30.0.0/16'));
        cluster.addOutputs();
      }
    });
    terraform.init();
    terraform.terraform(['validate']);
  });
});
