import { join } from 'node:path';
import { ApiServerAccess, KubernetesStore, signTokens, TokenGrant } from '../tokens';
import { parsed } from './arguments';
import { CommandContext } from './command-context';
import { readKey, readText, refuseKeys } from './secrets';
import { UsageError } from './usage-error';

/** Where the kubelet mounts the service account of a pod. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

export const TOKENS_HELP = `cdktf-qdrant tokens --grants FILE --revision REVISION --api-key-file FILE

Signs the tokens of grantCollections() that need it, and keeps each in a Secret of its own: one that is missing, grants something else, is not signed
with the admin key, or has less than a third of its time left. It runs in a pod on Kubernetes, and may be run again at any time.

  --grants FILE             who was granted what, as the cluster's ConfigMap has it
  --revision REVISION       which grants these are; a Secret that is for others is left alone, which is an error once its token should have been renewed
  --api-key-file FILE       the admin key
  --account FOLDER          the service account of the pod: token, namespace and ca.crt; ${ACCOUNT}

Exit status: 0 every token is as it should be, 1 one is not, 2 it was not given what it needs.
`;

const text = { type: 'string' } as const;
const OPTIONS = {
  ...{ grants: text, revision: text, 'api-key-file': text, account: text },
  help: { type: 'boolean' } as const,
};

/** Runs the command; the exit status. */
export async function tokensCommand(args: string[], context: CommandContext): Promise<number> {
  refuseKeys(args, context.environment);
  const { values } = parsed({ args, options: OPTIONS, allowPositionals: false });
  if (values.help) {
    context.out(TOKENS_HELP);
    return 0;
  }
  const required = (option: 'grants' | 'revision' | 'api-key-file') => {
    const value = values[option];
    if (!value) throw new UsageError(`--${option} must be given`);
    return value;
  };
  const areDone = await signTokens({
    grants: readGrants(required('grants')),
    key: readSigningKey(required('api-key-file')),
    revision: required('revision'),
    store: new KubernetesStore(accessOf(values.account ?? ACCOUNT, context.environment)),
    say: (line) => context.out(`${line}\n`),
    complain: (line) => context.err(`${line}\n`),
    now: () => Math.floor(Date.now() / 1000),
  });
  return areDone ? 0 : 1;
}

function readGrants(file: string): TokenGrant[] {
  const content = readText(file, '--grants');
  try {
    return JSON.parse(content);
  } catch {
    throw new UsageError('the file that --grants names is no JSON');
  }
}

/** As nodes take it: they do not start with any other. */
function readSigningKey(file: string): string {
  const key = readKey(undefined, file, '--api-key-file')!;
  if (/^[!-~]{32,}$/.test(key)) return key;
  throw new UsageError('the admin key has less than 32 characters, or one that is no visible ASCII: no node starts with it');
}

function accessOf(folder: string, environment: NodeJS.ProcessEnv): ApiServerAccess {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host || !port) throw new UsageError('KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod');
  const read = (file: string) => readText(join(folder, file), '--account').trim();
  return { host, port: Number(port), ca: read('ca.crt'), bearer: read('token'), namespace: read('namespace') };
}
