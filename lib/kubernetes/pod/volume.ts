import { Construct } from 'constructs';
import { badInput, isUnknown } from '../../input/input';
import { checkObjectName } from '../names/names';
import { checkQuantity } from './quantity';
import { OptionNames } from '../../input/options';

/** A volume that each node claims for itself. It must be block storage: Qdrant's data does not survive NFS. */
export interface VolumeProps {
  /**
   * The size, for example `200Gi`. It is that of claims which are yet to be made: those that exist are grown by
   * `kubectl patch persistentvolumeclaim`, where the storage class allows it, and never shrink. Terraform warns of each that is of another size.
   */
  readonly size: string;

  /**
   * The storage class.
   *
   * @default - the default class of the Kubernetes cluster
   */
  readonly storageClassName?: string;

  /**
   * How the volume is mounted: `ReadWriteOnce`, or `ReadWriteOncePod` where the storage driver knows it. Each node has a volume of its own.
   *
   * @default ReadWriteOnce
   */
  readonly accessMode?: string;
}

/** @internal */
export const VOLUME_OPTIONS: OptionNames<VolumeProps> = { size: true, storageClassName: true, accessMode: true };

const ACCESS_MODES = ['ReadWriteOnce', 'ReadWriteOncePod'];

/** Provisioners and names of classes that are file systems on a network. */
const NETWORK_FILE_SYSTEMS =
  /(^|[^a-z])(nfs|efs|azurefile|filestore|cephfs|glusterfs|smb|cifs|fsx|netapp-files|anf)([^a-z]|$)/i;

/** Throws where a volume cannot hold the data. @internal */
export function checkVolume(place: Construct, option: string, volume: VolumeProps): void {
  const { size, storageClassName, accessMode } = volume;
  checkQuantity(place, `${option}.size`, size, { quantity: '1Gi', example: '200Gi' });
  if (accessMode !== undefined && !isUnknown(accessMode) && !ACCESS_MODES.includes(accessMode)) {
    throw badInput(place, {
      given: `${option}.accessMode is "${accessMode}"`,
      allowed: `${ACCESS_MODES.join(' or ')}: each node has a volume of its own`,
      instead: 'leave it out',
    });
  }
  if (storageClassName === undefined || isUnknown(storageClassName)) return;
  checkObjectName(place, `${option}.storageClassName`, storageClassName, 'gp3');
  if (!NETWORK_FILE_SYSTEMS.test(storageClassName)) return;
  throw badInput(place, {
    given: `${option}.storageClassName is "${storageClassName}", a file system on a network by its name`,
    allowed: 'block storage: Qdrant’s data is corrupted on NFS, EFS and the like',
    instead: `storageClassName: "gp3", or another class of block storage`,
  });
}
