import { NodeAnswer } from './cluster-state';

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
