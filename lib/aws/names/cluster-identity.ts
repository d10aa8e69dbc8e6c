import { IConstruct } from 'constructs';

/** By which tags the instances of a cluster are found. @internal */
export enum ClusterTag {
  /** The cluster's name, which another cluster may have too. */
  NAME = 'QdrantCluster',
  /** The cluster itself. */
  ID = 'QdrantClusterId',
  /** A node's number. */
  NODE = 'QdrantNode',
}

/**
 * What tells a cluster from every other one in its VPC, also from one of its name in another stack: the name, and the address of its construct. It is
 * known before anything is made, so that a plan can ask AWS for it.
 * @internal
 */
export function clusterIdOf(cluster: IConstruct, clusterName: string): string {
  return `${clusterName}-${cluster.node.addr.slice(-8)}`;
}
