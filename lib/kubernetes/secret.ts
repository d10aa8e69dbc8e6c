import { checkDataKey, checkObjectName } from './names';

/** A reference to a member of a Secret in the cluster's namespace. Its value is read by those who need it, and never by Terraform. */
export class Secret {
  /**
   * A Secret that exists, or that something else in the namespace makes.
   *
   * @param name the Secret's name
   * @param key the member that holds the value; by default `api-key`
   * @throws if it is no name of a Secret, as when the secret itself was given
   */
  public static fromName(name: string, key: string = 'api-key'): Secret {
    checkObjectName('Secret.fromName', 'the name', name, 'vectors-admin-key');
    checkDataKey('Secret.fromName', key);
    return new Secret(name, key);
  }

  private constructor(
    private readonly secretName: string,
    private readonly member: string,
  ) {}

  /** The Secret's name. */
  public get name(): string {
    return this.secretName;
  }

  /** The member that holds the value. */
  public get key(): string {
    return this.member;
  }
}
