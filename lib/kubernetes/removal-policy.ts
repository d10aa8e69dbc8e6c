/** What happens when the cluster, or a node of it, is no longer synthesized. */
export enum RemovalPolicy {
  /**
   * The plan fails that would delete or replace the StatefulSet, or end a node which was not released by name (`releaseNode`). Volume claims
   * are kept, whatever happens to what used them.
   *
   * A construct that is left out of the code is planned away all the same: Terraform has no guard for a block that is gone. The volume claims are what
   * is left of it; generated keys are not.
   */
  PROTECT = 'protect',

  /** The StatefulSet can be deleted, and its volume claims go with it. For development and tests. */
  DESTROY = 'destroy',
}
