/** What happens when the cluster, or a node of it, is no longer synthesized. */
export enum RemovalPolicy {
  /**
   * The plan fails that would delete or replace the StatefulSet, end a node which was not released by name (`releaseNode`), or make the cluster anew because
   * its construct has another id or scope. Volume claims
   * are kept, whatever happens to what used them.
   *
   * A construct that is left out of the code is planned away all the same: Terraform has no guard for a block that is gone. The volume claims are what
   * is left of it. Generated keys are not: the data does not depend on them, and a cluster that is made of the claims again has new ones, which clients
   * must be given. To keep them, take their Secrets out of Terraform's state before (`terraform state rm`), and name them in `ApiKeys.fromSecrets` after.
   */
  PROTECT = 'protect',

  /** The StatefulSet can be deleted, and its volume claims go with it. For development and tests. */
  DESTROY = 'destroy',
}
