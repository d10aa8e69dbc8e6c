import { isIP } from 'node:net';
import { Address, hostOf, Member, RestClientSettings, RunOptions } from '../ops';
import { flag, isHost, parsed, text, texts } from './arguments';
import { CommandContext } from './command-context';
import { readCertificates, readIdentity } from './identities';
import { addressesOf } from './outputs';
import { readKey, readText } from './secrets';
import { UsageError } from './usage-error';

const OPTIONS = {
  ...{ host: texts, outputs: text, 'rest-port': text, 'clear-text': flag, ca: text, cert: text, key: text },
  ...{ 'api-key-file': text, 'read-only-key-file': text, 'send-keys-anyway': flag, timeout: text, zones: text },
  ...{ 'dry-run': flag, json: flag, quiet: flag, transfers: text, patience: text, poll: text },
  ...{ 'fewer-copies': flag, 'no-replacement': flag, after: text, help: flag },
  ...{ to: text, from: text, endpoint: text, cluster: text, collection: texts, keep: text, 'keep-days': text },
  ...{ as: text, replace: flag, against: text, 'sample-above': text, 'allow-changes': flag },
};

export type OpsValues = ReturnType<typeof parseOps>['values'];

export function parseOps(args: string[]) {
  return parsed({ args, options: OPTIONS, allowPositionals: true });
}

/** The addresses that were given: of one node or all. */
export function entriesOf(values: OpsValues, isNeeded: boolean): Address[] {
  const { host: hosts = [], outputs } = values;
  const restPort = restPortOf(values);
  const found = outputs === undefined ? [] : addressesOf(readText(outputs, '--outputs'));
  const entries = [
    ...hosts.map((host) => entryOf(host, '--host', restPort)),
    ...found.map(({ host, rest = restPort }) => ({ host, port: rest })),
  ];
  if (entries.length === 0 && isNeeded) throw new UsageError('no cluster is named: give --host HOST or --outputs FILE');
  return entries;
}

export function restPortOf(values: OpsValues): number {
  return numberOf(values, 'rest-port', 6333, 1, 65535);
}

export function clientSettingsOf(values: OpsValues, { environment }: CommandContext, changes: boolean): RestClientSettings {
  const { QDRANT_API_KEY: adminKey, QDRANT_READ_ONLY_API_KEY: readOnlyKey } = environment;
  const admin = readKey(adminKey, values['api-key-file'], '--api-key-file');
  const readOnly = readKey(readOnlyKey, values['read-only-key-file'], '--read-only-key-file');
  if (changes && admin === undefined && readOnly !== undefined) {
    throw new UsageError(
      'the read-only key changes nothing: set QDRANT_API_KEY or name a file with --api-key-file, or say --dry-run',
    );
  }
  const ca = values.ca === undefined ? undefined : readCertificates(values.ca, '--ca');
  const client = readIdentity([values.cert, values.key], ['--cert', '--key']);
  const isPlain = values['clear-text'] ?? false;
  if (isPlain && (ca ?? client) !== undefined) throw new UsageError('give --clear-text without --ca, --cert and --key');
  return {
    ...(isPlain ? {} : { tls: { ca, client } }),
    apiKey: changes ? admin : (admin ?? readOnly),
    sendsKeyAnyway: values['send-keys-anyway'] ?? false,
    timeoutSeconds: timeoutSecondsOf(values),
  };
}

export function timeoutSecondsOf(values: OpsValues): number {
  return numberOf(values, 'timeout', 15, 1, 600);
}

export function runOptionsOf(values: OpsValues, context: CommandContext): RunOptions {
  const patienceSeconds = numberOf(values, 'patience', 1800, 1, 7 * 24 * 60 * 60);
  return {
    dryRun: values['dry-run'] ?? false,
    transfers: numberOf(values, 'transfers', 2, 1, 100),
    patienceSeconds,
    graceSeconds: Math.min(300, patienceSeconds),
    pollSeconds: numberOf(values, 'poll', 2, 0.01, 600),
    progress: values.quiet ? () => {} : (line) => context.err(`${line}\n`),
  };
}

/** How long a node must be silent to be taken for gone. */
export function silenceSecondsOf(values: OpsValues): number {
  return numberOf(values, 'after', 30, 0, 7 * 24 * 60 * 60);
}

/** The zone of each member, by a file of names and zones. */
export function zonesOf(file: string | undefined): ((member: Pick<Member, 'id' | 'uri'>) => string | undefined) | undefined {
  if (file === undefined) return undefined;
  const zones = parseZones(readText(file, '--zones'));
  return ({ id, uri }) => {
    const host = hostOf(uri);
    const names = [id, uri.replace(/\/$/, ''), host, `[${host}]`, host.split('.')[0]];
    const name = names.find((one) => Object.hasOwn(zones, one));
    return name === undefined ? undefined : zones[name];
  };
}

function parseZones(content: string): { [name: string]: string } {
  const wrong = new UsageError('the file that --zones names is no JSON of names and zones: {"vectors-0": "eu-west-1a"}');
  try {
    const zones: unknown = JSON.parse(content);
    const isRight = typeof zones === 'object' && zones !== null && !Array.isArray(zones);
    if (isRight && Object.values(zones).every((zone) => typeof zone === 'string' && zone !== '')) return zones as any;
  } catch {
    throw wrong;
  }
  throw wrong;
}

export function entryOf(given: string, option: string, restPort: number): Address {
  const [, bracketed, name, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(given) ?? [];
  const host = isIP(given) ? given : (bracketed ?? name ?? '');
  if (isHost(host) && (port === undefined || (Number(port) > 0 && Number(port) < 65536))) {
    return { host, port: port === undefined ? restPort : Number(port) };
  }
  throw new UsageError(
    `${option} takes a name or an address, with a port or without${option === '--host' ? ', and no scheme' : ''}: vectors-0.internal:6333`,
  );
}

type NumberOption =
  | 'rest-port'
  | 'timeout'
  | 'transfers'
  | 'patience'
  | 'poll'
  | 'after'
  | 'keep'
  | 'keep-days'
  | 'sample-above';

const WHOLE: NumberOption[] = ['rest-port', 'transfers', 'keep', 'sample-above'];

export function numberOf(values: OpsValues, option: NumberOption, usual: number, least: number, most: number): number {
  const given = values[option];
  if (given === undefined) return usual;
  const number = given.trim() === '' ? NaN : Number(given);
  const isWhole = !WHOLE.includes(option) || Number.isInteger(number);
  if (number >= least && number <= most && isWhole) return number;
  throw new UsageError(`--${option} takes a number from ${least} to ${most}`);
}
