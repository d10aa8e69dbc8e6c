/** What happens when the cluster, or one of its nodes, is removed from the code. */
export enum RemovalPolicy {
  /**
   * Plans that delete or replace the StatefulSet, or remove a node that was not unprotected (`unprotectNode`), fail. So do plans
   * that recreate the cluster because the id or scope of its construct changed, if `clusterName` is given: a generated name
   * changes with them. Volume claims are always kept.
   *
   * Terraform cannot protect a construct that is removed from the code: such a plan succeeds. The volume claims remain, but
   * generated keys are deleted, and a cluster that is created from the claims has new ones. To keep the keys, remove their
   * Secrets from Terraform's state first (`terraform state rm`), and reference them with `ApiKeys.fromSecrets` afterwards.
   */
  PROTECT = 'protect',

  /** The StatefulSet can be deleted, and its volume claims are deleted with it. For development and tests. */
  DESTROY = 'destroy',
}
