import { resolve } from 'node:path';
import {
  checkBackup,
  checkJson,
  checkText,
  ClusterSite,
  isClustered,
  LoneSite,
  RestClient,
  StateReader,
  backup,
  backupJson,
  backupText,
  FolderPlace,
  isLoopback,
  newestId,
  Place,
  restore,
  restoreJson,
  restoreText,
  secondsSince,
  RunOptions,
  S3Place,
  Site,
  splitPlace,
} from '../ops';
import { CommandContext } from './command-context';
import { readCertificates } from './identities';
import { entryOf, numberOf, OpsValues, restPortOf, timeoutSecondsOf } from './ops-options';
import { UsageError } from './usage-error';

/** What a command works with. */
export interface OpsWork {
  readonly command: string;
  readonly values: OpsValues;
  readonly context: CommandContext;
  readonly options: RunOptions;
  readonly site: Site;
}

const YEARS = 100 * 366;

/** Backs up the cluster; the exit status. */
export async function backUp(work: OpsWork): Promise<number> {
  const { values, context, options, site } = work;
  const { place, id } = placeOf(work.values.to, '--to', work);
  if (id !== undefined) throw new UsageError('--to takes the place of all backups, without the id of one');
  const given = (option: 'keep' | 'keep-days', most: number) =>
    values[option] === undefined ? undefined : numberOf(values, option, 0, 1, most);
  const [begun, { dryRun, transfers, patienceSeconds, pollSeconds, progress }] = [Date.now(), options];
  const outcome = await backup(site, place, {
    ...{ dryRun, transfers, patienceSeconds, pollSeconds, progress, beatSeconds: 5 * pollSeconds, now: () => new Date() },
    ...{ cluster: values.cluster, collections: values.collection },
    ...{ keep: given('keep', 1e6), keepDays: given('keep-days', YEARS) },
  });
  const status = statusOf(outcome);
  context.out(values.json ? backupJson(outcome, status, secondsSince(begun)) : backupText(outcome));
  return status;
}

/** Restores collections of a backup; the exit status. */
export async function restoreBackup(work: OpsWork): Promise<number> {
  const { values, context, options, site } = work;
  const { place, id } = placeOf(work.values.from, '--from', work);
  if (values.as !== undefined && values.collection?.length !== 1) throw new UsageError('--as goes with one --collection');
  if (values.as === '') throw new UsageError('--as takes the name of a collection');
  const begun = Date.now();
  const { dryRun, transfers, patienceSeconds, pollSeconds, progress } = options;
  const outcome = await restore(site, place, id ?? (await newestOf(work, place)), {
    ...{ dryRun, transfers, patienceSeconds, pollSeconds, progress },
    ...{ collections: values.collection, as: values.as, replace: values.replace ?? false },
  });
  const status = statusOf(outcome);
  context.out(values.json ? restoreJson(outcome, status, secondsSince(begun)) : restoreText(outcome));
  return status;
}

/** The newest, where none is named: of this cluster, if it has any there. */
async function newestOf({ values, site }: OpsWork, place: Place): Promise<string> {
  const peers = (await site.read()).members.map(({ id }) => id);
  return newestId(place, { cluster: values.cluster, collections: values.collection, peers });
}

/** Looks at a backup, and tries it where there is a server to throw away; the exit status. */
export async function lookAtBackup(work: OpsWork): Promise<number> {
  const { values, context, options, site } = work;
  const { place, id } = placeOf(work.values.from, '--from', work);
  const hasCluster = values.host !== undefined || values.outputs !== undefined;
  if (hasCluster && values.against === undefined)
    throw new UsageError('what is to be compared with the cluster is restored first: give --against');
  const begun = Date.now();
  const { dryRun, transfers, patienceSeconds, pollSeconds, progress } = options;
  if (hasCluster) await site.read();
  const throwaway = values.against === undefined ? undefined : await throwawayOf(values.against, values, context);
  try {
    const outcome = await checkBackup(place, id, {
      ...{ dryRun, transfers, patienceSeconds, pollSeconds, progress, allowChanges: values['allow-changes'] ?? false },
      ...{ collections: values.collection, clusterName: values.cluster },
      ...{ throwaway: throwaway?.site, cluster: hasCluster ? site : undefined },
      sampleAbove: numberOf(values, 'sample-above', 1e6, 1, 1e9),
    });
    const status = outcome.findings.some(({ level }) => level === 'error') ? 1 : 0;
    context.out(values.json ? checkJson(outcome, status, secondsSince(begun)) : checkText(outcome));
    return status;
  } finally {
    throwaway?.client.close();
  }
}

/** What restored collections are put in, and removed from: it has a key of its own, if any, and no client certificate. */
async function throwawayOf(
  given: string,
  values: OpsValues,
  context: CommandContext,
): Promise<{ site: Site; client: RestClient }> {
  const [, scheme, rest] = /^(?:(https?):\/\/)?(.*?)\/*$/.exec(given)!;
  const ca = values.ca === undefined ? undefined : readCertificates(values.ca, '--ca');
  const address = entryOf(rest, '--against', restPortOf(values));
  const client = new RestClient({
    ...(scheme === 'http' ? {} : { tls: { ca } }),
    apiKey: context.environment.QDRANT_THROWAWAY_API_KEY || undefined,
    timeoutSeconds: timeoutSecondsOf(values),
  });
  try {
    const site = (await isClustered(client, address))
      ? new ClusterSite(new StateReader(client, [address], address.port), client)
      : new LoneSite(client, address);
    return { site, client };
  } catch (error) {
    client.close();
    throw error;
  }
}

/** What was refused, or given up before its end, is a failure. */
function statusOf({ ended }: { readonly ended: string }): number {
  return ['done', 'planned'].includes(ended) ? 0 : 1;
}

/** A folder, or a bucket; and the id of a backup in it, where it is given. */
function placeOf(given: string | undefined, option: string, { values, context }: OpsWork): { place: Place; id?: string } {
  if (given === undefined || given === '')
    throw new UsageError(`no place is named: give ${option} FOLDER or ${option} s3://BUCKET/PREFIX`);
  const { place, id } = splitPlace(given);
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(place) ?? [];
  if (bucket !== undefined) {
    const { endpoint } = values;
    if (endpoint !== undefined) checkEndpoint(endpoint);
    return { place: new S3Place({ bucket, prefix, endpoint, environment: context.environment }), id };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) throw new UsageError(`${option} takes a folder, or s3://BUCKET/PREFIX`);
  if (values.endpoint !== undefined) throw new UsageError('--endpoint is for s3://BUCKET/PREFIX');
  return { place: new FolderPlace(resolve(place)), id };
}

/** What is backed up goes to nobody in clear text but to this machine. */
function checkEndpoint(endpoint: string): void {
  const { protocol, hostname } = URL.canParse(endpoint) ? new URL(endpoint) : { protocol: '', hostname: '' };
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, '')))) return;
  throw new UsageError('--endpoint takes the address of what speaks S3, over TLS: https://minio.internal:9000');
}
