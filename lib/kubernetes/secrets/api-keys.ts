import { Manifest } from '@cdktf/provider-kubernetes/lib/manifest';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { badInput, isUnknown, quoted, requireWholeNumber } from '../../input/input';
import { requireInstance, requireInstanceIfGiven } from '../../input/nominal';
import { KeyOrigin, KeysIn } from '../../cluster/cluster-keys';
import { KeyGenerationsProps } from '../../qdrant';
import { checkKeyGenerations } from '../../qdrant/key-generations';
import { literally } from '../../terraform/literal-text';
import { GeneratedSecret } from './generated-secret';
import { Secret } from './secret';
import { SecretStore } from './secret-store';
import { OptionNames, requireOptions } from '../../input/options';
import { KEY_GENERATIONS_OPTIONS } from '../../qdrant/option-names';

/** Existing Secrets that contain the API keys. A key has at least 32 characters, all visible ASCII. */
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

/** A value in a secret store of the External Secrets Operator. */
export interface ExternalKey {
  /** The name of the entry, for example `vectors/admin` or the ARN of a secret. */
  readonly remoteKey: string;

  /**
   * The property of the entry, if it is a JSON object.
   *
   * @default - the whole entry is the value
   */
  readonly property?: string;
}

const EXTERNAL_KEY_OPTIONS: OptionNames<ExternalKey> = { remoteKey: true, property: true };

/** Entries of a secret store that contain the API keys. A key has at least 32 characters, all visible ASCII. */
export interface ExternalApiKeysProps {
  /** The store. */
  readonly store: SecretStore;

  /** The admin key, which has full access. */
  readonly admin: ExternalKey;

  /**
   * The read-only key.
   *
   * @default - no read-only key
   */
  readonly readOnly?: ExternalKey;

  /**
   * A second admin key that the nodes accept as well (Qdrant 1.17 and later), as in `ExistingApiKeysProps`.
   *
   * @default - none
   */
  readonly alternate?: ExternalKey;

  /**
   * How often, in minutes, the store is checked. When a key has changed, the nodes restart one at a time.
   *
   * @default 60
   */
  readonly refreshMinutes?: number;
}

const EXTERNAL_KEYS_OPTIONS: OptionNames<ExternalApiKeysProps> = {
  ...EXISTING_KEYS_OPTIONS,
  store: true,
  refreshMinutes: true,
};

/** The keys of one cluster. @internal */
export interface ClusterKeys extends KeysIn<Secret> {
  /** What has to be there before the pods are. */
  readonly made: ITerraformDependable[];
}

/** A cluster for which keys are made. @internal */
export interface KeysBinding {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
}

/** The source of a cluster's API keys. The keys are stored in Secrets that the pods mount. */
export abstract class ApiKeys {
  /**
   * Generates the keys when Terraform runs. They are never written to plan or state.
   *
   * @throws if a generation is not a positive integer, or both generations are the same
   */
  public static generated(props: KeyGenerationsProps = {}): ApiKeys {
    return new GeneratedApiKeys(props);
  }

  /** Keys in existing Secrets, or in Secrets that something else creates. */
  public static fromSecrets(props: ExistingApiKeysProps): ApiKeys {
    return new ExistingApiKeys(props);
  }

  /** Keys that the External Secrets Operator fetches from a secret store. The operator must be installed. */
  public static fromExternalSecrets(props: ExternalApiKeysProps): ApiKeys {
    return new ExternalApiKeys(props);
  }

  /** Makes the type nominal. */
  private readonly typeName = 'ApiKeys';

  public toString(): string {
    return this.typeName;
  }

  /** Whether a second admin key is accepted. @internal */
  public abstract get _hasAlternate(): boolean;

  /** Makes what has to be made, below the cluster. @internal */
  public abstract _bind(cluster: Construct, binding: KeysBinding): ClusterKeys;

  /** How the keys came to be. @internal */
  public abstract readonly _origin: KeyOrigin;
}

class ExistingApiKeys extends ApiKeys {
  public readonly _origin: KeyOrigin = { origin: 'existing' };

  public constructor(private readonly props: ExistingApiKeysProps) {
    super();
    const scope = 'ApiKeys.fromSecrets';
    requireOptions(scope, undefined, props, EXISTING_KEYS_OPTIONS);
    requireInstance(scope, 'admin', props.admin, Secret, "admin: Secret.fromName('vectors-admin-key')");
    requireInstanceIfGiven(scope, 'readOnly', props.readOnly, Secret, "readOnly: Secret.fromName('vectors-read-key')");
    requireInstanceIfGiven(scope, 'alternate', props.alternate, Secret, "alternate: Secret.fromName('vectors-next-key')");
  }

  public get _hasAlternate(): boolean {
    return this.props.alternate !== undefined;
  }

  public _bind(): ClusterKeys {
    return { ...this.props, made: [] };
  }
}

