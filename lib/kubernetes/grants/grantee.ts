import { badInput, isUnknown } from '../../input/input';
import { ReaderScope } from '../../posture';
import { checkLabelName, checkObjectName } from '../names/names';

/** Who is granted something, as a subject of a RoleBinding. @internal */
export interface GranteeSubject {
  readonly kind: 'ServiceAccount' | 'User' | 'Group';
  readonly name: string;
  readonly namespace?: string;
}

/**
 * Subjects that Kubernetes itself gives to everyone.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
const EVERYONE: { [kind: string]: string[] } = {
  User: ['system:anonymous'],
  Group: ['system:authenticated', 'system:unauthenticated'],
};

/** A principal that permissions are granted to. */
export class Grantee {
  /** A service account. */
  public static serviceAccount(namespace: string, name: string): Grantee {
    checkLabelName('Grantee.serviceAccount', 'the namespace', namespace, 'search');
    checkObjectName('Grantee.serviceAccount', 'the name', name, 'search-service');
    return new Grantee({ kind: 'ServiceAccount', namespace, name });
  }

  /** A user, by the name that the Kubernetes authenticator assigns. */
  public static user(name: string): Grantee {
    return new Grantee({ kind: 'User', name: notEmpty('Grantee.user', name) });
  }

  /** A group, by the name that the Kubernetes authenticator assigns. */
  public static group(name: string): Grantee {
    return new Grantee({ kind: 'Group', name: notEmpty('Grantee.group', name) });
  }

  private constructor(private readonly subject: GranteeSubject) {}

  /** @internal */
  public get _subject(): GranteeSubject {
    return this.subject;
  }

  /** How many it stands for. @internal */
  public get _scope(): ReaderScope {
    const { kind, name } = this._subject;
    if (EVERYONE[kind]?.includes(name)) return ReaderScope.EVERYONE;
    const workloads = kind === 'Group' && /^system:serviceaccounts(:|$)/.test(name);
    return workloads ? ReaderScope.EVERY_WORKLOAD : ReaderScope.NAMED;
  }

  /** What it is known by, for example `service account search/search-service`. */
  public toString(): string {
    const { kind, name, namespace } = this.subject;
    return namespace === undefined ? `${kind.toLowerCase()} ${name}` : `service account ${namespace}/${name}`;
  }
}

function notEmpty(scope: string, name: string): string {
  if (isUnknown(name) || (typeof name === 'string' && name.trim() !== '')) return name;
  throw badInput(scope, {
    given: name === '' ? 'an empty name' : `the name ${JSON.stringify(name)}`,
    allowed: 'the name of a subject',
    instead: `${scope}("operators")`,
  });
}
