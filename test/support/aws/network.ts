import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { TerraformStack } from 'cdktf';
import { aws } from '../../../lib';

/** A VPC with three subnets in three zones, as a user's stack would have it. */
export function addNetwork(stack: TerraformStack): { vpcId: string; subnetIds: string[] } {
  new AwsProvider(stack, 'Aws', { region: 'eu-west-1' });
  const vpc = new Vpc(stack, 'Vpc', { cidrBlock: '10.0.0.0/16' });
  const subnets = ['a', 'b', 'c'].map(
    (zone, index) =>
      new Subnet(stack, `Subnet${index}`, {
        vpcId: vpc.id,
        cidrBlock: `10.0.${index}.0/24`,
        availabilityZone: `eu-west-1${zone}`,
      }),
  );
  return { vpcId: vpc.id, subnetIds: subnets.map(({ id }) => id) };
}

/** A network for a stack that is only synthesized. */
export const network = aws.ClusterNetwork.fromSubnets({
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0000000000000000a', 'subnet-0000000000000000b', 'subnet-0000000000000000c'],
});
