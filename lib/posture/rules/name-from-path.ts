import { FindingSeverity, Rule } from './rule';

export const nameFromPath: Rule = {
  id: 'QDR027',
  severity: FindingSeverity.WARNING,
  title: 'The name of a cluster with removal protection follows from the path of the construct',
  reason:
    'A construct that is renamed, or moved to another scope, then makes another cluster, empty, and ends the nodes of this one: no plan refuses that.',
  fix: 'give clusterName the present name, which changes nothing.',
  source: 'https://github.com/cdktf-qdrant/cdktf-qdrant/blob/main/docs/guides/nodes-and-data.md',
  check: ({ clusterName, clusterNameGiven, protectedFromRemoval }) =>
    protectedFromRemoval === true && clusterNameGiven === false
      ? [`clusterName was left out, and the present name "${clusterName}" follows from the path of the construct`]
      : [],
};
