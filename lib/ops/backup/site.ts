import { ClusterState, leaderOf, liveMembers } from '../cluster-state';
import { StateReader } from '../read-state';
import { Address, Download, RestClient, Unreachable, Upload } from '../rest-client';

/** What is backed up, or restored to: a cluster, or a server by itself. */
export interface Site {
  read(): Promise<ClusterState>;

  /**
   * The result of a request.
   * @param peer who is asked; whoever answers, where it is left out
   * @param seconds how long the answer may take, where it is no quick one
   */
  ask(peer: string | undefined, method: string, path: string, body?: object, seconds?: number): Promise<any>;

  download(peer: string, path: string, silenceSeconds: number): Promise<Download>;

  upload(peer: string, path: string, file: Upload, silenceSeconds: number): Promise<any>;
}

/** A cluster, of which each node is asked at its own address. */
export class ClusterSite implements Site {
  private state: ClusterState | undefined;

  constructor(
    private readonly reader: StateReader,
    private readonly client: RestClient,
  ) {}

  public async read(): Promise<ClusterState> {
    return (this.state = await this.reader.read());
  }

  public ask(peer: string | undefined, method: string, path: string, body?: object, seconds?: number): Promise<any> {
    return this.client.call(this.addressOf(peer), method, path, body, seconds);
  }

  public download(peer: string, path: string, silenceSeconds: number): Promise<Download> {
    return this.client.download(this.addressOf(peer), path, silenceSeconds);
  }

  public upload(peer: string, path: string, file: Upload, silenceSeconds: number): Promise<any> {
    return this.client.upload(this.addressOf(peer), path, file, silenceSeconds);
  }

  private addressOf(peer: string | undefined): Address {
    const able = this.state ? [leaderOf(this.state), ...liveMembers(this.state)] : [];
    const asked = peer ?? able.find((member) => member !== undefined)?.id;
    if (asked === undefined) throw new Unreachable('no node answers that could be asked');
    return this.reader.addressOf(asked);
  }
}

export function collectionPath(name: string, rest = ''): string {
  return `/collections/${encodeURIComponent(name)}${rest}`;
}
