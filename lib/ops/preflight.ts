import * as semver from 'semver';
import { ClusterState } from './cluster-state';
import { ClusterFinding, error, findingsOf, warning } from './findings';
import { releasesOf } from './releases';

/** What stands against an upgrade to a release: nothing, where no finding is an error. */
export function planPreflight(state: ClusterState, version: string): ClusterFinding[] {
  const running = releasesOf(state);
  const others = running.filter((one) => one !== version);
  // An upgrade that was begun is one of two releases, of which one is the new: to end it is what mends it.
  const isUnderWay = others.length === 1 && running.length === 2;
  // What is only a matter of time for status is none for an upgrade: nobody knows yet what is there.
  const all = findingsOf(state).map((finding) =>
    state.disagreements.includes(finding.what) ? error(finding.what, finding.instead) : finding,
  );
  const findings = all.filter(({ what }) => !(isUnderWay && what === `the nodes run ${running.join(' and ')}`));
  return [
    ...(isUnderWay ? [warning(`some nodes run ${version} already, others ${others[0]}`, 'go on: the upgrade was begun')] : []),
    ...(others.length === 0 ? [warning(`all nodes run ${version} already`, 'nothing: there is nothing to upgrade')] : []),
    ...others.flatMap((from) => wayFindings(from, version)),
    ...findings,
  ];
}

/** Qdrant reads the storage of the minor release before its own, and of no other. */
export function wayFindings(from: string, to: string): ClusterFinding[] {
  const [old, next] = [semver.parse(from), semver.parse(to)];
  if (!old || !next)
    return [error(`the release ${from} is none that could be compared`, 'upgrade to a release with a number first')];
  if (semver.lt(next, old))
    return [error(`${to} is older than ${from}, which runs`, 'restore a backup into a cluster of that release')];
  if (next.major === old.major && next.minor - old.minor <= 1) return [];
  const step = `${old.major}.${old.minor + 1}`;
  return [error(`from ${from} to ${to} is more than one minor release`, `upgrade to the last release of ${step} first`)];
}
