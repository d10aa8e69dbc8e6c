/** What happens when a cluster, or one of its nodes, is removed from the code. */
export enum RemovalPolicy {
  /**
   * Plans that terminate or replace a node that was not unprotected (`unprotectNode`), or that destroy a data volume of a cluster
   * that is still in the code, fail. So do plans that recreate the cluster because the id or scope of its construct changed, if
   * `clusterName` is given: a generated name changes with them. Instances have termination protection. A final snapshot is taken
   * of every data volume that is destroyed. Deleted secrets can be restored for 30 days.
   *
   * Terraform cannot protect a construct that is removed from the code: such a plan succeeds. The final snapshots and the
   * secrets remain; restore the cluster with `dataVolume.snapshotIds`.
   */
  PROTECT = 'protect',

  /** All resources are deleted immediately, and no data is kept. For development and tests. */
  DESTROY = 'destroy',
}
