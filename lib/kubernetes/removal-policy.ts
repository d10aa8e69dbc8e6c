/** What happens when the cluster, or a node of it, is no longer synthesized. */
export enum RemovalPolicy {
  /**
   * The plan fails that would delete or replace the StatefulSet, or end a node which was not released by name (`releaseNode`). Volume claims
   * are kept, whatever happens to what used them.
   */
  PROTECT = 'protect',

  /** The StatefulSet can be deleted, and its volume claims go with it. For development and tests. */
  DESTROY = 'destroy',
}
