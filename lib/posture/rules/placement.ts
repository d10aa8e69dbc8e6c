import { PostureFacts } from '../facts';
import { FindingSeverity, Rule } from './rule';

/** Where the nodes stand. */
export const placementRules: Rule[] = [
  {
    id: 'QDR040',
    severity: FindingSeverity.WARNING,
    reason: 'When the zone fails, so does the whole cluster, whatever copies it keeps of its data.',
    fix: 'place the nodes in subnets of three availability zones.',
    check: ({ nodeCount, zoneCount }: PostureFacts) =>
      (nodeCount ?? 1) > 1 && zoneCount === 1 ? [`all ${nodeCount} nodes may stand in one availability zone`] : [],
  },
];
