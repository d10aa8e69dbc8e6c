import { StorageKind } from '../setup';
import { FindingSeverity, Rule } from './rule';

export const dataLost: Rule = {
  id: 'QDR041',
  severity: FindingSeverity.ERROR,
  title: 'The data is kept where it ends with the container or the pod',
  reason: 'A restart elsewhere, an upgrade or an eviction begins with an empty node; where all restart, everything is lost.',
  fix: 'mount a volume of its own at /qdrant/storage: a claim for each pod, or a disk of the machine.',
  source: 'https://qdrant.tech/documentation/installation/',
  check: ({ setup }) =>
    setup?.storage?.kind === StorageKind.LOST ? [`the data is kept in ${setup.storage.name}, and ends with it`] : [],
};