class GeneratedApiKeys extends ApiKeys {
  public readonly _origin: KeyOrigin = { origin: 'generated' };
  private readonly generation: number;

  public constructor(private readonly props: KeyGenerationsProps) {
    super();
    requireOptions('ApiKeys.generated', undefined, props, KEY_GENERATIONS_OPTIONS);
    this.generation = props.generation ?? 1;
    checkKeyGenerations('ApiKeys.generated', props);
  }

  public get _hasAlternate(): boolean {
    return this.props.alternateGeneration !== undefined;
  }

  public _bind(cluster: Construct, binding: KeysBinding): ClusterKeys {
    const { clusterName, ...common } = binding;
    const made: ITerraformDependable[] = [];
    const make = (id: string, name: string, generation: number) => {
      const { secret, resource } = new GeneratedSecret(cluster, id, { ...common, name: `${clusterName}-${name}`, generation });
      made.push(resource);
      return secret;
    };
    const makeAdmin = (generation: number) => make(`AdminKey${generation}`, `admin-key-${generation}`, generation);
    const { readOnly = true, readOnlyGeneration = 1, alternateGeneration } = this.props;
    return {
      admin: makeAdmin(this.generation),
      readOnly: readOnly ? make('ReadOnlyKey', 'read-only-key', readOnlyGeneration) : undefined,
      alternate: alternateGeneration === undefined ? undefined : makeAdmin(alternateGeneration),
      made,
    };
  }
}

class ExternalApiKeys extends ApiKeys {
  public readonly _origin: KeyOrigin = {
    origin: 'fetched by the External Secrets Operator',
    controller: 'the External Secrets Operator',
  };

  public constructor(private readonly props: ExternalApiKeysProps) {
    super();
    const scope = 'ApiKeys.fromExternalSecrets';
    requireOptions(scope, undefined, props, EXTERNAL_KEYS_OPTIONS);
    requireInstance(scope, 'store', props.store, SecretStore, "store: SecretStore.clusterStore('vault')");
    const { refreshMinutes = 60 } = props;
    requireWholeNumber(scope, 'refreshMinutes', refreshMinutes, { min: 1, max: 10080, unit: 'minutes' });
    for (const [option, key] of Object.entries({
      admin: props.admin ?? {},
      readOnly: props.readOnly,
      alternate: props.alternate,
    })) {
      if (key === undefined) continue;
      requireOptions<ExternalKey>(scope, option, key as ExternalKey, EXTERNAL_KEY_OPTIONS);
      checkExternalKey(scope, key as ExternalKey);
    }
  }

  public get _hasAlternate(): boolean {
    return this.props.alternate !== undefined;
  }

  public _bind(cluster: Construct, binding: KeysBinding): ClusterKeys {
    const made: ITerraformDependable[] = [];
    const fetch = (id: string, name: string, key: ExternalKey) => {
      const { secret, request } = this.fetch(cluster, binding, id, name, key);
      made.push(request);
      return secret;
    };
    const { admin, readOnly, alternate } = this.props;
    return {
      admin: fetch('AdminKey', 'admin-key', admin),
      readOnly: readOnly && fetch('ReadOnlyKey', 'read-only-key', readOnly),
      alternate: alternate && fetch('AlternateKey', 'alternate-key', alternate),
      made,
    };
  }

  private fetch(cluster: Construct, binding: KeysBinding, id: string, role: string, key: ExternalKey) {
    const { clusterName, namespace, labels } = binding;
    const name = `${clusterName}-${role}`;
    const secret = Secret.fromName(name);
    const { remoteKey, property } = literally(key);
    const request = new Manifest(cluster, id, {
      manifest: {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { name, namespace, labels },
        spec: {
          refreshInterval: `${this.props.refreshMinutes ?? 60}m`,
          secretStoreRef: this.props.store._reference,
          target: { name, creationPolicy: 'Owner', deletionPolicy: 'Retain' },
          data: [{ secretKey: secret.key, remoteRef: { key: remoteKey, ...(property !== undefined && { property }) } }],
        },
      },
      wait: { condition: [{ type: 'Ready', status: 'True' }] },
    });
    return { secret, request };
  }
}

function checkExternalKey(scope: string, { remoteKey, property }: ExternalKey): void {
  const isText = (value: unknown) => isUnknown(value) || (typeof value === 'string' && value.trim() !== '');
  if (!isText(remoteKey)) {
    throw badInput(scope, {
      given: remoteKey === '' ? 'an empty remoteKey' : `remoteKey is ${quoted(remoteKey)}`,
      allowed: 'the name of an entry',
      instead: `remoteKey: 'vectors/admin'`,
    });
  }
  if (property === undefined || isText(property)) return;
  throw badInput(scope, {
    given: `property is ${quoted(property)}`,
    allowed: 'the name of a member, or the option left out',
    instead: `property: 'admin'`,
  });
}
