import { ClusterState, leaderOf, memberOf, nameOf } from './cluster-state';

/** What shows that a node is not gone, though it may not answer: one glance tells that, and no glance tells that it is gone. */
export function lifeOf(state: ClusterState, id: string): string | undefined {
  const [member, leader] = [memberOf(state, id), leaderOf(state)];
  if (!member) return undefined;
  const name = nameOf(state, id);
  if (member.answer) return `${name} has answered meanwhile: look at it`;
  if (member.silence?.isThere) return `${name} is there: ${member.silence.why}; nobody removes it before it is switched off`;
  if (!leader || leader.answer!.cannotReach.includes(id)) return undefined;
  return `${name} does not answer you, and the leader reaches it: look at the network between you and it`;
}
