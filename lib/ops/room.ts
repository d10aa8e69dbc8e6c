import { ClusterState, Member, memberOf, nameOf, Shard } from './cluster-state';
import { hasRoom, shareOf } from './disk';
import { Plan, stepsFrom } from './plan';
import { bytesText } from './size';
import { Step } from './step';

/** Whether a member may be given a shard. */
export type Takes = (member: Member, shard: Shard) => boolean;

export const withRoom: Takes = ({ answer }, { bytes }) => hasRoom(answer, bytes);

export const anyMember: Takes = () => true;

/** The steps that disks have room for; and those that would be left then, had they more: they keep nobody from the others. */
export function stepsWithinRoom(
  state: ClusterState,
  next: (draft: ClusterState, takes: Takes) => Step | undefined,
): Pick<Plan, 'steps' | 'undone'> {
  const steps = stepsFrom(state, (draft) => next(draft, withRoom));
  const end = steps.reduce((draft, step) => step.applied(draft), state);
  const undone: string[] = [];
  stepsFrom(end, (draft) => {
    const step = next(draft, anyMember);
    const answer = step?.transfer && memberOf(draft, step.transfer.to)?.answer;
    if (answer && !hasRoom(answer, step.transfer.bytes)) undone.push(lacking(state, step));
    return step;
  });
  return { steps, undone };
}

function lacking(state: ClusterState, step: Step): string {
  const percent = memberOf(state, step.transfer!.to)!.answer!.diskPercent;
  return `${step.sentence(state)}: its disk is ${percent} % full, and has no room for it; grow its volume`;
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
