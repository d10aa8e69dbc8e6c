import { StorageKind } from '../setup';
import { FindingSeverity, Rule } from './rule';

export const storageOnNetwork: Rule = {
  id: 'QDR042',
  severity: FindingSeverity.ERROR,
  title: 'The data is kept on a file system that is reached by network',
  reason: 'Qdrant needs a block device: on NFS, EFS and their like it corrupts what it writes.',
  fix: 'use volumes of block storage, as EBS, with the access mode ReadWriteOnce.',
  source: 'https://qdrant.tech/documentation/installation/#storage',
  check: ({ setup }) =>
    setup?.storage?.kind === StorageKind.NETWORK
      ? [`the data is kept on ${setup.storage.name}, a file system that is reached by network`]
      : [],
};
