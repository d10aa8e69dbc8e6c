/** What happens when a cluster, or a node of it, is no longer synthesized. */
export enum RemovalPolicy {
  /**
   * An apply that would end a node fails until the node was released by name (`releaseNode`), and the plan fails that would destroy a data
   * volume that is still synthesized. A volume that goes leaves a final snapshot. Deleted secrets can be restored for 30 days.
   */
  PROTECT = 'protect',

  /** Everything goes at once, and nothing is kept. For development and tests. */
  DESTROY = 'destroy',
}
