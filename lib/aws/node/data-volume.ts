import { Construct } from 'constructs';
import { badInput, isUnknown, requireListIfGiven, requireWholeNumber } from '../../input/input';
import { NodeNames } from '../names/node-names';
import { checkEncryptionKey } from '../secrets/encryption-key';
import { OptionNames } from '../../input/options';

/**
 * Properties of the data volume of a node: an encrypted gp3 volume that outlives the instance.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
 */
export interface DataVolumeProps {
  /** The size in GiB, from 10 to 65536. It can be increased at any time, but never decreased. */
  readonly sizeGib: number;

  /**
   * The IOPS, from 3000 to 80000, and at most 500 per GiB.
   *
   * @default 3000
   */
  readonly iops?: number;

  /**
   * The throughput in MiB/s, from 125 to 1000, and at most a quarter of the IOPS. gp3 offers up to 2000, but the supported AWS
   * provider (5.100) rejects more than 1000. For more throughput, spread the shards over more nodes.
   *
   * @default 125
   */
  readonly throughputMibps?: number;

  /**
   * The ARN of the customer managed KMS key that encrypts the volumes of the node. It cannot be changed on existing volumes:
   * the plan fails rather than replacing them.
   *
   * @default - the default EBS key of the account
   */
  readonly encryptionKeyArn?: string;

  /**
   * Snapshots to create the volumes from: the first for node 0, the second for node 1 and so on. Nodes without a snapshot start
   * empty and join. Use this to restore a removed cluster from the final snapshots of its volumes, with the previous
   * `clusterName` or the previous node names, because the nodes know each other by them. It cannot be combined with
   * `NodeNames.addresses()`, because new network interfaces have new addresses. Existing volumes are not affected.
   *
   * @default - the volumes start empty
   */
  readonly snapshotIds?: string[];
}

/** @internal */
export const DATA_VOLUME_OPTIONS: OptionNames<DataVolumeProps> = {
  sizeGib: true,
  iops: true,
  throughputMibps: true,
  encryptionKeyArn: 'reference',
  snapshotIds: 'reference',
};

const BASE_IOPS = 3000;
const BASE_THROUGHPUT = 125;
/** What version 5 of the provider lets through. */
const MAX_THROUGHPUT = 1000;

/** Throws where gp3 does not offer what was asked for, or a snapshot is none. @internal */
export function checkDataVolume(scope: Construct, volume: DataVolumeProps, nodeCount: number, names?: NodeNames): void {
  checkEncryptionKey(scope, 'dataVolume.encryptionKeyArn', volume.encryptionKeyArn);
  checkSnapshots(scope, volume.snapshotIds, nodeCount);
  if (volume.snapshotIds?.length && names) checkRestoredNames(scope, names);
  const { sizeGib, iops = BASE_IOPS, throughputMibps = BASE_THROUGHPUT } = volume;
  requireWholeNumber(scope, 'dataVolume.sizeGib', sizeGib, { min: 10, max: 65536, unit: 'GiB' });
  requireWholeNumber(scope, 'dataVolume.iops', iops, { min: BASE_IOPS, max: 80000, unit: 'I/O operations a second' });
  const throughputs = { min: BASE_THROUGHPUT, max: MAX_THROUGHPUT, unit: 'MiB/s' };
  requireWholeNumber(scope, 'dataVolume.throughputMibps', throughputMibps, throughputs);
  if (![sizeGib, iops].some(isUnknown) && iops > BASE_IOPS && iops > 500 * sizeGib) {
    throw badInput(scope, {
      given: `dataVolume.iops is ${iops} on ${sizeGib} GiB`,
      allowed: `at most 500 a GiB: ${500 * sizeGib}`,
      instead: `iops: ${Math.max(500 * sizeGib, BASE_IOPS)}, or sizeGib: ${Math.ceil(iops / 500)}`,
    });
  }
  if (![throughputMibps, iops].some(isUnknown) && throughputMibps > iops / 4) {
    throw badInput(scope, {
      given: `dataVolume.throughputMibps is ${throughputMibps} with ${iops} IOPS`,
      allowed: `at most a quarter of the IOPS: ${iops / 4} MiB/s`,
      instead: `throughputMibps: ${iops / 4}, or iops: ${throughputMibps * 4}`,
    });
  }
}

/** A volume remembers the name of its node, and a node that has another one refuses to start (versions.sh). */
function checkRestoredNames(scope: Construct, names: NodeNames): void {
  if (names._returns) return;
  throw badInput(scope, {
    given:
      'dataVolume.snapshotIds, with NodeNames.addresses(): new network interfaces have new addresses, and each node would refuse its data',
    allowed: 'snapshots of nodes whose names a new cluster has again',
    instead: 'leave snapshotIds out; NodeNames.privateZone(...) for a cluster that can be restored',
  });
}

function checkSnapshots(scope: Construct, snapshotIds: string[] | undefined, nodeCount: number): void {
  if (snapshotIds === undefined) return;
  if (!isUnknown(snapshotIds)) requireListIfGiven(scope, 'dataVolume.snapshotIds', snapshotIds);
  if (isUnknown(snapshotIds) || snapshotIds.length > nodeCount) {
    throw badInput(scope, {
      given: `dataVolume.snapshotIds ${isUnknown(snapshotIds) ? 'is a list whose length is not known' : `names ${snapshotIds.length} snapshots`}`,
      allowed: `one snapshot a node at most, ${nodeCount} in all`,
      instead: 'snapshotIds: [the snapshot of node 0, that of node 1, ...]',
    });
  }
  const index = snapshotIds.findIndex((id) => !isUnknown(id) && !/^snap-[0-9a-f]+$/.test(id));
  if (index < 0) return;
  throw badInput(scope, {
    given: `dataVolume.snapshotIds[${index}] is ${JSON.stringify(snapshotIds[index])}`,
    allowed: 'ids such as snap-0123456789abcdef0',
    instead: 'the id of the final snapshot, which carries the tags of its volume: QdrantCluster and QdrantNode',
  });
}
