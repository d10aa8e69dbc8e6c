import { Construct } from 'constructs';
import { badInput, isUnknown } from '../../input/input';
import { checkObjectName } from '../names/names';
import { checkQuantity } from './quantity';
import { OptionNames } from '../../input/options';

/** Properties of the volume of each node. It must be block storage: NFS and similar file systems corrupt the data of Qdrant. */
export interface VolumeProps {
  /**
   * The size of new claims, for example `200Gi`. Grow existing claims with `kubectl patch persistentvolumeclaim`, if the
   * storage class allows it; they cannot shrink. Terraform warns about claims of another size.
   */
  readonly size: string;

  /**
   * The storage class.
   *
   * @default - the default storage class
   */
  readonly storageClassName?: string;

  /**
   * The access mode: `ReadWriteOnce`, or `ReadWriteOncePod` if the storage driver supports it.
   *
   * @default ReadWriteOnce
   */
  readonly accessMode?: string;
}

/** @internal */
export const VOLUME_OPTIONS: OptionNames<VolumeProps> = { size: true, storageClassName: 'reference', accessMode: true };

const ACCESS_MODES = ['ReadWriteOnce', 'ReadWriteOncePod'];

/** Provisioners and names of classes that are file systems on a network. */
const NETWORK_FILE_SYSTEMS =
  /(^|[^a-z])(nfs|efs|azurefile|filestore|cephfs|glusterfs|smb|cifs|fsx|netapp-files|anf)([^a-z]|$)/i;

/** Throws where a volume cannot hold the data. @internal */
export function checkVolume(scope: Construct, option: string, volume: VolumeProps): void {
  const { size, storageClassName, accessMode } = volume;
  checkQuantity(scope, `${option}.size`, size, { quantity: '1Gi', example: '200Gi' });
  if (accessMode !== undefined && !isUnknown(accessMode) && !ACCESS_MODES.includes(accessMode)) {
    throw badInput(scope, {
      given: `${option}.accessMode is "${accessMode}"`,
      allowed: `${ACCESS_MODES.join(' or ')}: each node has a volume of its own`,
      instead: 'leave it out',
    });
  }
  if (storageClassName === undefined || isUnknown(storageClassName)) return;
  checkObjectName(scope, `${option}.storageClassName`, storageClassName, 'gp3');
  if (!NETWORK_FILE_SYSTEMS.test(storageClassName)) return;
  throw badInput(scope, {
    given: `${option}.storageClassName is "${storageClassName}", a file system on a network by its name`,
    allowed: 'block storage: Qdrant’s data is corrupted on NFS, EFS and the like',
    instead: `storageClassName: "gp3", or another class of block storage`,
  });
}
