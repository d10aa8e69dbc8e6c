import { ClusterState, leaderOf, liveMembers } from './cluster-state';
import { StateReader } from './read-state';
import { Address, RestClient, Unreachable } from './rest-client';
import { Requests, Taking } from './requests';

/** Where the cluster is read, and changed. */
export interface Cluster extends Requests {
  read(): Promise<ClusterState>;
}

/** What was planned on is not so any more; nothing was sent. */
export class Outdated extends Error {}

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

  public async send(method: string, path: string, body?: object, taking?: Taking): Promise<unknown> {
    const state = taking ? await this.reader.lookAgain(this.state!, taking) : this.state!;
    if (typeof state === 'string') throw new Outdated(state);
    const able = [leaderOf(state), ...liveMembers(state)].filter((member) => member !== undefined);
    // Nobody is asked to remove itself.
    const asked = able.find(({ id }) => taking === undefined || taking.shard !== undefined || id !== taking.peer);
    if (!asked) throw new Unreachable('no node answers that could be asked');
    return this.client.call(this.reader.addressOf(asked.id), method, path, body);
  }
}
