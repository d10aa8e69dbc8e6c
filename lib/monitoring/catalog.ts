import { accessAlerts } from './access';
import { AlertGroup } from './alert';
import { certificateAlerts } from './certificates';
import { consensusAlerts } from './consensus';
import { nodeAlerts } from './nodes';
import { replicaAlerts } from './replicas';
import { resourceAlerts } from './resources';
import { WatchedCluster } from './watched-cluster';
import { watchingAlerts } from './watching';

/** A group of alerts each; one of backups, with their age and the result of the last drill, comes with them. */
const GROUPS: Array<(cluster: WatchedCluster) => AlertGroup> = [
  nodeAlerts,
  replicaAlerts,
  consensusAlerts,
  resourceAlerts,
  accessAlerts,
  certificateAlerts,
  watchingAlerts,
];

/** All that is watched of a cluster. */
export function alertGroupsOf(cluster: WatchedCluster): AlertGroup[] {
  return GROUPS.map((group) => group(cluster)).filter(({ alerts }) => alerts.length > 0);
}
