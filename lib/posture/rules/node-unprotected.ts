import { FindingSeverity, Rule } from './rule';

export const nodeUnprotected: Rule = {
  id: 'QDR026',
  severity: FindingSeverity.WARNING,
  title: 'A node is unprotected, and nodeCount still counts it',
  reason:
    'While it is unprotected, nothing protects it from a plan that ends it; a node of a StatefulSet is not ended by it at all.',
  fix: 'take unprotectNode back once the node has been replaced, or lower nodeCount to be without it.',
  source: 'https://github.com/cdktf-qdrant/cdktf-qdrant/blob/main/docs/guides/nodes-and-data.md',
  check: ({ unprotectedNodes, nodeCount }) =>
    unprotectedNodes
      .filter((index) => nodeCount !== undefined && index < nodeCount)
      .map((index) => `node ${index} is unprotected, and one of the ${nodeCount} that nodeCount counts`),
};
