import { byKnowledge, hostOf, Member, NodeAnswer, Silence } from './cluster-state';
import { least } from './least';
import { Address, isSame, Odd, Refused, Unreachable } from './rest-client';

/** What was heard of one node. */
export interface Heard {
  readonly id: string;
  readonly address: Address;
  /** Whom it takes for members, and by which address. */
  readonly members: Map<string, string>;
  readonly answer: NodeAnswer;
}

/** Raised where there is no cluster to read. */
export class NoCluster extends Error {}

/** Those that are of one cluster, as they know of each other: of whom is known already, else where the user points, else who was asked first. */
export function kinOf(heard: Heard[], known: Set<string>, entries: Address[], first: string): Heard[] {
  const isEntry = ({ address }: Heard) => entries.some((entry) => isSame(address, entry));
  const ranks = (kin: Heard[]) => [
    kin.filter(({ id }) => known.has(id)).length,
    kin.filter(isEntry).length,
    kin.filter(({ id }) => id === first).length,
    kin.length,
  ];
  return least(kinsIn(heard), (kin) => ranks(kin).map((rank) => -rank))!;
}

/** A node that lost its disk founds a cluster of its own: it shares no member with the one that it was of. */
function kinsIn(heard: Heard[]): Heard[][] {
  return heard.reduce((kins: Heard[][], one) => {
    const own = kins.filter((kin) => kin.some((other) => sharesMember(one, other)));
    return [...kins.filter((kin) => !own.includes(kin)), [...own.flat(), one]];
  }, []);
}

function sharesMember(one: Heard, other: Heard): boolean {
  return [one.id, ...one.members.keys()].some((id) => id === other.id || other.members.has(id));
}

/** The node whose list of members counts: it is a member itself, keeps most of those that were known, and knows most of what was decided. */
export function latestOf(kin: Heard[], known: Set<string>): Heard {
  const keepsMost = ({ members }: Heard) => [...known].filter((id) => members.has(id)).length * 2 >= known.size;
  const able = kin.filter((one) => one.members.has(one.id) && keepsMost(one));
  return [...(able.length > 0 ? able : kin)].sort((one, other) => byKnowledge(one.answer, other.answer))[0];
}

/** What is said of nodes that answer and are of another cluster. */
export function strangersIn(heard: Heard[], kin: Heard[]): string[] {
  return heard
    .filter((one) => !kin.includes(one))
    .map(({ id, address: { host } }) => {
      return `${host} is peer ${id} of another cluster: switch it off, or look at where its address leads`;
    });
}

/** What is said of nodes that answer where a member should that does not: they know of it, and are not it. */
export function impostorsIn(kin: Heard[], members: Member[]): string[] {
  return kin
    .filter(({ id }) => members.every((member) => member.id !== id))
    .flatMap(({ id, address: { host } }) => {
      const missing = members.find(({ uri, answer }) => answer === undefined && hostOf(uri) === host);
      return missing ? [`${host} answers as peer ${id}, and the member at that address is ${missing.id}: look at it`] : [];
    });
}

/** Why a node has no answer; what is no matter of that node is raised again. */
export function silenceIn(error: unknown): Silence {
  if (error instanceof Unreachable) return { why: error.message, isThere: error.isThere };
  const isThere = error instanceof Refused || error instanceof NoCluster || error instanceof Odd;
  if (isThere) return { why: error.message, isThere };
  throw error;
}

/** What is raised where no node answers as one: that a key is not taken, or a server is no member, says more than silence. */
export function noAnswer(errors: Error[]): Error {
  const isDenial = (error: Error) => error instanceof Refused && error.isDenial;
  const telling = errors.find(isDenial) ?? errors.find((error) => error instanceof NoCluster);
  const reasons = [...new Set(errors.map(({ message }) => message))].join('; ');
  return telling ?? new NoCluster(`no node answers: ${reasons}`);
}

/** The members, with what was heard of each. */
export function membersOf(
  latest: Heard,
  heard: Heard[],
  silences: Map<string, Silence>,
  zoneOf: (member: Pick<Member, 'id' | 'uri'>) => string | undefined,
): Member[] {
  return [...latest.members].map(([id, uri]): Member => {
    const answer = heard.find((one) => one.id === id)?.answer;
    const silence = answer ? undefined : silences.get(id);
    return { id, uri, zone: zoneOf({ id, uri }), answer, ...(silence ? { silence } : {}) };
  });
}
