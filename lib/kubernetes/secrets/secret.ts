import { Fn } from 'cdktf';
import { isUnknown } from '../../input/input';
import { A_REFERENCE, withoutReferences } from '../../terraform/literal-text';
import { checkDataKey, checkObjectName } from '../names/names';

/** What Kubernetes takes as an object's name, for Terraform: which gives what a group holds, where it captures. */
const NAME = '^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$';

/** A reference to a key of a Secret in the cluster's namespace. Terraform never reads its value. */
export class Secret {
  /**
   * An existing Secret, or one that something else in the namespace creates.
   *
   * @param name the Secret's name
   * @param key the key that holds the value; by default `api-key`
   * @throws if it is no name of a Secret, as when the secret itself was given; where only Terraform knows it, Terraform refuses
   *   it
   */
  public static fromName(name: string, key: string = 'api-key'): Secret {
    // The text around references, as if each reference were a name.
    const written = isUnknown(name) ? withoutReferences(String(name)).replaceAll(A_REFERENCE, 'x') : name;
    checkObjectName('Secret.fromName', 'the name', written, 'vectors-admin-key');
    checkDataKey('Secret.fromName', key);
    // Fails where it is no name: no plan or state ever holds what it is instead.
    return new Secret(isUnknown(name) ? Fn.regex(NAME, name) : name, key);
  }

  private constructor(
    private readonly secretName: string,
    private readonly member: string,
  ) {}

  /** The Secret's name. */
  public get name(): string {
    return this.secretName;
  }

  /** The key that holds the value. */
  public get key(): string {
    return this.member;
  }
}
