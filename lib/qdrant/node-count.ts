import { badInput, isUnknown, Scope, shown } from '../input/input';

/** The most nodes that a cluster has. */
export const MAX_NODES = 100;

/** Throws unless a cluster can have so many nodes. */
export function checkNodeCount(scope: Scope, nodeCount = 3): void {
  if (isUnknown(nodeCount)) {
    throw badInput(scope, {
      given: 'nodeCount is known only when Terraform runs',
      allowed: 'a number that is known when synthesizing, as each node has a name and a certificate',
      instead: 'nodeCount: 3',
    });
  }
  if (isNodeCount(nodeCount)) return;
  const [number] = [Number(nodeCount)].filter((count) => String(count) === (nodeCount as unknown) && isNodeCount(count));
  throw badInput(scope, {
    given: `nodeCount is ${shown(nodeCount)}`,
    allowed: `one node, or three and more up to ${MAX_NODES}; two have no majority when one is lost`,
    instead: `nodeCount: ${number ?? 3}`,
  });
}

function isNodeCount(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count !== 2 && count <= MAX_NODES;
}
