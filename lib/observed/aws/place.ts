import { hasUnknown, listOf, ObservedResource } from '../resources';
import { Verdict } from '../verdict';

/** Where something is in AWS, as far as the configuration of its provider tells. */
export interface Place {
  /** What of it says in which account, be it by whom. */
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
  // Of several roles that are assumed one by the other the last one makes things.
  const [role] = listOf<any>(configuration.assume_role).slice(-1);
  const [, ofRole] = /^arn:[^:]*:iam::(\d+):/.exec(String(role?.role_arn)) ?? [];
  const allowed = listOf<string>(configuration.allowed_account_ids);
  return {
    account: JSON.stringify(told.map((name) => [name, configuration[name]])),
    accountId: allowed.length === 1 && !hasUnknown(allowed) ? allowed[0] : ofRole,
    region: hasUnknown(configuration.region) ? undefined : configuration.region,
    scope,
  };
}

/**
 * Whether two places are in one account. Only an account that is named is one, or another, for certain: a profile is what each environment makes of it, two may
 * be of one account, and what is left out the environment alone says. Within a stack one configuration is one account.
 */
export function isSameAccount(one: Place, other: Place): Verdict {
  if (one.accountId !== undefined && other.accountId !== undefined) return one.accountId === other.accountId;
  return one.scope === other.scope && one.account === other.account ? true : undefined;
}
