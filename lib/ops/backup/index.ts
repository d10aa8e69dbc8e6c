export { backup } from './backup';
export type { BackupOptions, BackupOutcome } from './backup';
export { FolderPlace } from './folder-place';
export { isId, Missing, PlaceTrouble, splitPlace } from './place';
export type { Place } from './place';
export { ClusterSite } from './site';
export type { Site } from './site';
export { GivenUp } from './take-shards';
export { backupJson, backupText } from './texts';
