import { MAX_NODES } from '../qdrant/node-count';

/** Which nodes of a cluster may be removed. */
export class UnprotectedNodes {
  private readonly unprotected = new Set<number>();

  public constructor(
    private readonly clusterName: string,
    private readonly nodeCount: number,
  ) {}

  /** Lets a node go that is no longer synthesized. */
  public unprotect(index: number): void {
    this.unprotected.add(index);
  }

  /** The numbers of nodes that were not unprotected. */
  public get kept(): number[] {
    const indexes = Array.from({ length: MAX_NODES }, (_, index) => index);
    return indexes.filter((index) => !this.unprotected.has(index));
  }

  /** The numbers that no node may have: those that the cluster does not count, and that were not unprotected. */
  public get surplus(): number[] {
    return this.kept.filter((index) => index >= this.nodeCount);
  }

  /** Whether every node that the cluster counts is unprotected. */
  public get areAllUnprotected(): boolean {
    return Array.from({ length: this.nodeCount }, (_, index) => index).every((index) => this.unprotected.has(index));
  }

  /** What is said where there is such a node. */
  public get refusal(): string {
    return (
      `The Qdrant cluster ${this.clusterName} has nodes whose number is ${this.nodeCount} or more, and nodeCount is ${this.nodeCount}. ` +
      'Drain each of them first (npx cdktf-qdrant ops drain NODE), the last one first; then say so with cluster.unprotectNode(NUMBER).'
    );
  }
}
