import { IConstruct } from 'constructs';
import { badInput, isUnknown, quoted } from '../input/input';
import { identityOf } from '../terraform/identity';
import { A_REFERENCE, literally, withoutReferences } from '../terraform/literal-text';
import { lengthOfToken, MAX_TOKEN } from '../tokens/accepted';
import { GrantClaims, TokenGrant } from '../tokens/grant';
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
    this.refuseLongToken(consumer);
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

  /** No request with it would come through. */
  private refuseLongToken(consumer: Consumer): void {
    const length = lengthOfToken(knownPartOf(claimsOf(consumer)));
    if (length <= MAX_TOKEN) return;
    throw badInput(this.cluster, {
      given: `the token of ${consumer.subject} would have ${length} characters or more`,
      allowed: `up to ${MAX_TOKEN}: servers and proxies refuse a longer header`,
      instead: 'grant some of the collections to another grantee, which has a token of its own, or use grantRead or grantAdmin',
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

/** Texts are literal, as Terraform writes it. */
function tokenOf(consumer: Consumer): TokenGrant {
  const { secret, validityHours = DEFAULT_HOURS } = consumer;
  return literally({ secret, validityHours, claims: claimsOf(consumer) });
}

/** As Qdrant reads them. Each list has an order of its own. */
function claimsOf({ subject, access, validWhile }: Consumer): GrantClaims {
  const entries = [...access].sort(byName(([collection]) => collection));
  const matches = Object.entries(validWhile?.matches ?? {}).sort(byName(([key]) => key));
  return {
    access: entries.map(([collection, allowed]) => ({ collection, access: allowed })),
    ...(validWhile && {
      value_exists: { collection: validWhile.collection, matches: matches.map(([key, value]) => ({ key, value })) },
    }),
    subject,
  };
}

/** Without what only Terraform knows, which is of some length more. */
function knownPartOf(claims: GrantClaims): object {
  const known = (member: unknown) => (typeof member === 'string' ? withoutReferences(member).split(A_REFERENCE).join('') : 0);
  return JSON.parse(JSON.stringify(claims, (_, member) => (isUnknown(member) ? known(member) : member)));
}

function byName<T>(nameOf: (one: T) => string): (one: T, other: T) => number {
  return (one, other) => (nameOf(one) < nameOf(other) ? -1 : 1);
}
