import { badInput, isUnknown, requireMap } from '../input/input';
import { isSection, isWithinWildcard, nearestSetting, settingAbove, settingsBeside, settingSince } from './setting-catalog';
import { checkSettingValue } from './setting-values';
import { QdrantSettings } from './settings';
import { QdrantVersion } from './version';

/** Sections and settings that a user sets through options of the cluster, and never by their path. */
const decidedElsewhere: Array<[RegExp, string]> = [
  [
    /^service\.(api_key|alt_api_key|read_only_api_key)$/,
    'the option apiKeys, which references or generates secrets: a key is never written as a literal',
  ],
  [/^service\.(enable_tls|verify_https_client_certificate)$|^tls\./, 'the options tls and clientVerification'],
  [/^service\.(host|http_port|grpc_port|metrics_port)$/, 'the options grpc and metricsPort; the REST and gRPC ports are fixed'],
  [/^service\.enforce_internal_auth$/, 'the option upgradingFrom, which switches it off while a cluster is upgraded'],
  [/^cluster\.(enabled|peer_id)$|^cluster\.p2p\.(port|enable_tls)$/, 'the options nodeCount and tls'],
  [/^storage\.(storage_path|snapshots_path|temp_path)$|^audit\.dir$/, 'nothing: the paths are those that the node mounts'],
  [
    /^storage\.snapshots_config\.s3_config\.(access_key|secret_key)$|^inference\.token$/,
    'a role: a credential is never written as a literal',
  ],
];

/** Throws where an option has a value that it cannot have, in the option's own name. */
export function checkOptions(scope: string, given: QdrantSettings): void {
  const kinds: { [option in keyof QdrantSettings]: string } = {
    ...{ logLevel: 'text', jwtRbac: 'flag', telemetry: 'flag', cors: 'flag', webUi: 'flag', snapshotUrlRecovery: 'flag' },
    ...{ maxRequestSizeMib: 'count', replicationFactor: 'count', writeConsistencyFactor: 'count' },
    ...{ onDiskPayload: 'flag', auditLog: 'flag' },
  };
  const { additional = {}, unchecked = {} } = given;
  requireMap(scope, 'settings.additional', additional, "{ 'storage.performance.max_search_threads': 4 }");
  requireMap(scope, 'settings.unchecked', unchecked, "{ 'storage.brand_new': true }");
  for (const [option, kind] of Object.entries(kinds)) {
    const value = given[option as keyof QdrantSettings];
    if (value !== undefined) checkSettingValue(scope, `settings.${option}`, value ?? undefined, [kind]);
  }
}

/** Throws unless the version knows a setting, which is no section. */
export function checkKnown(scope: string, version: QdrantVersion, path: string, value: unknown): void {
  const since = settingSince(path);
  if (since === undefined) throw unknownSetting(scope, path);
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value) && !isUnknown(value);
  if (isObject && !isWithinWildcard(path)) throw sectionAsObject(scope, path, value);
  if (!version.isAtLeast(since)) {
    throw badInput(scope, {
      given: `Qdrant ${version} does not know the setting "${path}"`,
      allowed: `it came with ${since}`,
      instead: `version: QdrantVersion.of('${since}') or later, or leave the setting out`,
    });
  }
}

function unknownSetting(scope: string, path: string): Error {
  const above = settingAbove(path);
  if (isSection(path) || above !== undefined) {
    return badInput(scope, {
      given: isSection(path)
        ? `"${path}" is a section, no setting`
        : `"${path}" lies below the setting "${above}", which is no section`,
      allowed: `a setting by its whole path${
        isSection(path)
          ? `: ${settingsBeside(`${path}.`)
              .map((name) => `${path}.${name}`)
              .join(', ')}`
          : ''
      }`,
      instead: isSection(path)
        ? `additional: { '${path}.${settingsBeside(`${path}.`)[0]}': VALUE }`
        : `additional: { '${above}': VALUE }`,
    });
  }
  const section = path.split('.').slice(0, -1).join('.') || 'the top level';
  const nearest = nearestSetting(path);
  return badInput(scope, {
    given: `Qdrant has no setting "${path}"`,
    allowed: `in ${section}: ${settingsBeside(path).join(', ') || 'nothing; no such section exists'}`,
    instead: nearest
      ? `"${nearest}", if that was meant`
      : 'the path of a setting as it stands in Qdrant’s configuration file; one that is newer than this library goes into settings.unchecked',
  });
}

