import { ClusterState, memberOf, nameOf, NodeAnswer } from './cluster-state';
import { bytesText } from './size';
import { Step } from './step';

/** From so many percent on a disk is no place for more: Qdrant needs room to optimize. */
export const FULL = 85;

/** How many percent of a disk so much takes, where both sizes are known. */
export function shareOf({ diskBytes }: NodeAnswer, bytes: number | undefined): number | undefined {
  return bytes === undefined || diskBytes === undefined ? undefined : (100 * bytes) / diskBytes;
}

/** Whether the disk of a node takes so much more, as far as it can be told: one that is full takes nothing, whatever the size of what comes. */
export function hasRoom(answer: NodeAnswer | undefined, bytes: number | undefined): boolean {
  const { diskPercent } = answer ?? {};
  return diskPercent === undefined || (diskPercent < FULL && diskPercent + (shareOf(answer!, bytes) ?? 0) <= FULL);
}

/** The nodes whose disks would be too full, where nodes tell what is on them. */
export function roomRefusals(state: ClusterState, steps: Step[]): string[] {
  return [...incoming(steps)].flatMap(([peer, bytes]) => {
    const answer = memberOf(state, peer)?.answer;
    if (hasRoom(answer, bytes)) return [];
    const more = bytes === undefined ? 'more' : `${bytesText(bytes)} more`;
    return [
      `the disk of ${nameOf(state, peer)} is ${answer!.diskPercent} % full, and has no room for ${more}: grow its volume first`,
    ];
  });
}

/** The nodes of which it cannot be told whether their disks have room for what they are to be sent. */
export function roomNotes(state: ClusterState, steps: Step[]): string[] {
  const names = [...incoming(steps)].flatMap(([peer, bytes]) => {
    const answer = memberOf(state, peer)?.answer;
    const percent = answer?.diskPercent;
    const isKnown = percent !== undefined && shareOf(answer!, bytes) !== undefined;
    return isKnown ? [] : [`${nameOf(state, peer)}${percent === undefined ? '' : ` (${percent} % full)`}`];
  });
  return names.length === 0 ? [] : [`whether the disk has room could not be told of ${names.sort().join(', ')}: look at it`];
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
