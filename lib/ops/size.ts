import { ClusterState, Shard } from './cluster-state';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A number of bytes as people read it. */
export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}

/** How large a shard is, for people. */
export function sizeText({ bytes, points }: Shard): string {
  return bytes === undefined ? `${points} points` : bytesText(bytes);
}

/**
 * How much each shard weighs: its bytes where all nodes tell them, else its points, so that like is compared with like. One that is empty weighs a
 * little, too: empty shards are to be spread as well.
 */
export function weightsOf(state: ClusterState): (shard: Shard) => number {
  const isByBytes = state.shards.every(({ bytes }) => bytes !== undefined);
  return (shard) => Math.max(1, isByBytes ? shard.bytes! : shard.points);
}