function sectionAsObject(scope: string, path: string, value: object): Error {
  return badInput(scope, {
    given: `"${path}" was given an object`,
    allowed: 'one value for each path',
    instead:
      Object.keys(value)
        .map((name) => `'${path}.${name}': VALUE`)
        .join(', ') || 'leave it out',
  });
}

/** Throws where a path is none, or its setting is decided by an option, or may be a credential. A setting that is known may have a value that is not. */
export function checkUnchecked(scope: string, path: string, value: unknown): void {
  checkDecidedElsewhere(scope, path.toLowerCase());
  checkNoOption(scope, path);
  const isPath = /^[a-z0-9_]+(\.[a-z0-9_]+)*$/.test(path);
  const above = settingAbove(path);
  if (!isPath || isSection(path) || (above !== undefined && !isWithinWildcard(path))) {
    throw badInput(scope, {
      given: `settings.unchecked has "${path}", ${isPath ? 'which this library knows' : 'which is no path'}`,
      allowed: 'paths of lower-case names, of settings or values that this library does not know yet',
      instead: isSection(path) ? settingsWithin(path, value) : `additional: { '${above ?? path.toLowerCase()}': VALUE }`,
    });
  }
  if (typeof value !== 'boolean' && typeof value !== 'number' && holdsCredential(path, value)) {
    throw badInput(scope, {
      given: `settings.unchecked has "${path}", a credential by its name (its value is not shown)`,
      allowed: 'settings that are no secret: a credential is never written as a literal',
      instead: 'apiKeys for the keys of the cluster, or a role',
    });
  }
  checkSettingValue(scope, path, value);
}

/** Options of `settings`, by the path that each decides. The posture judges by their values. */
const BY_OPTION: { readonly [path: string]: keyof QdrantSettings } = {
  log_level: 'logLevel',
  telemetry_disabled: 'telemetry',
  'audit.enabled': 'auditLog',
  'service.enable_cors': 'cors',
  'service.enable_snapshot_url_recovery': 'snapshotUrlRecovery',
  'service.enable_static_content': 'webUi',
  'service.jwt_rbac': 'jwtRbac',
  'service.max_request_size_mb': 'maxRequestSizeMib',
  'storage.collection.replication_factor': 'replicationFactor',
  'storage.collection.write_consistency_factor': 'writeConsistencyFactor',
  'storage.on_disk_payload': 'onDiskPayload',
};

function checkNoOption(scope: string, path: string): void {
  if (!Object.hasOwn(BY_OPTION, path)) return;
  throw badInput(scope, {
    given: `settings.unchecked has "${path}", which an option of settings decides`,
    allowed: 'settings that no option decides',
    instead: `${BY_OPTION[path]}: VALUE`,
  });
}

/** Where what was given as a section belongs: each setting by its whole path. */
function settingsWithin(section: string, value: unknown): string {
  const names = value !== null && typeof value === 'object' && !isUnknown(value) ? Object.keys(value) : [];
  const paths = (names.length > 0 ? names : ['NAME']).map((name) => `${section}.${name}`);
  return paths.map((path) => `${settingSince(path) ? 'additional' : 'unchecked'}: { '${path}': VALUE }`).join(', ');
}

function holdsCredential(path: string, value: unknown): boolean {
  if (/(^|[._])(key|token|secret|password|passphrase|credentials?)$/.test(path)) return true;
  if (value === null || typeof value !== 'object' || isUnknown(value)) return false;
  return Object.entries(value).some(
    ([name, item]) => typeof item !== 'number' && holdsCredential(`${path}.${name.toLowerCase()}`, item),
  );
}

/** Throws where one path lies within another, which a file cannot say. */
export function checkNested(scope: string, paths: string[]): void {
  const outer = paths.find((path) => paths.some((other) => other.startsWith(`${path}.`)));
  if (outer === undefined) return;
  const inner = paths.find((path) => path.startsWith(`${outer}.`))!;
  throw badInput(scope, {
    given: `both "${outer}" and "${inner}", which lies within it`,
    allowed: 'one of them',
    instead: `'${inner}' alone, and the other settings of "${outer}" each by its own path`,
  });
}

/** Throws where an option of the cluster decides the setting. */
export function checkDecidedElsewhere(scope: string, path: string): void {
  const found = decidedElsewhere.find(([pattern]) => pattern.test(path));
  if (!found) return;
  throw badInput(scope, {
    given: `the setting "${path}" was given by its path (its value is not shown)`,
    allowed: 'settings that no option of the cluster decides',
    instead: `use ${found[1]}`,
  });
}
