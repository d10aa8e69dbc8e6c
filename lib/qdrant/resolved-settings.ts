import { Lazy, Token } from 'cdktf';
import { Document, Scalar, visit } from 'yaml';
import { isUnknown } from '../input/input';
import { literalJson } from '../terraform/literal-text';
import { settingKinds, settingSince } from './setting-catalog';
import { checkDecidedElsewhere, checkKnown, checkNested, checkOptions, checkUnchecked } from './setting-checks';
import { givenTwice, settingsByPath } from './setting-paths';
import { checkSettingValue } from './setting-values';
import { QdrantSettings } from './settings';
import { QdrantVersion } from './version';

/** The settings that the cluster construct decides, by their path in Qdrant's configuration file. */
type SettingValues = { readonly [path: string]: any };

/** The settings of a cluster, checked against its version, ready to be written to the server's configuration file. */
export class ResolvedSettings {
  /**
   * @param scope where an error says that it arose: the path of the cluster construct
   * @param version the server that must know every setting
   * @param decided what the cluster construct decides; it is left out where the version does not know it
   * @param given what the user gave
   * @throws if a setting is unknown, came with a later version, or is set through another option
   * @internal
   */
  public static _resolve(
    scope: string,
    version: QdrantVersion,
    decided: SettingValues,
    given: QdrantSettings,
  ): ResolvedSettings {
    const values = new Map<string, any>();
    for (const [path, value] of Object.entries({ ...safeDefaults(given), ...decided })) {
      if (value !== undefined && version.isAtLeast(settingSince(path)!)) values.set(path, value);
    }
    checkOptions(scope, given);
    const { unchecked = {} } = given;
    const additional = settingsByPath(scope, given.additional ?? {});
    for (const [path, value] of Object.entries({ ...explicit(given), ...additional })) {
      if (value === undefined) continue;
      checkKnown(scope, version, path, value);
      if (path in additional) checkDecidedElsewhere(scope, path);
      checkSettingValue(scope, path, value, settingKinds(path));
      values.set(path, value);
    }
    for (const [path, value] of Object.entries(unchecked)) {
      checkUnchecked(scope, path, value);
      if (path in additional) throw givenTwice(scope, path);
      values.set(path, value);
    }
    checkNested(scope, [...values.keys()]);
    return new ResolvedSettings(values, Object.keys(unchecked));
  }

  /** The settings of a server that somebody else configured, as they were found. @internal */
  public static _observed(values: ReadonlyMap<string, any>): ResolvedSettings {
    return new ResolvedSettings(new Map(values), []);
  }

  private constructor(
    private readonly values: Map<string, any>,
    private readonly unchecked: string[],
  ) {}

  /** The paths of the settings that were not checked. */
  public get uncheckedPaths(): string[] {
    return [...this.unchecked];
  }

  /** The value of a setting by its path in Qdrant's configuration file, or undefined where the server's own default holds. */
  public value(path: string): any {
    return this.values.get(path);
  }

  /** Writes down that the server accepts access tokens, which it is told in another way than by what these settings are written to. @internal */
  public _acceptTokens(): void {
    this.values.set('service.jwt_rbac', true);
  }

  /** The settings as the YAML of Qdrant's configuration file. It holds no secret. */
  public toYaml(): string {
    const document = new Document({});
    for (const path of [...this.values.keys()].sort()) {
      document.setIn(path.split('.'), document.createNode(this.values.get(path)));
    }
    visit(document, { Scalar: (key, scalar) => (key === 'key' ? undefined : styleScalar(scalar)) });
    return literalJson(document.toString({ lineWidth: 0, defaultKeyType: 'PLAIN' }));
  }
}

/** What is written whether the user gave it or not, in the safe direction. */
function safeDefaults(given: QdrantSettings): SettingValues {
  return {
    log_level: given.logLevel ?? 'INFO',
    telemetry_disabled: !(given.telemetry ?? false),
    'service.enable_cors': given.cors ?? false,
    'service.enable_static_content': given.webUi ?? false,
    'service.enable_snapshot_url_recovery': given.snapshotUrlRecovery ?? false,
  };
}

/** What is written only where the user gave it, and is therefore an error where the version does not know it. */
function explicit(given: QdrantSettings): SettingValues {
  return {
    'service.jwt_rbac': given.jwtRbac,
    'service.max_request_size_mb': given.maxRequestSizeMib,
    'storage.collection.replication_factor': given.replicationFactor,
    'storage.collection.write_consistency_factor': given.writeConsistencyFactor,
    'storage.on_disk_payload': given.onDiskPayload,
    'audit.enabled': given.auditLog,
  };
}

/** Text is quoted, so that no value changes its type once Terraform has put it in; a number known only to Terraform is not. */
function styleScalar(scalar: Scalar): void {
  const { value } = scalar;
  if (typeof value === 'number' && isUnknown(value)) {
    // As a text of its own it is known to be unknown, which a number within a text is not.
    scalar.value = Lazy.stringValue({ produce: () => Token.asString(value) });
    scalar.type = Scalar.PLAIN;
  } else if (typeof scalar.value === 'string') {
    scalar.type = Scalar.QUOTE_DOUBLE;
  }
}
