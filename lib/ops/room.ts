import { ClusterState, memberOf, nameOf, NodeAnswer } from './cluster-state';
import { bytesText } from './size';
import { Step } from './step';

/** A disk that is fuller is no place for more: Qdrant needs room to optimize. */
export const FULL = 0.85;

/** Whether the disk of a node takes so much more, as far as it can be told. */
export function hasRoom(answer: NodeAnswer | undefined, bytes: number | undefined): boolean {
  const { diskBytes, diskUsedBytes } = answer ?? {};
  if (bytes === undefined || diskBytes === undefined || diskUsedBytes === undefined) return true;
  return diskUsedBytes + bytes <= FULL * diskBytes;
}

/** The nodes whose disks would be too full, where nodes tell what is on them. */
export function roomRefusals(state: ClusterState, steps: Step[]): string[] {
  return [...incoming(steps)].flatMap(([peer, bytes]) => {
    const answer = memberOf(state, peer)?.answer;
    if (hasRoom(answer, bytes)) return [];
    const used = `${bytesText(answer!.diskUsedBytes!)} of ${bytesText(answer!.diskBytes!)}`;
    return [`${nameOf(state, peer)} uses ${used}, and has no room for ${bytesText(bytes!)} more: grow its volume first`];
  });
}

/** The nodes of which it cannot be told whether their disks have room. */
export function roomNotes(state: ClusterState, steps: Step[]): string[] {
  const unknown = [...incoming(steps)].filter(([peer, bytes]) => {
    return bytes === undefined || memberOf(state, peer)?.answer?.diskUsedBytes === undefined;
  });
  const names = unknown.map(([peer]) => nameOf(state, peer)).sort();
  return names.length === 0 ? [] : [`whether the disk has room could not be told of ${names.join(', ')}: look at it`];
}

/** The bytes that each member is to be sent; undefined where they are not known. */
function incoming(steps: Step[]): Map<string, number | undefined> {
  const bytes = new Map<string, number | undefined>();
  for (const { transfer } of steps) {
    if (!transfer) continue;
    const before = bytes.has(transfer.to) ? bytes.get(transfer.to) : 0;
    bytes.set(transfer.to, transfer.bytes === undefined || before === undefined ? undefined : before + transfer.bytes);
  }
  return bytes;
}
