import { FindingSeverity, Rule } from './rule';

export const volumeEndsWithNode: Rule = {
  id: 'QDR043',
  severity: FindingSeverity.WARNING,
  title: 'A volume with data is deleted with the node',
  reason: 'A machine that is replaced, or a StatefulSet that is scaled down or removed, takes the data with it.',
  fix: 'keep the data on a volume of its own, set deleteOnTermination to false, or leave persistentVolumeClaimRetentionPolicy at Retain.',
  source: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention',
  check: ({ setup }) =>
    (setup?.volumes ?? [])
      .filter(({ endsWithNode }) => endsWithNode === true)
      .map(({ name }) => `deleted with the node: ${name}`),
};
