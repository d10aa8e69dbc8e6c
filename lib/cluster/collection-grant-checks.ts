import { IConstruct } from 'constructs';
import { badInput, isUnknown, quoted, requireEnumIfGiven, requireMap, requireMembers, requireNotEmpty } from '../input/input';
import { requireWholeNumber, shown } from '../input/input';
import { requireOptions } from '../input/options';
import { ResolvedSettings } from '../qdrant';
import { isCollectionName, isComparable, isPayloadPath, MAX_NAME, NOT_IN_NAMES, VALIDITY } from '../tokens/accepted';
import {
  COLLECTION_GRANT_OPTIONS,
  CollectionAccess,
  CollectionGrantProps,
  TOKEN_CONDITION_OPTIONS,
  TokenConditionProps,
} from './collection-grant-options';

/** Throws where a grant cannot be. */
export function checkCollectionGrant(scope: IConstruct, props: CollectionGrantProps): void {
  requireOptions(scope, undefined, props, COLLECTION_GRANT_OPTIONS);
  const { collections, access, validityHours, validWhile } = props;
  requireNotEmpty(scope, 'collections', collections, "collections: ['articles']");
  for (const name of collections) checkCollectionName(scope, 'collections', name);
  requireEnumIfGiven(scope, 'access', access, 'CollectionAccess', CollectionAccess);
  if (validityHours !== undefined) {
    requireWholeNumber(scope, 'validityHours', validityHours, { ...VALIDITY, unit: 'hours', example: 72 });
  }
  if (validWhile !== undefined) checkCondition(scope, validWhile);
}

/** Throws where the server was told to take no tokens. */
export function requireTokensTaken(scope: IConstruct, settings: ResolvedSettings): void {
  if (settings.value('service.jwt_rbac') !== false) return;
  throw badInput(scope, {
    given: 'grantCollections, but settings.jwtRbac is false',
    allowed: 'a cluster whose nodes take access tokens',
    instead: 'leave settings.jwtRbac out: the first grant switches it on',
  });
}

function checkCondition(scope: IConstruct, condition: TokenConditionProps): void {
  requireOptions(scope, 'validWhile', condition, TOKEN_CONDITION_OPTIONS);
  requireMembers(scope, condition, { collection: "'consumers'", matches: "{ consumer: 'search' }" });
  checkCollectionName(scope, 'validWhile.collection', condition.collection);
  const { matches } = condition;
  requireMap(scope, 'validWhile.matches', matches, "{ consumer: 'search' }");
  const entries = Object.entries(isUnknown(matches) ? {} : matches);
  if (isUnknown(matches) || entries.length === 0) {
    throw badInput(scope, {
      given: `validWhile.matches ${isUnknown(matches) ? 'is known only when Terraform runs' : 'is empty, which any point does'}`,
      allowed: 'at least one key of a payload with its value, which may be known only later',
      instead: "matches: { consumer: 'search' }",
    });
  }
  for (const [key, value] of entries) {
    checkPath(scope, key);
    if (isUnknown(value) || isComparable(value)) continue;
    throw badInput(scope, {
      given: `validWhile.matches.${key} is ${shown(value)}`,
      allowed: 'texts, whole numbers, true and false, by the keys of a payload',
      instead: "matches: { consumer: 'search', active: true }",
    });
  }
}

/** Qdrant refuses every token whose condition has another key. */
function checkPath(scope: IConstruct, key: string): void {
  if (isUnknown(key) || isPayloadPath(key)) return;
  throw badInput(scope, {
    given: `validWhile.matches has the key ${quoted(key)}, which is no path in a payload`,
    allowed: 'letters, digits, _ and -, any other name in double quotes, and a dot before what is nested',
    instead: `matches: { '"${key.replace(/["\\]/g, '') || 'consumer'}"': 'search' }`,
  });
}

function checkCollectionName(scope: IConstruct, option: string, name: string): void {
  if (isUnknown(name) || isCollectionName(name)) return;
  throw badInput(scope, {
    given: `${option} has ${quoted(name)}`,
    allowed:
      `names of up to ${MAX_NAME} bytes without any of ${NOT_IN_NAMES}; there are no patterns: name each collection, ` +
      'or use grantRead or grantAdmin for all of them',
    instead: option === 'collections' ? "collections: ['articles', 'images']" : "collection: 'consumers'",
  });
}
