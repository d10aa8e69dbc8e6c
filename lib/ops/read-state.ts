import { ClusterState, hostOf, Member, Silence } from './cluster-state';
import { fewAtATime } from './few-at-a-time';
import { Heard, impostorsIn, kinOf, latestOf, membersOf, silenceIn, strangersIn } from './heard';
import { Hearer, Members } from './hearing';
import { Taking } from './requests';
import { Address, isList, isObject, Odd, Refused, RestClient, Unreachable } from './rest-client';
import { SecondLook } from './second-look';
import { addCollection, emptyView, placementOf, sizesOf, tellsShards, together, View } from './shard-view';

/** How many collections a node is asked for at a time. */
const MOST_COLLECTIONS = 4;

/** Reads a cluster, from each of its nodes. */
export class StateReader {
  /** Where a member was found before. */
  private readonly known = new Map<string, Address>();
  private readonly entries: Address[];
  /** Who was a member when it was read last. */
  private members: Members = new Map();

  /**
   * @param client what speaks to nodes
   * @param entries addresses that were given, of one node or of all
   * @param restPort the port of REST on the hosts of the members' own addresses
   * @param zones the zone of a member, where the user told it
   */
  constructor(
    private readonly client: RestClient,
    entries: Address[],
    private readonly restPort: number,
    private readonly zones: (member: Pick<Member, 'id' | 'uri'>) => string | undefined = () => undefined,
  ) {
    this.entries = [...entries];
  }

  /** What the cluster is now. */
  public async read(): Promise<ClusterState> {
    const hearer = new Hearer(this.client, this.entries, (id, uri) => this.placesOf(id, uri));
    const { all, silences, first } = await hearer.hearAll(this.members);
    const known = new Set(this.members.keys());
    const kin = kinOf(all, known, this.entries, first);
    const latest = latestOf(kin, known);
    this.members = latest.members;
    const [heard, views] = await this.viewsOf(
      kin.filter(({ id }) => latest.members.has(id)),
      silences,
    );
    for (const { id, address } of heard) this.known.set(id, address);
    const former = kin.filter(({ id }) => !latest.members.has(id)).map(({ id, address: { host } }) => ({ id, host }));
    const members = membersOf(latest, heard, silences, this.zones);
    return {
      ...{ members, former, ...together(views) },
      disagreements: disagreementsOf(heard, views),
      unmeasured: views.flatMap(({ unmeasured }) => unmeasured),
      unclear: [...strangersIn(all, kin), ...impostorsIn(kin, members), ...new Set(views.flatMap(({ unclear }) => unclear))],
    };
  }

  /** A node that falls silent while it tells of shards has no answer. */
  private async viewsOf(heard: Heard[], silences: Map<string, Silence>): Promise<[Heard[], View[]]> {
    const pairs = await Promise.all(
      heard.map(async (one) => {
        try {
          return [{ one, view: await this.view(one) }];
        } catch (error) {
          silences.set(one.id, { ...silenceIn(error), isThere: true });
          return [];
        }
      }),
    );
    return [pairs.flat().map(({ one }) => one), pairs.flat().map(({ view }) => view)];
  }

  /** Asks at one more address from here on, where that is safe. */
  public alsoAsk(address: Address): void {
    if (this.client.mayAsk(address.host)) this.entries.push(address);
  }

  /** Where a member answers that was read before. */
  public addressOf(id: string): Address {
    const address = this.known.get(id);
    if (!address) throw new Unreachable(`${id} has never answered`);
    return address;
  }

  /** What the cluster is now where it was read, by a look at who is concerned; or why nothing must be taken from it any more. */
  public lookAgain(state: ClusterState, taking: Taking): Promise<ClusterState | string> {
    return new SecondLook(this.client, (id, uri) => this.placesOf(id, uri)).at(state, taking);
  }

  private placesOf(id: string, uri: string): Address[] {
    const known = this.known.get(id);
    return [...(known ? [known] : []), { host: hostOf(uri), port: this.restPort }];
  }

  private async view({ id, address }: Heard): Promise<View> {
    const view = emptyView();
    const listed = await this.client.call(address, 'GET', '/collections');
    if (!isList(listed?.collections)) throw new Odd(address, '/collections');
    const sizes = await this.sizesAt(address, view);
    const names = (listed.collections as { name: string }[]).map(({ name }) => name);
    const told = await fewAtATime(names, MOST_COLLECTIONS, (name) => this.collectionAt(address, name));
    names.forEach((name, index) => {
      const answer = told[index];
      if (answer instanceof Refused) {
        view.unclear.push(`${address.host} does not show ${name}: ${answer.message}`);
        view.isWhole = false;
      } else if (answer) addCollection(view, { name, id, host: address.host, ...answer, sizes });
    });
    return view;
  }

  /** What a node tells of a collection, or says in place of that; nothing where it is gone. */
  private async collectionAt(address: Address, name: string): Promise<{ info: any; cluster: any } | Refused | undefined> {
    const path = `/collections/${encodeURIComponent(name)}`;
    try {
      const [info, cluster] = await Promise.all([this.unlessGone(address, path), this.unlessGone(address, `${path}/cluster`)]);
      if (info === undefined || cluster === undefined) return undefined;
      if (!isObject(info)) throw new Odd(address, path);
      if (!tellsShards(cluster)) throw new Odd(address, `${path}/cluster`);
      return { info, cluster };
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
  }

  /** Who has no sizes to tell, or none for this key, says so; from any other the next answer is awaited. */
  private async sizesAt(address: Address, view: View): Promise<Map<string, number>> {
    try {
      return sizesOf(await this.client.call(address, 'GET', '/telemetry?details_level=3'));
    } catch (error) {
      const { why } = silenceIn(error);
      const isRule = error instanceof Refused && [401, 403, 404].includes(error.status);
      if (!isRule) view.unmeasured.push({ what: `${address.host} to tell how large its shards are`, why });
      return new Map();
    }
  }

  /** A collection may have been removed since it was listed; any other refusal says nothing of that. */
  private async unlessGone(address: Address, path: string): Promise<any> {
    try {
      return await this.client.call(address, 'GET', path);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return undefined;
      throw error;
    }
  }
}

function disagreementsOf(heard: Heard[], views: View[]): string[] {
  const memberships = new Set(heard.map(({ members }) => [...members].map(String).sort().join()));
  // Who does not show a collection does not say that it is none.
  const whole = views.filter(({ isWhole }) => isWhole);
  const placements = new Set(whole.map(placementOf));
  const underWay = new Set(whole.map(({ transfers }) => [...transfers.keys()].sort().join()));
  return [
    ...(memberships.size > 1 ? ['the nodes do not agree on who is a member'] : []),
    ...(placements.size > 1 ? ['the nodes do not agree on where the copies are, and which are complete'] : []),
    ...(underWay.size > 1 ? ['the nodes do not agree on what transfers are under way'] : []),
  ];
}
