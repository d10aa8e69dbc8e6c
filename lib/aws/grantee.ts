/** Whom something is granted to. */
export class Grantee {
  /**
   * A role.
   *
   * @param name the role's name
   */
  public static role(name: string): Grantee {
    return new Grantee('role', name);
  }

  /**
   * A user.
   *
   * @param name the user's name
   */
  public static user(name: string): Grantee {
    return new Grantee('user', name);
  }

  private constructor(
    /** @internal */
    public readonly _kind: 'role' | 'user',
    /** The name of the role or user. */
    public readonly name: string,
  ) {}
}
