import { Construct } from 'constructs';
import { badInput, requireWholeNumber } from '../input';
import { SecretPlaceProps } from '../posture';
import { GeneratedSecret } from './generated-secret';
import { Secret } from './secret';

/** Which keys are generated. */
export interface GeneratedApiKeysProps {
  /**
   * Generates a read-only key too.
   *
   * @default true
   */
  readonly readOnly?: boolean;

  /**
   * The ARN of the customer's KMS key that the secrets are encrypted with.
   *
   * @default - the key that AWS manages for Secrets Manager
   */
  readonly encryptionKeyArn?: string;

  /**
   * Which generation of the admin key the nodes use. Each generation is a secret of its own.
   *
   * @default 1
   */
  readonly generation?: number;

  /**
   * A second generation of the admin key that is accepted too. It is how a key is rotated while nodes and clients go on
   * working (Qdrant's `alt_api_key`, since 1.17), in three applies:
   *
   * 1. `{ generation: 1, alternateGeneration: 2 }`: key 2 is made, and accepted by every node;
   * 2. `{ generation: 2, alternateGeneration: 1 }`: the nodes use key 2, clients move to it, key 1 is still accepted;
   * 3. `{ generation: 2 }`: key 1 is gone.
   *
   * @default - none
   * @see https://qdrant.tech/documentation/guides/security/#rotating-api-keys
   */
  readonly alternateGeneration?: number;

  /**
   * The generation of the read-only key. Qdrant accepts a single one, so that clients that read must follow when it changes.
   *
   * @default 1
   */
  readonly readOnlyGeneration?: number;
}

/** Which existing secrets hold the keys. A key has at least 32 characters, all of them visible ASCII. */
export interface ExistingApiKeysProps {
  /** The key that may do everything. */
  readonly admin: Secret;

  /**
   * The key that may read.
   *
   * @default - no read-only key
   */
  readonly readOnly?: Secret;

  /**
   * A second admin key that is accepted too (since 1.17). To rotate a key, give the new one here, then exchange the two, then
   * leave the old one out; one apply each.
   *
   * @default - none
   */
  readonly alternate?: Secret;
}

/** The keys of one cluster. @internal */
export interface ClusterKeys {
  readonly admin: Secret;
  readonly readOnly?: Secret;
  readonly alternate?: Secret;
  /** Changes whenever a value is generated anew behind the same ARN, so that the nodes are told to fetch it. */
  readonly revision: string;
}

/** Where a cluster's API keys come from. They are kept in AWS Secrets Manager and read by the nodes with their own role. */
export abstract class ApiKeys {
  /**
   * Keys that are generated when Terraform runs, and never written to its state.
   *
   * @throws if a generation is not a whole number from 1 on, or both generations are the same
   */
  public static generated(props: GeneratedApiKeysProps = {}): ApiKeys {
    return new GeneratedApiKeys(props);
  }

  /** Keys in secrets that exist. */
  public static fromSecrets(props: ExistingApiKeysProps): ApiKeys {
    return new ExistingApiKeys(props);
  }

  /** Whether a second admin key is accepted. @internal */
  public abstract get _hasAlternate(): boolean;

  /** Makes what has to be made, below the cluster. @internal */
  public abstract _bind(cluster: Construct, clusterName: string, recoveryDays: number): ClusterKeys;

  /** How the keys came to be. @internal */
  public abstract readonly _origin: SecretPlaceProps['origin'];
}

class ExistingApiKeys extends ApiKeys {
  public readonly _origin = 'existing';

  public constructor(private readonly props: ExistingApiKeysProps) {
    super();
  }

  public get _hasAlternate(): boolean {
    return this.props.alternate !== undefined;
  }

  public _bind(): ClusterKeys {
    return { ...this.props, revision: '' };
  }
}

class GeneratedApiKeys extends ApiKeys {
  public readonly _origin = 'generated';
  private readonly generation: number;

  public constructor(private readonly props: GeneratedApiKeysProps) {
    super();
    this.generation = props.generation ?? 1;
    const place = 'ApiKeys.generated';
    const range = { min: 1, max: 1_000_000 };
    requireWholeNumber(place, 'generation', this.generation, range);
    requireWholeNumber(place, 'readOnlyGeneration', props.readOnlyGeneration ?? 1, range);
    if (props.alternateGeneration === undefined) return;
    requireWholeNumber(place, 'alternateGeneration', props.alternateGeneration, range);
    if (props.alternateGeneration === this.generation) {
      throw badInput(place, {
        given: `generation and alternateGeneration are both ${this.generation}`,
        allowed: 'two different generations',
        instead: `alternateGeneration: ${this.generation + 1}`,
      });
    }
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
