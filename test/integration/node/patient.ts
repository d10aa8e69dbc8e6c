import { Given, put } from './given';
import { Machine } from './machine';

/** The node that things happen to: the last one, and a point that it is to keep. */
export class Patient {
  public constructor(private readonly given: Given) {}

  public get machine(): Machine {
    return this.given.cluster.machines[2];
  }

  /** Whether there is a container of the server. */
  public get isRunning(): boolean {
    return this.machine.try('docker inspect qdrant').code === 0;
  }

  public writePoint(): void {
    const { cluster, admin } = this.given;
    // Made by the tests of access, where they ran.
    if (cluster.rest('/collections/first', { key: admin }).status === 404) {
      put(this.given, '/collections/first', { vectors: { size: 2, distance: 'Dot' } });
    }
    const points = [{ id: 4711, vector: [1, 2], payload: { kept: true } }];
    expect(put(this.given, '/collections/first/points?wait=true', { points }).status).toBe(200);
  }

  /** The status of a request for the point. */
  public get kept(): number {
    return this.given.cluster.rest('/collections/first/points/4711', { node: 2, key: this.given.admin }).status;
  }
}
