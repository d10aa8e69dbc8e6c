import { Construct } from 'constructs';
import { badInput, isUnknown, requireWholeNumber } from '../input';

/**
 * The disk of a node that holds the data: an encrypted gp3 volume of its own, which outlives the instance.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
 */
export interface DataVolumeProps {
  /** The size in GiB, from 10 to 65536. It can grow at any time, and never shrink. */
  readonly sizeGib: number;

  /**
   * I/O operations a second, from 3000 to 80000, and at most 500 a GiB.
   *
   * @default 3000
   */
  readonly iops?: number;

  /**
   * The throughput in MiB/s, from 125 to 2000, and at most a quarter of the IOPS.
   *
   * @default 125
   */
  readonly throughputMibps?: number;

  /**
   * The ARN of the customer's KMS key that the disks of the node are encrypted with. It cannot be changed on a volume that exists: the plan
   * then fails rather than replace the volume.
   *
   * @default - the account's default key for EBS
   */
  readonly encryptionKeyArn?: string;
}

const BASE_IOPS = 3000;
const BASE_THROUGHPUT = 125;

/** Throws where gp3 does not offer what was asked for. @internal */
export function checkDataVolume(place: Construct, volume: DataVolumeProps): void {
  const { sizeGib, iops = BASE_IOPS, throughputMibps = BASE_THROUGHPUT } = volume;
  requireWholeNumber(place, 'dataVolume.sizeGib', sizeGib, { min: 10, max: 65536, unit: 'GiB' });
  requireWholeNumber(place, 'dataVolume.iops', iops, { min: BASE_IOPS, max: 80000, unit: 'I/O operations a second' });
  requireWholeNumber(place, 'dataVolume.throughputMibps', throughputMibps, { min: BASE_THROUGHPUT, max: 2000, unit: 'MiB/s' });
  if (![sizeGib, iops].some(isUnknown) && iops > BASE_IOPS && iops > 500 * sizeGib) {
    throw badInput(place, {
      given: `dataVolume.iops is ${iops} on ${sizeGib} GiB`,
      allowed: `at most 500 a GiB: ${500 * sizeGib}`,
      instead: `iops: ${Math.max(500 * sizeGib, BASE_IOPS)}, or sizeGib: ${Math.ceil(iops / 500)}`,
    });
  }
  if (![throughputMibps, iops].some(isUnknown) && throughputMibps > iops / 4) {
    throw badInput(place, {
      given: `dataVolume.throughputMibps is ${throughputMibps} with ${iops} IOPS`,
      allowed: `at most a quarter of the IOPS: ${iops / 4} MiB/s`,
      instead: `throughputMibps: ${iops / 4}, or iops: ${throughputMibps * 4}`,
    });
  }
}
