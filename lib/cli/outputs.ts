import { UsageError } from './usage-error';

/** An address of a cluster, of which one port or both are known. */
export interface OutputAddress {
  readonly host: string;
  readonly rest?: number;
  readonly grpc?: number;
}

/**
 * Finds the addresses in the outputs of a stack, as `terraform output -json` or `cdktf output --outputs-file` write them: those whose names have the
 * `RestUrl` and `GrpcUrl` of `addOutputs()` in them.
 */
export function addressesOf(text: string): OutputAddress[] {
  const urls = [...valuesOf(parse(text))].flatMap(([name, value]) => urlOf(name, value) ?? []);
  const found = together(urls.reduce(withUrl, []));
  if (found.length === 0) {
    throw new UsageError(
      'the file that --outputs names has no RestUrl: let the cluster write it with addOutputs(), or give --host',
    );
  }
  return found;
}

/** What one output tells of a cluster. */
interface OutputUrl {
  /** The name of the output, but for what differs among those of a cluster. */
  readonly cluster: string;
  readonly host: string;
  readonly kind: 'rest' | 'grpc';
  readonly port: number;
}

type NamedAddress = OutputAddress & { readonly cluster: string };

/** How Terraform's outputs end that CDK for Terraform names. */
const HASH = /_[0-9A-F]+$/i;

function urlOf(name: string, value: string): OutputUrl | undefined {
  const [, kind] = /(Rest|Grpc)Url/i.exec(name) ?? [];
  if (kind === undefined || !URL.canParse(value)) return undefined;
  const { hostname, port, protocol } = new URL(value);
  return {
    cluster: name.replace(HASH, '').replace(/(Rest|Grpc)Url/i, 'Url'),
    host: hostname.replace(/^\[|\]$/g, ''),
    kind: kind.toLowerCase() as 'rest' | 'grpc',
    port: Number(port || (protocol === 'http:' ? 80 : 443)),
  };
}

/** Adds a port to the address it belongs to, or another address. */
function withUrl(known: NamedAddress[], { cluster, host, kind, port }: OutputUrl): NamedAddress[] {
  if (known.some((one) => one.host === host && one[kind] === port)) return known;
  const own = known.find((one) => one.cluster === cluster && one.host === host && one[kind] === undefined);
  if (!own) return [...known, { cluster, host, [kind]: port }];
  return known.map((one) => (one === own ? { ...one, [kind]: port } : one));
}

/** Two halves of which nothing but the host is the same belong together where there are no more of them. */
function together(addresses: NamedAddress[]): OutputAddress[] {
  const hosts = [...new Set(addresses.map(({ host }) => host))];
  return hosts.flatMap((host) => {
    const own = addresses.filter((one) => one.host === host).map(({ cluster: _, ...address }): OutputAddress => address);
    const isPair = own.length === 2 && own.some(({ rest }) => rest === undefined) && own.some(({ grpc }) => grpc === undefined);
    return isPair ? [{ ...own[0], ...own[1] }] : own;
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError('the file that --outputs names is no JSON: write it with terraform output -json');
  }
}

/** The texts in outputs, by their names: of Terraform under `value`, of CDK for Terraform by themselves, a stack's together. */
function* valuesOf(outputs: unknown, stack = ''): Generator<[string, string]> {
  if (typeof outputs !== 'object' || outputs === null) return;
  for (const [name, value] of Object.entries(outputs)) {
    if (typeof value === 'string') yield [`${stack}${name}`, value];
    else if (typeof value?.value === 'string') yield [`${stack}${name}`, value.value];
    else yield* valuesOf(value, `${stack}${name}.`);
  }
}
