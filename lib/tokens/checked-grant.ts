import {
  ACCESS,
  isCollectionName,
  isComparable,
  isPayloadPath,
  lengthOfToken,
  MAX_TOKEN,
  NOT_IN_NAMES,
  VALIDITY,
} from './accepted';
import { CollectionClaim, GrantClaims, TokenGrant } from './grant';

/**
 * A grant as Qdrant takes a token of it, which names each collection once. What was known when it was synthesized has been looked at then; what only
 * Terraform knew is seen here first.
 *
 * @throws where the token would be good for nothing, for too long or for its consumer to write what it is revoked by
 */
export function checkedGrant(grant: TokenGrant): TokenGrant {
  const { validityHours: hours, claims } = grant;
  if (!Number.isInteger(hours) || hours < VALIDITY.min || hours > VALIDITY.max) {
    const allowed = `a whole number from ${VALIDITY.min} to ${VALIDITY.max}`;
    throw new Error(`validityHours is ${shown(hours)}: Terraform has to give ${allowed}`);
  }
  const access = mergedAccess(claims.access);
  checkCondition(claims, access);
  const checked = { ...claims, access };
  const length = lengthOfToken(checked);
  if (length > MAX_TOKEN) {
    const advice = 'grant some of the collections to another grantee, which has a token of its own';
    throw new Error(`its token would have ${length} characters, and servers and proxies take ${MAX_TOKEN}: ${advice}`);
  }
  return { ...grant, claims: checked };
}

/** Each collection once, as a variable and a text may name the same. */
function mergedAccess(given: CollectionClaim[]): CollectionClaim[] {
  const merged = new Map<string, CollectionClaim>();
  for (const claim of given) {
    const { collection, access } = claim;
    if (!isCollectionName(collection)) throw new Error(noName(collection));
    if (!ACCESS.includes(access)) throw new Error(`the access to ${shown(collection)} is ${shown(access)}, none of ${ACCESS}`);
    const before = merged.get(collection) ?? claim;
    if (before.access !== access) {
      throw new Error(`${shown(collection)} is granted twice, as ${before.access} and as ${access}: grant it once`);
    }
    merged.set(collection, before);
  }
  return [...merged.values()];
}

function checkCondition({ value_exists: condition }: GrantClaims, granted: CollectionClaim[]): void {
  if (condition === undefined) return;
  const { collection, matches } = condition;
  if (!isCollectionName(collection)) throw new Error(`validWhile.collection: ${noName(collection)}`);
  if (granted.some((one) => one.collection === collection && one.access !== ACCESS[0])) {
    throw new Error(`validWhile looks in the collection ${shown(collection)}, which the consumer may write to: name another`);
  }
  for (const { key, value } of matches) {
    if (!isPayloadPath(key)) {
      const advice = 'write it in double quotes, save for letters, digits, _, - and dots before what is nested';
      throw new Error(`validWhile.matches has the key ${shown(key)}, which is no path of Qdrant's: ${advice}`);
    }
    if (!isComparable(value)) {
      throw new Error(`validWhile.matches.${key} is ${shown(value)}, no text, whole number, true or false`);
    }
  }
}

function noName(given: unknown): string {
  return `${shown(given)} is no name of a collection: there are no patterns, and names have none of ${NOT_IN_NAMES}`;
}

/** As it is in the file, on one line. */
function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'missing';
}
