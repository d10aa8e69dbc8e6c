import { parse } from 'yaml';
import { ListenerProps, ListenerPurpose } from '../posture';
import { QdrantPorts, QdrantVersion, ResolvedSettings } from '../qdrant';
import { hasUnknown } from './resources';

/** A server, as its settings, environment and image tell. */
export interface ObservedServer {
  readonly values: Map<string, unknown>;
  /** Whether all of what decides the settings was read. */
  readonly isWhole: boolean;
  /** Whether a key is asked for, where that is known by other ways than a setting. */
  readonly apiKey?: boolean;
  readonly image?: string;
  /** The ports of the library's guard, where one stands before the server. */
  readonly guardedPorts?: number[];
  /** The ports of the machine that lead to others of the server. */
  readonly published?: Array<{ readonly own: number; readonly leadsTo: number }>;
}

/** What the server does where nothing is said. */
const DEFAULTS: { [path: string]: unknown } = {
  telemetry_disabled: false,
  'cluster.enabled': false,
  'storage.collection.replication_factor': 1,
  'service.enable_cors': true,
  'service.enable_static_content': true,
  'service.enable_snapshot_url_recovery': true,
  'service.http_port': QdrantPorts.REST,
  'service.grpc_port': QdrantPorts.GRPC,
};

/** The settings of a file, by their paths. */
export function settingsIn(yaml: string): Map<string, unknown> {
  let document: unknown;
  try {
    document = parse(yaml);
  } catch {
    return new Map();
  }
  return new Map(flat(document, []));
}

function flat(value: unknown, path: string[]): Array<[string, unknown]> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return path.length > 0 ? [[path.join('.'), value]] : [];
  return Object.entries(value).flatMap(([name, item]) => flat(item, [...path, name]));
}

/** The setting that a variable of the environment is, by its path: `QDRANT__SERVICE__API_KEY`. */
export function settingOfVariable(name: string): string | undefined {
  if (!/^QDRANT__/.test(name)) return undefined;
  return name
    .slice('QDRANT__'.length)
    .split('__')
    .map((part) => part.toLowerCase())
    .join('.');
}

/** The value of a variable, as the server reads it. */
export function valueOfVariable(text: string): unknown {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** The version that an image is tagged with. */
export function versionOf(image: string | undefined): QdrantVersion | undefined {
  const [, version] = /:v?(\d+\.\d+\.\d+)/.exec(image ?? '') ?? [];
  return version === undefined ? undefined : QdrantVersion._observed(version);
}

/** What rules ask of settings; undefined where not all of them are known. */
export function resolvedSettings({ values, isWhole }: ObservedServer, isOurs: boolean): ResolvedSettings | undefined {
  if (!isWhole && values.size === 0) return undefined;
  const defaults = isOurs || !isWhole ? [] : Object.entries(DEFAULTS);
  return ResolvedSettings._observed(new Map([...defaults, ...values]));
}

/** What a server listens on, also by other ports of its machine, and what protects that. */
export function listenersOf(server: ObservedServer, at: string): ListenerProps[] {
  const listeners = ownListenersOf(server, at);
  const published = (server.published ?? []).flatMap(({ own, leadsTo }) =>
    listeners.filter(({ port }) => port === leadsTo && own !== leadsTo).map((listener) => ({ ...listener, port: own })),
  );
  return [...listeners, ...published];
}

function ownListenersOf(server: ObservedServer, at: string): ListenerProps[] {
  const { guardedPorts = [] } = server;
  const guard = guardedPorts.length > 0;
  const tls = flag(server, 'service.enable_tls');
  const apiKey = asksForKey(server);
  const verifies = flag(server, 'service.verify_https_client_certificate') ? 'Qdrant' : undefined;
  const rest = numberOf(server, 'service.http_port', QdrantPorts.REST);
  const grpc = numberOf(server, 'service.grpc_port', QdrantPorts.GRPC);
  const metrics = numberOf(server, 'service.metrics_port');
  const own = (purpose: ListenerPurpose, port: number | undefined, key: boolean | undefined, clientVerifiedBy?: string) =>
    port === undefined ? [] : [{ at, purpose, port, tls, apiKey: key, clientVerifiedBy, behindGuard: guard }];
  return [
    ...guardedPorts.map((port) => {
      const purpose = purposeOf(port);
      return {
        at,
        purpose,
        port,
        tls: true,
        apiKey: purpose === ListenerPurpose.METRICS ? false : apiKey,
        clientVerifiedBy: 'the guard',
      };
    }),
    ...own(ListenerPurpose.REST, rest, apiKey, verifies),
    ...own(ListenerPurpose.GRPC, grpc, apiKey),
    ...own(ListenerPurpose.METRICS, metrics, false, verifies),
    ...peerListener(server, at),
  ];
}

function peerListener(server: ObservedServer, at: string): ListenerProps[] {
  if (flag(server, 'cluster.enabled') === false) return [];
  const tls = flag(server, 'cluster.p2p.enable_tls');
  return [
    {
      at,
      purpose: ListenerPurpose.PEER,
      port: numberOf(server, 'cluster.p2p.port', QdrantPorts.PEER)!,
      tls,
      apiKey: flag(server, 'service.enforce_internal_auth'),
      clientVerifiedBy: tls ? 'Qdrant' : undefined,
    },
  ];
}

function purposeOf(port: number): ListenerPurpose {
  if (port === QdrantPorts.REST) return ListenerPurpose.REST;
  return port === QdrantPorts.GRPC ? ListenerPurpose.GRPC : ListenerPurpose.METRICS;
}

/** A setting that is off where nothing is said; undefined where it may be said in what was not read. */
function flag({ values, isWhole }: ObservedServer, path: string): boolean | undefined {
  const value = values.get(path);
  if (typeof value === 'boolean') return value;
  return value === undefined && isWhole ? false : undefined;
}

function numberOf({ values }: ObservedServer, path: string, otherwise?: number): number | undefined {
  const value = values.has(path) ? values.get(path) : otherwise;
  return value === null || value === undefined || value === '' ? undefined : (value as number);
}

/** An empty key is none: the server is open. */
function asksForKey(server: ObservedServer): boolean | undefined {
  if (server.apiKey !== undefined) return server.apiKey;
  const value = server.values.get('service.api_key');
  if (value === undefined) return server.isWhole ? false : undefined;
  if (hasUnknown(value)) return undefined;
  return value !== '' && value !== null;
}
