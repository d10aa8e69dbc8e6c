import { FindingSeverity, Rule } from './rule';

export const singleZone: Rule = {
  id: 'QDR040',
  severity: FindingSeverity.WARNING,
  title: 'All nodes of a cluster may stand in one availability zone',
  reason: 'When the zone fails, so does the whole cluster, whatever copies it keeps of its data.',
  fix:
    'name subnets of three availability zones before the cluster is made. Nodes that exist stay where their volumes are, also when they are unprotected and ' +
    'replaced: with further subnets this finding goes, and only nodes that are added stand in them. What moves the others is to restore the cluster, ' +
    'once removed, from its final snapshots.',
  source:
    'https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/use-fault-isolation-to-protect-your-workload.html',
  check: ({ nodeCount, zoneCount }) =>
    (nodeCount ?? 1) > 1 && zoneCount === 1 ? [`all ${nodeCount} nodes may stand in one availability zone`] : [],
};
