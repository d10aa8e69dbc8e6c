import { ClusterState, Member } from '../cluster-state';
import { Address, Download, isObject, Odd, RestClient, Upload } from '../rest-client';
import { addCollection, emptyView, tellsShards, together } from '../shard-view';
import { collectionPath, Site } from './site';

/** Whether a server is a member of a cluster, be it the only one. */
export async function isClustered(client: RestClient, address: Address): Promise<boolean> {
  const cluster = await client.call(address, 'GET', '/cluster');
  if (!isObject(cluster)) throw new Odd(address, '/cluster');
  return cluster.status === 'enabled';
}

/** A server by itself, as it is started to try a backup. */
export class LoneSite implements Site {
  constructor(
    private readonly client: RestClient,
    private readonly address: Address,
  ) {}

  public async read(): Promise<ClusterState> {
    const { version } = await this.client.call(this.address, 'GET', '/');
    const { collections } = await this.client.call(this.address, 'GET', '/collections');
    const view = emptyView();
    let id = '0';
    for (const { name } of collections) {
      const info = await this.client.call(this.address, 'GET', collectionPath(name));
      const cluster = await this.client.call(this.address, 'GET', collectionPath(name, '/cluster'));
      if (!tellsShards(cluster)) throw new Odd(this.address, collectionPath(name, '/cluster'));
      id = String(cluster.peer_id ?? id);
      addCollection(view, { name, id, host: this.address.host, info, cluster, sizes: new Map() });
    }
    return {
      ...{ members: [this.memberOf(id, String(version))], former: [], ...together([view]) },
      ...{ disagreements: [], unclear: view.unclear, unmeasured: [] },
    };
  }

  public ask(_peer: string | undefined, method: string, path: string, body?: object, seconds?: number): Promise<any> {
    return this.client.call(this.address, method, path, body, seconds);
  }

  public download(_peer: string, path: string, silenceSeconds: number): Promise<Download> {
    return this.client.download(this.address, path, silenceSeconds);
  }

  public upload(_peer: string, path: string, file: Upload, silenceSeconds: number): Promise<any> {
    return this.client.upload(this.address, path, file, silenceSeconds);
  }

  /** It leads itself. */
  private memberOf(id: string, version: string): Member {
    const answer = {
      version,
      ready: true,
      leader: id,
      term: 0,
      commit: 0,
      pendingOperations: 0,
      consensusWorks: true,
      cannotReach: [],
    };
    return { id, uri: `http://${this.address.host}:${this.address.port}/`, answer };
  }
}
