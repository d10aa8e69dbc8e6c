import { Refused } from '../rest-client';
import { neededBackup } from './mark';
import { collectionPath, Site } from './site';

/** All that the cluster has now, in order. */
export async function collectionNames(site: Site): Promise<string[]> {
  const listed = await site.ask(undefined, 'GET', '/collections');
  return (listed?.collections ?? []).map((one: any) => String(one.name)).sort();
}

/** Of each collection that a restore has not ended with, the backup that it is from. */
export async function neededBackups(site: Site, names: string[]): Promise<Map<string, string>> {
  const needed = new Map<string, string>();
  for (const name of names) {
    const backup = neededBackup(name, await infoOf(site, name));
    if (backup !== undefined) needed.set(name, backup);
  }
  return needed;
}

/** Nothing of one that is gone meanwhile. */
async function infoOf(site: Site, name: string): Promise<any> {
  try {
    return await site.ask(undefined, 'GET', collectionPath(name));
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  }
}
