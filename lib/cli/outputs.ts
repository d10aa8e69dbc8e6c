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
  const found = new Map<string, OutputAddress>();
  for (const [name, value] of valuesOf(parse(text))) {
    const kind = /RestUrl/i.test(name) ? 'rest' : /GrpcUrl/i.test(name) ? 'grpc' : undefined;
    if (!kind || !URL.canParse(value)) continue;
    const { hostname, port } = new URL(value);
    const host = hostname.replace(/^\[|\]$/g, '');
    found.set(host, { ...found.get(host), host, [kind]: Number(port || 443) });
  }
  if (found.size === 0) {
    throw new UsageError(
      'the file that --outputs names has no RestUrl: let the cluster write it with addOutputs(), or give --host',
    );
  }
  return [...found.values()];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError('the file that --outputs names is no JSON: write it with terraform output -json');
  }
}

/** The texts in outputs, by their names: of Terraform under `value`, of CDK for Terraform by themselves, a stack's together. */
function* valuesOf(outputs: unknown): Generator<[string, string]> {
  if (typeof outputs !== 'object' || outputs === null) return;
  for (const [name, value] of Object.entries(outputs)) {
    if (typeof value === 'string') yield [name, value];
    else if (typeof value?.value === 'string') yield [name, value.value];
    else yield* valuesOf(value);
  }
}
