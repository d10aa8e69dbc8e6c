import * as semver from 'semver';
import { ClusterState, liveMembers } from './cluster-state';

/** The releases that nodes run, the oldest first. Those without a number come in the order of their letters. */
export function releasesOf(state: ClusterState): string[] {
  return [...new Set(liveMembers(state).map(({ answer }) => answer!.version))].sort(byVersion);
}

function byVersion(one: string, other: string): number {
  const areBoth = semver.valid(one) !== null && semver.valid(other) !== null;
  return areBoth ? semver.compare(one, other) : one < other ? -1 : 1;
}
