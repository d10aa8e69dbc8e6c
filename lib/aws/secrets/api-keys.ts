import { Construct } from 'constructs';
import { requireInstance, requireInstanceIfGiven } from '../../input/nominal';
import { KeyOrigin, KeysIn } from '../../cluster/cluster-keys';
import { KeyGenerationsProps } from '../../qdrant';
import { checkKeyGenerations } from '../../qdrant/key-generations';
import { GeneratedSecret } from './generated-secret';
import { Secret } from './secret';
import { OptionNames, requireOptions } from '../../input/options';
import { checkEncryptionKey } from './encryption-key';
import { KEY_GENERATIONS_OPTIONS } from '../../qdrant/option-names';

/** Properties of generated API keys. */
export interface GeneratedApiKeysProps extends KeyGenerationsProps {
  /**
   * The ARN of the customer managed KMS key that encrypts the secrets.
   *
   * @default - the AWS managed key for Secrets Manager
   */
  readonly encryptionKeyArn?: string;
}

const GENERATED_KEYS_OPTIONS: OptionNames<GeneratedApiKeysProps> = {
  ...KEY_GENERATIONS_OPTIONS,
  encryptionKeyArn: 'reference',
};

/** Existing secrets that contain the API keys. A key has at least 32 characters, all visible ASCII. */
export interface ExistingApiKeysProps {
  /** The admin key, which has full access. */
  readonly admin: Secret;

  /**
   * The read-only key.
   *
   * @default - no read-only key
   */
  readonly readOnly?: Secret;

  /**
   * A second admin key that the nodes accept as well (Qdrant 1.17 and later). To rotate the admin key, set the new key here,
   * then swap the two, then remove the old one, with an apply after each step.
   *
   * @default - none
   */
  readonly alternate?: Secret;
}

const EXISTING_KEYS_OPTIONS: OptionNames<ExistingApiKeysProps> = { admin: true, readOnly: true, alternate: true };

/** The keys of one cluster. @internal */
export interface ClusterKeys extends KeysIn<Secret> {
  /** Changes whenever a value is generated anew behind the same ARN, so that the nodes are told to fetch it. */
  readonly revision: string;
}

/**
 * The source of a cluster's API keys. The keys are stored in AWS Secrets Manager, and the nodes read them with their own role.
 */
export abstract class ApiKeys {
  /**
   * Generates the keys when Terraform runs. They are never written to plan or state.
   *
   * @throws if a generation is not a positive integer, or both generations are the same
   */
  public static generated(props: GeneratedApiKeysProps = {}): ApiKeys {
    return new GeneratedApiKeys(props);
  }

  /** Keys in existing secrets. */
  public static fromSecrets(props: ExistingApiKeysProps): ApiKeys {
    return new ExistingApiKeys(props);
  }

  /** Makes the type nominal. */
  private readonly typeName = 'ApiKeys';

  public toString(): string {
    return this.typeName;
  }

  /** Whether a second admin key is accepted. @internal */
  public abstract get _hasAlternate(): boolean;

  /** Makes what has to be made, below the cluster. @internal */
  public abstract _bind(cluster: Construct, clusterName: string, recoveryDays: number): ClusterKeys;

  /** How the keys came to be. @internal */
  public abstract readonly _origin: KeyOrigin;
}

class ExistingApiKeys extends ApiKeys {
  public readonly _origin: KeyOrigin = { origin: 'existing' };

  public constructor(private readonly props: ExistingApiKeysProps) {
    super();
    const scope = 'ApiKeys.fromSecrets';
    requireOptions(scope, undefined, props, EXISTING_KEYS_OPTIONS);
    requireInstance(scope, 'admin', props.admin, Secret, 'admin: Secret.fromArn(secret.arn)');
    requireInstanceIfGiven(scope, 'readOnly', props.readOnly, Secret, 'readOnly: Secret.fromArn(secret.arn)');
    requireInstanceIfGiven(scope, 'alternate', props.alternate, Secret, 'alternate: Secret.fromArn(secret.arn)');
  }

  public get _hasAlternate(): boolean {
    return this.props.alternate !== undefined;
  }

  public _bind(): ClusterKeys {
    return { ...this.props, revision: '' };
  }
}

class GeneratedApiKeys extends ApiKeys {
  public readonly _origin: KeyOrigin = { origin: 'generated' };
  private readonly generation: number;

  public constructor(private readonly props: GeneratedApiKeysProps) {
    super();
    requireOptions('ApiKeys.generated', undefined, props, GENERATED_KEYS_OPTIONS);
    this.generation = props.generation ?? 1;
    checkEncryptionKey('ApiKeys.generated', 'encryptionKeyArn', props.encryptionKeyArn);
    checkKeyGenerations('ApiKeys.generated', props);
  }

  public get _hasAlternate(): boolean {
    return this.props.alternateGeneration !== undefined;
  }

  public _bind(cluster: Construct, clusterName: string, recoveryDays: number): ClusterKeys {
    const make = (id: string, role: string, generation: number) =>
      new GeneratedSecret(cluster, id, {
        namePrefix: `${clusterName}-${role}-`,
        description: `${role} API key of the Qdrant cluster ${clusterName}`,
        encryptionKeyArn: this.props.encryptionKeyArn,
        recoveryDays,
        generation,
      }).secret;
    const { readOnly = true, readOnlyGeneration = 1, alternateGeneration } = this.props;
    return {
      admin: make(`AdminKey${this.generation}`, 'admin', this.generation),
      revision: `read-only ${readOnlyGeneration}`,
      readOnly: readOnly ? make('ReadOnlyKey', 'read-only', readOnlyGeneration) : undefined,
      alternate:
        alternateGeneration === undefined ? undefined : make(`AdminKey${alternateGeneration}`, 'admin', alternateGeneration),
    };
  }
}
