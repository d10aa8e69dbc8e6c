import { accessSync, constants, existsSync, writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { dirname } from 'node:path';
import {
  AttackOptions,
  countsOf,
  jsonReport,
  junitReport,
  Material,
  NotAttackable,
  probes,
  Report,
  RequirablePort,
  REQUIRABLE_PORTS,
  Target,
  textReport,
  verify,
} from '../verify';
import { flag, isHost, parsed, text, texts } from './arguments';
import { CommandContext } from './command-context';
import { addressesOf, OutputAddress } from './outputs';
import { readCertificates, readIdentity } from './identities';
import { readKey, readText, refuseKeys } from './secrets';
import { UsageError } from './usage-error';

const PORTS = { rest: 6333, grpc: 6334, peer: 6335, restBehindGuard: 6337, othersBehindGuard: [6336, 6338] };

export const VERIFY_HELP = `cdktf-qdrant verify --host HOST [--host HOST ...] | --outputs FILE

Attacks a running Qdrant from outside, and says what is open and how to close it. It changes nothing and leaves nothing behind.

Where
  --host HOST               a name or an address; again for each node
  --outputs FILE            what terraform output -json or cdktf output --outputs-file wrote, with the RestUrl of addOutputs()
  --rest-port, --grpc-port, --peer-port, --metrics-port PORT
                            6333, 6334, 6335, and no port of the metrics
  --inside                  this machine is a node or a pod beside one: looks at the port of the nodes, too

What clients have
  QDRANT_API_KEY, QDRANT_READ_ONLY_API_KEY
                            the keys, in the environment; or --api-key-file FILE, --read-only-key-file FILE
  --ca FILE                 the CA of the server; without it, those of Node
  --cert FILE --key FILE    the certificate of a client, and its key
  --send-keys-anyway        sends keys in clear text, and to servers that cannot be believed

What more can be tried with
  --client-ca FILE --client-ca-key FILE
                            the CA of the clients, with its key: for certificates that are expired, or not valid yet
  --node-cert FILE --node-key FILE
                            the certificate of a node, with --inside
  --callback-address ADDRESS[:PORT]
                            this machine, as the server reaches it: for recovery of snapshots from a URL

Which, and how
  --only ID, --skip ID      probes, by their ids; again for each
  --require PORT            rest, grpc or metrics; again for each: proves nothing where a host does not answer there
  --json                    writes JSON instead of the table
  --junit FILE              writes a report of JUnit, too
  --strict                  warnings make the exit status 1, too
  --timeout SECONDS         for each connection and answer: 5
  --quiet                   tells no progress

Exit status: 0 nothing of severity error was found, 1 something was, 2 it could not run: a server cannot be reached, or does not take
a key or a certificate that it was given.
`;

const OPTIONS = {
  ...{ host: texts, outputs: text, 'rest-port': text, 'grpc-port': text, 'peer-port': text, 'metrics-port': text },
  ...{ inside: flag, 'api-key-file': text, 'read-only-key-file': text, ca: text, cert: text, key: text },
  ...{ 'send-keys-anyway': flag, 'client-ca': text, 'client-ca-key': text, 'node-cert': text, 'node-key': text },
  ...{ 'callback-address': text, only: texts, skip: texts, json: flag, junit: text, strict: flag, timeout: text },
  ...{ require: texts, quiet: flag, help: flag },
};

type Values = ReturnType<typeof parse>;

/** Runs the command; the exit status. */
export async function verifyCommand(args: string[], context: CommandContext): Promise<number> {
  refuseKeys(args, context.environment);
  const values = parse(args);
  if (values.help) {
    context.out(VERIFY_HELP);
    return 0;
  }
  const options = {
    ...attackOptionsOf(values, context.environment),
    only: idsOf(values.only, '--only'),
    skip: idsOf(values.skip, '--skip'),
    required: requiredOf(values),
    progress: values.quiet ? () => {} : (line: string) => context.err(`${line}\n`),
  };
  if (values.junit !== undefined) checkWritable(values.junit);
  const report = await verify(targetsOf(values), options).catch((error) => {
    throw error instanceof NotAttackable ? new UsageError(error.message) : error;
  });
  const status = statusOf(report, values.strict ?? false);
  if (values.junit !== undefined) write(values.junit, junitReport(report));
  context.out(values.json ? jsonReport(report, status) : textReport(report));
  for (const obstacle of report.obstacles) context.err(`error: ${obstacle}\n`);
  if (status === 2 && report.obstacles.length === 0) context.err('error: nothing could be tried, so nothing is proved\n');
  return status;
}

function parse(args: string[]) {
  return parsed({ args, options: OPTIONS, allowPositionals: false }).values;
}

/** Nothing tried is nothing proved, and too little what was tried without all that was given. */
function statusOf(report: Report, strict: boolean): number {
  const { errors, warnings, passed } = countsOf(report);
  const isProved = report.obstacles.length === 0 && warnings + passed > 0;
  if (errors > 0 || (strict && warnings > 0)) return 1;
  return isProved ? 0 : 2;
}

function targetsOf(values: Values): Target[] {
  const addresses = [...hostsOf(values), ...(values.outputs ? addressesOf(readText(values.outputs, '--outputs')) : [])];
  if (addresses.length === 0) throw new UsageError('nothing to attack: give --host HOST or --outputs FILE');
  const metrics = portOf(values['metrics-port'], '--metrics-port');
  return addresses.map(({ host, rest, grpc }) => ({
    host,
    ports: {
      ...PORTS,
      rest: portOf(values['rest-port'], '--rest-port') ?? rest ?? PORTS.rest,
      grpc: portOf(values['grpc-port'], '--grpc-port') ?? grpc ?? PORTS.grpc,
      peer: portOf(values['peer-port'], '--peer-port') ?? PORTS.peer,
      ...(metrics === undefined ? {} : { metrics }),
    },
  }));
}

function hostsOf({ host: hosts = [] }: Values): OutputAddress[] {
  return hosts.map((given) => {
    const host = given.replace(/^\[(.*)\]$/, '$1');
    if (isHost(host)) return { host };
    throw new UsageError(
      '--host takes a name or an address, without a scheme or a port: --host vectors.internal --rest-port 6333',
    );
  });
}

function portOf(given: string | undefined, option: string): number | undefined {
  if (given === undefined) return undefined;
  const port = Number(given);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new UsageError(`${option} takes a number from 1 to 65535`);
}

function callbackAddressOf(given?: string): string | undefined {
  if (given === undefined) return undefined;
  const [, name, address, port] = /^(?:([\w.-]+)|\[([^\]]*)\])(?::(\d+))?$/.exec(given) ?? [];
  const isPort = port === undefined || (Number(port) > 0 && Number(port) < 65536);
  if (isPort && (name !== undefined || isIPv6(address ?? ''))) return given;
  throw new UsageError(
    '--callback-address takes an address or a name, with a port or without: 10.0.0.5, 10.0.0.5:8080 or [2001:db8::5]:8080',
  );
}

