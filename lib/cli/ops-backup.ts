import { resolve } from 'node:path';
import {
  backup,
  backupJson,
  backupText,
  FolderPlace,
  newestId,
  Place,
  restore,
  restoreJson,
  restoreText,
  RunOptions,
  Site,
  splitPlace,
} from '../ops';
import { CommandContext } from './command-context';
import { numberOf, OpsValues } from './ops-options';
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
export async function backUp({ values, context, options, site }: OpsWork): Promise<number> {
  const { place, id } = placeOf(values.to, '--to');
  if (id !== undefined) throw new UsageError('--to takes the place of all backups, without the id of one');
  const given = (option: 'keep' | 'keep-days', most: number) =>
    values[option] === undefined ? undefined : numberOf(values, option, 0, 1, most);
  const [begun, { dryRun, transfers, patienceSeconds, pollSeconds, progress }] = [Date.now(), options];
  const outcome = await backup(site, place, {
    ...{ dryRun, transfers, patienceSeconds, pollSeconds, progress, beatSeconds: 5 * pollSeconds, now: () => new Date() },
    ...{ cluster: values.cluster, collections: values.collection },
    ...{ keep: given('keep', 1e6), keepDays: given('keep-days', YEARS) },
  });
  const status = ['done', 'planned'].includes(outcome.ended) ? 0 : 1;
  context.out(values.json ? backupJson(outcome, status, secondsSince(begun)) : backupText(outcome));
  return status;
}

/** Restores collections of a backup; the exit status. */
export async function restoreBackup({ values, context, options, site }: OpsWork): Promise<number> {
  const { place, id } = placeOf(values.from, '--from');
  if (values.as !== undefined && values.collection?.length !== 1) throw new UsageError('--as goes with one --collection');
  if (values.as === '') throw new UsageError('--as takes the name of a collection');
  const begun = Date.now();
  const { dryRun, transfers, patienceSeconds, pollSeconds, progress } = options;
  const outcome = await restore(site, place, id ?? (await newestId(place)), {
    ...{ dryRun, transfers, patienceSeconds, pollSeconds, progress },
    ...{ collections: values.collection, as: values.as, replace: values.replace ?? false },
  });
  const status = ['done', 'planned'].includes(outcome.ended) ? 0 : 1;
  context.out(values.json ? restoreJson(outcome, status, secondsSince(begun)) : restoreText(outcome));
  return status;
}

function secondsSince(begun: number): number {
  return Math.round((Date.now() - begun) / 100) / 10;
}

function placeOf(given: string | undefined, option: string): { place: Place; id?: string } {
  if (given === undefined || given === '') throw new UsageError(`no place is named: give ${option} FOLDER`);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) throw new UsageError(`${option} takes a folder`);
  const { place, id } = splitPlace(given);
  return { place: new FolderPlace(resolve(place)), id };
}
