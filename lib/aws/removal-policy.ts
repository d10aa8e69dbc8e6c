/** What happens when a cluster, or a node of it, is no longer synthesized. */
export enum RemovalPolicy {
  /**
   * The plan fails that would end or replace a node which was not released by name (`releaseNode`), or destroy a data volume of a cluster that
   * is still synthesized. Instances cannot be terminated by other means than Terraform. A volume that goes leaves a final snapshot, whatever
   * the reason. Deleted secrets can be restored for 30 days.
   *
   * A construct that is left out of the code is planned away all the same: Terraform has no guard for a block that is gone. The final snapshots and the
   * secrets are what is left of it; `snapshotIds` of the data volume makes it again.
   */
  PROTECT = 'protect',

  /** Everything goes at once, and nothing is kept. For development and tests. */
  DESTROY = 'destroy',
}