function attackOptionsOf(values: Values, environment: NodeJS.ProcessEnv): AttackOptions {
  const timeoutSeconds = Number(values.timeout ?? 5);
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 600)) throw new UsageError('--timeout takes seconds, from 1 to 600');
  return {
    material: materialOf(values, environment),
    inside: values.inside ?? false,
    callbackAddress: callbackAddressOf(values['callback-address']),
    sendKeysAnyway: values['send-keys-anyway'] ?? false,
    timeoutSeconds,
  };
}

function materialOf(values: Values, environment: NodeJS.ProcessEnv): Material {
  const { QDRANT_API_KEY: adminKey, QDRANT_READ_ONLY_API_KEY: readOnlyKey } = environment;
  return {
    ca: values.ca === undefined ? undefined : readCertificates(values.ca, '--ca'),
    client: readIdentity([values.cert, values.key], ['--cert', '--key']),
    node: readIdentity([values['node-cert'], values['node-key']], ['--node-cert', '--node-key']),
    clientCa: readIdentity([values['client-ca'], values['client-ca-key']], ['--client-ca', '--client-ca-key']),
    adminKey: readKey(adminKey, values['api-key-file'], '--api-key-file'),
    readOnlyKey: readKey(readOnlyKey, values['read-only-key-file'], '--read-only-key-file'),
  };
}

function idsOf(given: string[] = [], option: string): string[] {
  const known = probes.map(({ id }) => id);
  const unknown = given.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new UsageError(`${option} ${unknown} is no probe. Probes: ${known.join(', ')}`);
  return given;
}

function requiredOf({ require: given = [], 'metrics-port': metrics }: Values): RequirablePort[] {
  const isPort = (name: string): name is RequirablePort => (REQUIRABLE_PORTS as readonly string[]).includes(name);
  const unknown = given.find((name) => !isPort(name));
  if (unknown !== undefined) throw new UsageError(`--require ${unknown} is no port. Ports: ${REQUIRABLE_PORTS.join(', ')}`);
  if (given.includes('metrics') && metrics === undefined) throw new UsageError('--require metrics needs --metrics-port PORT');
  return given.filter(isPort);
}

/** Nobody is attacked for a report that cannot be kept. */
function checkWritable(file: string): void {
  onlyIfWritable(() => accessSync(existsSync(file) ? file : dirname(file), constants.W_OK));
}

function write(file: string, content: string): void {
  onlyIfWritable(() => writeFileSync(file, content));
}

function onlyIfWritable(act: () => void): void {
  try {
    act();
  } catch (error) {
    throw new UsageError(`the file that --junit names cannot be written: ${(error as NodeJS.ErrnoException).code}`);
  }
}
