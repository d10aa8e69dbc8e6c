import { bytesText } from '../size';
import { findingsText } from '../report';
import { CheckOutcome } from './check';
import { BackupOutcome } from './backup';
import { RestoreOutcome } from './restore';
import { filesOf, Manifest, pointsOf } from './manifest';

/** Raised when a member changes its meaning or goes; more members may come without that. */
const SCHEMA_VERSION = 1;

/** What a backup did, for people. */
export function backupText({ ended, manifest, planned, removed, reasons, notes }: BackupOutcome): string {
  const isPlan = ended === 'planned';
  return lines(
    list('Refused:', ended === 'refused' ? reasons : []),
    list('Given up:', ended === 'stuck' ? reasons : []),
    list('To be done:', planned),
    manifest ? [`Backed up as ${manifest.id}: ${sizeText(manifest)}`, ...writtenText(manifest)] : [],
    list(isPlan ? 'Backups to be removed:' : 'Backups removed:', removed),
    list('Note:', notes),
  );
}

export function backupJson({ manifest, ...outcome }: BackupOutcome, exitStatus: number, seconds: number): string {
  const { id, collections } = manifest ?? {};
  const told = { id: id ?? null, seconds, bytes: manifest ? bytesOf(manifest) : null, collections: collections ?? [] };
  return json({ schemaVersion: SCHEMA_VERSION, command: 'backup', exitStatus, ...outcome, ...told });
}

/** What a restore did, for people. */
export function restoreText({ ended, backup, restored, planned, undone, reasons, notes }: RestoreOutcome): string {
  const nothing = planned.length + restored.length + reasons.length + undone.length === 0 ? ['Nothing was to be done.'] : [];
  return lines(
    list('Refused:', ended === 'refused' ? reasons : []),
    list('Given up:', ended === 'stuck' ? reasons : []),
    list('To be done:', planned),
    list(
      `Restored from ${backup}:`,
      restored.map(
        ({ collection, name, points }) => `${collection}${name === collection ? '' : ` as ${name}`}, ${points} points`,
      ),
    ),
    list('Left to do:', undone),
    nothing,
    list('Note:', notes),
  );
}

export function restoreJson(outcome: RestoreOutcome, exitStatus: number, seconds: number): string {
  return json({ schemaVersion: SCHEMA_VERSION, command: 'restore', exitStatus, ...outcome, seconds });
}

/** What was found of a backup, for people. */
export function checkText({ backup, findings, files, bytes, readSeconds, restored, compared }: CheckOutcome): string {
  const read = backup === undefined ? [] : [`${backup}: ${files} files, ${bytesText(bytes)}, read in ${readSeconds} s`];
  const tried = restored.map(({ collection, points, seconds }) => {
    const own = compared.find((one) => one.collection === collection);
    const how = own ? `; ${own.compared} compared with the cluster's${own.isSampled ? ', drawn at random' : ''}` : '';
    return `${collection}, ${points} points, in ${seconds} s${how}`;
  });
  return lines(read, list('Restored, and removed again:', tried)) + findingsText(findings);
}

export function checkJson(outcome: CheckOutcome, exitStatus: number, seconds: number): string {
  const told = { ...outcome, backup: outcome.backup ?? null };
  return json({ schemaVersion: SCHEMA_VERSION, command: 'check-backup', exitStatus, ...told, seconds });
}

export function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function lines(...parts: string[][]): string {
  return parts
    .flat()
    .map((line) => `${line}\n`)
    .join('');
}

export function list(title: string, all: string[]): string[] {
  return all.length === 0 ? [] : [title, ...all.map((line) => `  - ${line}`)];
}

export function bytesOf(manifest: Manifest): number {
  return filesOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0);
}

export function sizeText(manifest: Manifest): string {
  const { collections } = manifest;
  const shards = filesOf(manifest).length;
  return `${collections.length} collections, ${shards} shards, ${pointsOf(manifest)} points, ${bytesText(bytesOf(manifest))}`;
}

/** The collections that were written to meanwhile: of these nobody can tell to the point what their snapshots have. */
function writtenText({ collections }: Manifest): string[] {
  const written = collections.filter(({ points }) => points.before !== points.after);
  return written.map(
    ({ name, points }) => `  ${name} was written to meanwhile: ${points.before} points before, ${points.after} after`,
  );
}
