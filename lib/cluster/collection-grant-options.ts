import { OptionNames } from '../input/options';

/**
 * What a token allows in a collection.
 *
 * With Qdrant 1.18 and later, each of them also reads the raw files of the collection's shards over gRPC (`qdrant.StorageRead`):
 * segments, payload indexes and the log of writes, which may hold what was deleted. Who must not have those must not reach gRPC:
 * `grpc: false`, or `connections.allowRestFrom` alone. Every token reads the version and the build of the server.
 */
export enum CollectionAccess {
  /** Reading, snapshots and where shards are included. Nothing is written. */
  READ = 'r',
  /**
   * Reading and writing points. Nothing of payload indexes, snapshots and where shards are, save by gRPC; but shard keys (Qdrant
   * 1.16.2 and later), optimizations (1.16.3) and the use of memory (1.18) may be read, and the cleanup of a shard be started.
   */
  WRITE_POINTS = 'prw',
  /**
   * Reading, and making and deleting points, payload indexes, snapshots of the collection and of its shards, and, with Qdrant 1.18 and
   * later, named vectors with all that points have in them. Collections are made, restored and deleted with the admin key.
   */
  WRITE = 'rw',
}

/** A point that has to exist. */
export interface TokenConditionProps {
  /** The collection that the point is in. The consumer must not be able to write to it. */
  readonly collection: string;

  /**
   * What the payload of the point holds: texts, whole numbers, true or false, by their keys. Those are paths: `a.b` is nested, and
   * what has more than letters, digits, `_` and `-` is quoted. Give the keys a payload index: the point is looked for at every request.
   *
   * @example
   * matches: { consumer: 'search' },
   */
  readonly matches: { [key: string]: any };
}

/** @internal */
export const TOKEN_CONDITION_OPTIONS: OptionNames<TokenConditionProps> = { collection: true, matches: true };

/** What a consumer of a cluster may do in some of its collections. */
export interface CollectionGrantProps {
  /**
   * The names of the collections, or of aliases, as they are in requests: Qdrant takes an alias for a name of its own. A token has up to
   * 8000 characters, which about a hundred names have.
   */
  readonly collections: string[];

  /**
   * What the consumer may do there. Call `grantCollections` again for other collections: a consumer has one token for all of
   * them.
   *
   * @default CollectionAccess.READ
   */
  readonly access?: CollectionAccess;

  /**
   * How long a token is valid, in hours. It is renewed when a third of that is left, and so much time the consumer has to read it
   * again. It cannot be taken back before it ends, save by `validWhile` or another admin key.
   *
   * @default 72
   */
  readonly validityHours?: number;

  /**
   * A point without which Qdrant refuses the token (`value_exists`): delete it, and the consumer is out at once.
   *
   * @default - the token is good until it ends
   * @example
   * validWhile: { collection: 'consumers', matches: { consumer: 'search', active: true } },
   */
  readonly validWhile?: TokenConditionProps;
}

/** @internal */
export const COLLECTION_GRANT_OPTIONS: OptionNames<CollectionGrantProps> = {
  collections: true,
  access: true,
  validityHours: true,
  validWhile: true,
};
