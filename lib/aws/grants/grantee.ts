import { badInput, isUnknown } from '../../input/input';

/** What IAM accepts as the name of a role or a user. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const NAME = /^[\w+=,.@-]{1,64}$/;

/** A principal that permissions are granted to. */
export class Grantee {
  /**
   * A role.
   *
   * @param name the role's name, without a path; not its ARN
   * @throws if it is not a valid role name
   */
  public static role(name: string): Grantee {
    return new Grantee('role', checkedName('Grantee.role', name));
  }

  /**
   * A user.
   *
   * @param name the user's name, without a path; not its ARN
   * @throws if it is not a valid user name
   */
  public static user(name: string): Grantee {
    return new Grantee('user', checkedName('Grantee.user', name));
  }

  private constructor(
    private readonly kind: 'role' | 'user',
    /** The name of the role or user. */
    public readonly name: string,
  ) {}

  /** @internal */
  public get _kind(): 'role' | 'user' {
    return this.kind;
  }
}

function checkedName(factory: string, name: string): string {
  if (isUnknown(name) || (typeof name === 'string' && NAME.test(name))) return name;
  const last = typeof name === 'string' ? name.split('/').at(-1)! : '';
  throw badInput(factory, {
    given: `${JSON.stringify(name)}${String(name).startsWith('arn:') ? ', an ARN,' : ''} is no name in IAM`,
    allowed: '1 to 64 letters, digits and characters of _+=,.@-',
    instead: `${factory}("${NAME.test(last) ? last : 'search-service'}")`,
  });
}
