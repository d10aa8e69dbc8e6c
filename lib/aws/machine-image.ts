import { DataAwsEc2InstanceType } from '@cdktf/provider-aws/lib/data-aws-ec2-instance-type';
import { DataAwsSsmParameter } from '@cdktf/provider-aws/lib/data-aws-ssm-parameter';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import { badInput, isUnknown } from '../input';

/** What the nodes boot from. */
export abstract class MachineImage {
  /**
   * The latest Amazon Linux 2023 at the time a node is made, for the processor that its instance type has. A node that exists keeps its
   * own: a new release of the distribution replaces no node.
   *
   * @see https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
   */
  public static latestAmazonLinux2023(): MachineImage {
    return new AmazonLinux2023();
  }

  /**
   * An image of one's own, made from Amazon Linux 2023. Another id replaces the instance, never the data, of each node that is released
   * (`releaseNode`); the others keep theirs.
   *
   * @param imageId for example `ami-0123456789abcdef0`
   */
  public static fromImageId(imageId: string): MachineImage {
    if (!isUnknown(imageId) && !/^ami-[0-9a-f]+$/.test(imageId)) {
      throw badInput('MachineImage.fromImageId', {
        given: `"${imageId}" is no id of an image`,
        allowed: 'an id such as ami-0123456789abcdef0',
        instead: 'MachineImage.latestAmazonLinux2023()',
      });
    }
    return new OwnImage(imageId);
  }

  /** What is merely shaped like it is none. */
  private readonly typeName = 'MachineImage';

  public toString(): string {
    return this.typeName;
  }

  /** Whether a node that exists moves to another image when this one's id changes. @internal */
  public abstract readonly _replacesInstances: boolean;

  /** The image's id for an instance type. @internal */
  public abstract _bind(cluster: Construct, instanceType: string): string;
}

class OwnImage extends MachineImage {
  public readonly _replacesInstances = true;

  public constructor(private readonly imageId: string) {
    super();
  }

  public _bind(): string {
    return this.imageId;
  }
}

class AmazonLinux2023 extends MachineImage {
  public readonly _replacesInstances = false;

  public _bind(cluster: Construct, instanceType: string): string {
    const architecture = isUnknown(instanceType)
      ? Fn.element(new DataAwsEc2InstanceType(cluster, 'InstanceType', { instanceType }).supportedArchitectures, 0)
      : architectureOf(cluster, instanceType);
    return new DataAwsSsmParameter(cluster, 'MachineImage', {
      name: `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`,
    }).insecureValue;
  }
}

/**
 * The processor of an instance type, told from its name: the letters behind the generation say what is special, and `g` is Graviton.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 * @internal
 */
export function architectureOf(place: Construct, instanceType: string): 'arm64' | 'x86_64' {
  const parts = /^(?<family>[a-z]+(?:-[a-z0-9]+?)?)(?<generation>\d+)(?<special>[a-z0-9-]*)\.[a-z0-9-]+$/.exec(
    instanceType,
  )?.groups;
  if (!parts) {
    throw badInput(place, {
      given: `"${instanceType}" is no instance type`,
      allowed: 'FAMILY.SIZE',
      instead: 'for example instanceType: "r7g.large"',
    });
  }
  return parts.special.split('-')[0].includes('g') || parts.family === 'a' ? 'arm64' : 'x86_64';
}
