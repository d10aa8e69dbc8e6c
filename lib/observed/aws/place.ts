import { hasUnknown, listOf, ObservedResource } from '../resources';
import { Verdict } from '../verdict';

/** Where something is in AWS, as far as the configuration of its provider tells. */
export interface Place {
  /** The same for one account; empty where nothing tells. */
  readonly account: string;
  readonly accountId?: string;
  readonly region?: string;
  readonly scope: string;
}

/** The arguments of a provider that say in which account it makes things. */
const OF_ACCOUNT = [
  ...['access_key', 'profile', 'shared_config_files', 'shared_credentials_files', 'assume_role', 'endpoints'],
  ...['assume_role_with_web_identity', 'allowed_account_ids', 'forbidden_account_ids'],
];

/** By the configuration of its provider, which is where a resource is. */
export function placeOf({ where, scope }: Pick<ObservedResource, 'where' | 'scope'>): Place {
  const configuration = where.startsWith('{') ? JSON.parse(where) : {};
  const told = OF_ACCOUNT.filter((name) => listOf(configuration[name]).length > 0);
  const [role] = listOf<any>(configuration.assume_role);
  const [, ofRole] = /^arn:[^:]*:iam::(\d+):/.exec(String(role?.role_arn)) ?? [];
  const allowed = listOf<string>(configuration.allowed_account_ids);
  return {
    account: told.length === 0 ? '' : JSON.stringify(told.map((name) => [name, configuration[name]])),
    accountId: allowed.length === 1 && !hasUnknown(allowed) ? allowed[0] : ofRole,
    region: hasUnknown(configuration.region) ? undefined : configuration.region,
    scope,
  };
}

/** Whether two places are in one account. What credentials alone tell apart is not known: within a stack they are mostly the same. */
export function isSameAccount(one: Place, other: Place): Verdict {
  if (one.accountId !== undefined && other.accountId !== undefined) return one.accountId === other.accountId;
  if (one.account !== other.account) return false;
  return one.account !== '' || one.scope === other.scope ? true : undefined;
}
