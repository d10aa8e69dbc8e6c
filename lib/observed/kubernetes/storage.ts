import { DataVolume, NodeSetup, StorageKind, StoragePlace } from '../../posture/setup';
import { hasUnknown, listOf } from '../resources';
import { ObservedServer } from '../server';
import { imageOf } from '../image';
import { Lookup, ObservedObject, objectNamed } from './objects';

/** Provisioners of file systems that are reached by network, and what classes of theirs are called. */
const NETWORK = /\b(efs|nfs\w*|azurefile|filestore|cephfs|glusterfs|smb|s3|gcsfuse|lustre)\b|\bfile\.csi\.azure|fsx/i;
const EBS = ['ebs.csi.aws.com', 'kubernetes.io/aws-ebs'];
/** In the official image. */
const WORKING_FOLDER = '/qdrant';

/** Where a pod keeps its data, and what becomes of it. */
export function storageSetup(server: ObservedServer, container: any, template: any, lookup: Lookup): NodeSetup {
  const path = pathOf(server);
  if (path === undefined) return {};
  const audit = server.values.get('audit.dir');
  const isAuditLost = server.values.get('audit.enabled') === true && isLost(audit, container, template, lookup);
  return { ...dataSetup(path, server, container, template, lookup), ...(isAuditLost && { lostAuditLog: String(audit) }) };
}

/** Whether a folder that is given ends with the container or the pod. */
function isLost(folder: unknown, container: any, template: any, lookup: Lookup): boolean {
  if (typeof folder !== 'string' || hasUnknown(folder) || imageOf(container.image)?.isOfficial !== true) return false;
  const mount = mountAt(absolute(folder), container);
  if (mount === undefined) return true;
  return claimOf(mount.name, template, lookup) === undefined && withoutClaim(mount.name, template)?.kind === StorageKind.LOST;
}

function dataSetup(path: string, server: ObservedServer, container: any, template: any, lookup: Lookup): NodeSetup {
  const mount = mountAt(path, container);
  if (mount === undefined) {
    const isKnown = server.isWhole && imageOf(container.image)?.isOfficial === true && !hasUnknown(container.volumeMounts);
    return isKnown ? { storage: { kind: StorageKind.LOST, name: `the file system of the container (${path})` } } : {};
  }
  const claim = claimOf(mount.name, template, lookup);
  if (claim === undefined) {
    const storage = withoutClaim(mount.name, template);
    return storage ? { storage } : {};
  }
  const storageClass = classOf(claim, lookup);
  return {
    storage: { name: claim.name, kind: isNetwork(claim, storageClass) ? StorageKind.NETWORK : StorageKind.KEPT },
    volumes: [volumeOf(claim, storageClass, lookup.by)],
  };
}

function pathOf({ values }: ObservedServer): string | undefined {
  const path = values.get('storage.storage_path') ?? './storage';
  if (typeof path !== 'string' || hasUnknown(path)) return undefined;
  return absolute(path);
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `${WORKING_FOLDER}/${path.replace(/^\.\//, '')}`;
}

/** The mount that a path is within, the nearest of several. */
function mountAt(path: string, container: any): any {
  const within = ({ mountPath }: any) => path === mountPath || path.startsWith(`${String(mountPath).replace(/\/$/, '')}/`);
  return listOf(container.volumeMounts)
    .filter(within)
    .sort((one, other) => String(other.mountPath).length - String(one.mountPath).length)[0];
}

interface Claim {
  readonly name: string;
  readonly spec: any;
}

/** The claim that a volume is; undefined where it is none. */
function claimOf(name: string, template: any, lookup: Lookup): Claim | undefined {
  const { volumeClaimTemplates, volumeClaimTemplate } = lookup.by.manifest.spec ?? {};
  const own = [...listOf(volumeClaimTemplates), ...listOf(volumeClaimTemplate)].find(({ metadata }) => metadata?.name === name);
  if (own) return { name: `the claims ${name}`, spec: own.spec ?? {} };
  const { persistentVolumeClaim } = listOf(template.spec?.volumes).find((volume) => volume.name === name) ?? {};
  if (!persistentVolumeClaim) return undefined;
  const { claimName } = persistentVolumeClaim;
  return { name: `the claim ${claimName}`, spec: objectNamed('PersistentVolumeClaim', claimName, lookup)?.manifest.spec ?? {} };
}

function withoutClaim(name: string, template: any): StoragePlace | undefined {
  const volume = listOf(template.spec?.volumes).find((other) => other.name === name);
  if (!volume) return undefined;
  if (volume.emptyDir) return { kind: StorageKind.LOST, name: `the emptyDir ${name}` };
  if (volume.ephemeral) return { kind: StorageKind.LOST, name: `the ephemeral volume ${name}` };
  const isShared = volume.nfs || volume.azureFile || volume.cephfs || NETWORK.test(String(volume.csi?.driver ?? ''));
  return isShared ? { kind: StorageKind.NETWORK, name: `the volume ${name}` } : undefined;
}

function classOf({ spec }: Claim, { by, objects, resources }: Lookup): ObservedObject | undefined {
  if (spec.storageClassName === undefined) return undefined;
  const target = resources.target(by.resource, spec.storageClassName);
  return objects.find(
    ({ kind, name, resource }) =>
      kind === 'StorageClass' &&
      (target ? resource === target : name === spec.storageClassName && resource.where === by.resource.where),
  );
}

/** What several machines may write at once is no block device with a file system of its own. */
function isNetwork({ spec }: Claim, storageClass: ObservedObject | undefined): boolean {
  const shared = listOf(spec.accessModes).includes('ReadWriteMany') && spec.volumeMode !== 'Block';
  return shared || NETWORK.test(String(storageClass ? provisionerOf(storageClass) : (spec.storageClassName ?? '')));
}

/** In a manifest it stands at the top, in Terraform under another name. */
function provisionerOf({ manifest }: ObservedObject): unknown {
  return manifest.provisioner ?? manifest.storageProvisioner;
}

function volumeOf({ name }: Claim, storageClass: ObservedObject | undefined, { manifest }: ObservedObject): DataVolume {
  const policy = manifest.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const isDeleted = [policy.whenDeleted, policy.whenScaled].includes('Delete');
  const isOfEbs = storageClass && EBS.includes(String(provisionerOf(storageClass)));
  const { encrypted } = storageClass?.manifest.parameters ?? {};
  return {
    name: storageClass && isOfEbs ? `${name}, by ${storageClass.resource.address}` : name,
    isEncrypted: isOfEbs && !hasUnknown(encrypted) ? String(encrypted) === 'true' : undefined,
    endsWithNode: isDeleted,
  };
}
