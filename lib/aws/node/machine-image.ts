import { DataAwsEc2InstanceType } from '@cdktf/provider-aws/lib/data-aws-ec2-instance-type';
import { DataAwsSsmParameter } from '@cdktf/provider-aws/lib/data-aws-ssm-parameter';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import { badInput, isUnknown, requireWholeNumber } from '../../input/input';
import { OptionNames, requireOptions } from '../../input/options';

/** Options for a custom machine image. */
export interface OwnImageOptions {
  /**
   * The size of the root volume in GiB, from 8 to 16384, and at least the size of the image's root snapshot. The root volume
   * contains the system and the container image, never the data. Increasing it grows the volumes of existing nodes, and their
   * file systems at the next boot; it cannot be decreased.
   *
   * @default 20
   */
  readonly rootVolumeSizeGib?: number;
}

const OWN_IMAGE_OPTIONS: OptionNames<OwnImageOptions> = { rootVolumeSizeGib: true };

const ROOT_VOLUME_GIB = 20;

/** Families of which some types have no dedicated bandwidth to their disks. */
const PREVIOUS_GENERATIONS = /^(c1|c3|cc2|cg1|cr1|g2|hi1|hs1|i2|m1|m2|m3|r3|t1|t2)\./;

/** The machine image of the nodes. */
export abstract class MachineImage {
  /**
   * The latest Amazon Linux 2023 for the processor architecture of the instance type, at the time a node is created. Existing
   * nodes keep their image: a new release of the distribution replaces no node.
   *
   * @see https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
   */
  public static latestAmazonLinux2023(): MachineImage {
    return new AmazonLinux2023();
  }

  /**
   * A custom image based on Amazon Linux 2023. Changing the id replaces the instances, but not the data, of the nodes that are
   * unprotected (`unprotectNode`); the other nodes keep their image.
   *
   * @param imageId for example `ami-0123456789abcdef0`
   */
  public static fromImageId(imageId: string, options: OwnImageOptions = {}): MachineImage {
    requireOptions('MachineImage.fromImageId', undefined, options, OWN_IMAGE_OPTIONS);
    const { rootVolumeSizeGib = ROOT_VOLUME_GIB } = options;
    const sizes = { min: 8, max: 16384, unit: 'GiB' };
    requireWholeNumber('MachineImage.fromImageId', 'rootVolumeSizeGib', rootVolumeSizeGib, sizes);
    if (!isUnknown(imageId) && !(typeof imageId === 'string' && /^ami-[0-9a-f]+$/.test(imageId))) {
      throw badInput('MachineImage.fromImageId', {
        given: `"${imageId}" is no id of an image`,
        allowed: 'an id such as ami-0123456789abcdef0',
        instead: 'MachineImage.latestAmazonLinux2023()',
      });
    }
    return new OwnImage(imageId, rootVolumeSizeGib);
  }

  /** Makes the type nominal. */
  private readonly typeName = 'MachineImage';

  public toString(): string {
    return this.typeName;
  }

  /** Whether a node that exists moves to another image when this one's id changes. @internal */
  public abstract readonly _replacesInstances: boolean;

  /** The size of the root volume. @internal */
  public abstract readonly _rootVolumeSizeGib: number;

  /** The image's id for an instance type. @internal */
  public abstract _bind(cluster: Construct, instanceType: string): string;
}

class OwnImage extends MachineImage {
  public readonly _replacesInstances = true;

  public constructor(
    private readonly imageId: string,
    public readonly _rootVolumeSizeGib: number,
  ) {
    super();
  }

  public _bind(): string {
    return this.imageId;
  }
}

class AmazonLinux2023 extends MachineImage {
  public readonly _replacesInstances = false;
  public readonly _rootVolumeSizeGib = ROOT_VOLUME_GIB;

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
export function architectureOf(scope: Construct, instanceType: string): 'arm64' | 'x86_64' {
  const parts = /^(?<family>[a-z]+(?:-[a-z0-9]+?)?)(?<generation>\d+)(?<special>[a-z0-9-]*)\.[a-z0-9-]+$/.exec(
    instanceType,
  )?.groups;
  if (!parts) {
    throw badInput(scope, {
      given: `"${instanceType}" is no instance type`,
      allowed: 'FAMILY.SIZE',
      instead: 'for example instanceType: "r7g.large"',
    });
  }
  return parts.special.split('-')[0].includes('g') || parts.family === 'a' ? 'arm64' : 'x86_64';
}

/**
 * Whether an instance type is known to have bandwidth of its own to its disks: every type of the current generation has. EC2 starts none of those without it
 * where that is asked for.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/pg.html
 * @internal
 */
export function hasEbsBandwidth(instanceType: string): boolean {
  return !isUnknown(instanceType) && !PREVIOUS_GENERATIONS.test(instanceType);
}
