import { MAX_NODES } from '../qdrant/cluster-checks';

/** Which nodes of a cluster may be removed. */
export class ReleasedNodes {
  private readonly released = new Set<number>();

  public constructor(
    private readonly clusterName: string,
    private readonly nodeCount: number,
  ) {}

  /** Lets a node go that is no longer synthesized. */
  public release(index: number): void {
    this.released.add(index);
  }

  /** The numbers of nodes that were not released. */
  public get kept(): number[] {
    const indexes = Array.from({ length: MAX_NODES }, (_, index) => index);
    return indexes.filter((index) => !this.released.has(index));
  }

  /** The numbers that no node may have: those that the cluster does not count, and that were not released. */
  public get surplus(): number[] {
    return this.kept.filter((index) => index >= this.nodeCount);
  }

  /** Whether every node that the cluster counts was released. */
  public get areAllReleased(): boolean {
    return Array.from({ length: this.nodeCount }, (_, index) => index).every((index) => this.released.has(index));
  }

  /** What is said where there is such a node. */
  public get refusal(): string {
    return (
      `The Qdrant cluster ${this.clusterName} has nodes whose number is ${this.nodeCount} or more, and nodeCount is ${this.nodeCount}. ` +
      'Move their shards away and remove their peers first, then say so with cluster.releaseNode(NUMBER).'
    );
  }
}
