import { ClusterState, leaderOf, liveMembers } from './cluster-state';
import { StateReader } from './read-state';
import { Address, RestClient, Unreachable } from './rest-client';
import { Requests } from './step';

/** Where the cluster is read, and changed. */
export interface Cluster extends Requests {
  read(): Promise<ClusterState>;
}

/** A cluster that is reached over REST: what changes it is asked of the leader. */
export class LiveCluster implements Cluster {
  private state: ClusterState | undefined;

  constructor(
    private readonly reader: StateReader,
    private readonly client: RestClient,
  ) {}

  public async read(): Promise<ClusterState> {
    return (this.state = await this.reader.read());
  }

  /** Reads it by more addresses. */
  public async readAlsoBy(...addresses: Address[]): Promise<ClusterState> {
    addresses.forEach((address) => this.reader.alsoAsk(address));
    return this.read();
  }

  public send(method: string, path: string, body?: object, unlike?: string): Promise<unknown> {
    const state = this.state!;
    const able = [leaderOf(state), ...liveMembers(state)].filter((member) => member !== undefined);
    const asked = able.find(({ id }) => id !== unlike);
    if (!asked) return Promise.reject(new Unreachable('no node answers that could be asked'));
    return this.client.call(this.reader.addressOf(asked.id), method, path, body);
  }
}
