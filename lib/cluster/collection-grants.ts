import { IConstruct } from 'constructs';
import { badInput, quoted } from '../input/input';
import { identityOf } from '../terraform/identity';
import { literally } from '../terraform/literal-text';
import { TokenGrant } from '../tokens/grant';
import { CollectionAccess, CollectionGrantProps, TokenConditionProps } from './collection-grant-options';

const DEFAULT_HOURS = 72;

/** What one consumer was granted, by all calls for it. */
interface Consumer {
  readonly secret: string;
  readonly subject: string;
  readonly access: ReadonlyMap<string, CollectionAccess>;
  readonly validityHours?: number;
  readonly validWhile?: TokenConditionProps;
}

/** What the consumers of a cluster were granted in its collections. Each has one token for all of it, as a request carries one. */
export class CollectionGrants {
  private readonly consumers = new Map<string, Consumer>();

  public constructor(private readonly cluster: IConstruct) {}

  /**
   * Adds what a call grants to what the consumer has. Where it throws, nothing is added.
   *
   * @param secret that its token is kept in
   * @param subject what the consumer is known by, in the audit log too
   * @throws if it contradicts what was granted to it before
   */
  public add(secret: string, subject: string, props: CollectionGrantProps): void {
    const { collections, access: allowed = CollectionAccess.READ, validityHours, validWhile } = props;
    const before = this.consumers.get(secret);
    const access = new Map(before?.access);
    for (const collection of collections) {
      this.requireSame(subject, `the access to ${quoted(collection)}`, access.get(collection), allowed);
      access.set(collection, allowed);
    }
    this.requireSame(subject, 'validityHours', before?.validityHours, validityHours);
    this.requireSame(subject, 'validWhile', before?.validWhile, validWhile);
    const consumer: Consumer = {
      ...{ secret, subject, access },
      validityHours: before?.validityHours ?? validityHours,
      validWhile: before?.validWhile ?? validWhile,
    };
    this.refuseOwnCondition(consumer);
    this.consumers.set(secret, consumer);
  }

  /** The tokens that are to be signed, in an order of their own. */
  public get tokens(): TokenGrant[] {
    return [...this.consumers.values()].sort(byName(({ secret }) => secret)).map(tokenOf);
  }

  private requireSame(subject: string, what: string, before: unknown, now: unknown): void {
    if (before === undefined || now === undefined || identityOf(this.cluster, before) === identityOf(this.cluster, now)) return;
    throw badInput(this.cluster, {
      given: `grantCollections gives ${subject} ${what} a second time, and otherwise`,
      allowed: 'one of each for a consumer, which has one token for all that it was granted',
      instead: 'the same again, or leave it out; for a second token make the grant to another grantee',
    });
  }

  /** It could write what it is revoked by. */
  private refuseOwnCondition({ access, validWhile, subject }: Consumer): void {
    const own = validWhile && access.get(validWhile.collection);
    if (own === undefined || own === CollectionAccess.READ) return;
    throw badInput(this.cluster, {
      given: `validWhile looks in the collection ${quoted(validWhile!.collection)}, which ${subject} may write to`,
      allowed: 'a collection that the consumer itself cannot write to: it would undo its own revocation',
      instead: "validWhile: { collection: 'consumers', matches: { consumer: 'search' } }, with a collection of the operators",
    });
  }
}

/** As Qdrant reads it. Texts are literal, and each list has an order of its own. */
function tokenOf({ secret, subject, access, validityHours, validWhile }: Consumer): TokenGrant {
  const entries = [...access].sort(byName(([collection]) => collection));
  const matches = Object.entries(validWhile?.matches ?? {}).sort(byName(([key]) => key));
  return literally({
    secret,
    validityHours: validityHours ?? DEFAULT_HOURS,
    claims: {
      access: entries.map(([collection, allowed]) => ({ collection, access: allowed })),
      ...(validWhile && {
        value_exists: { collection: validWhile.collection, matches: matches.map(([key, value]) => ({ key, value })) },
      }),
      subject,
    },
  });
}

function byName<T>(nameOf: (one: T) => string): (one: T, other: T) => number {
  return (one, other) => (nameOf(one) < nameOf(other) ? -1 : 1);
}
