import { ServerImage } from '../posture/setup';
import { hasUnknown } from './resources';
import { versionOf } from './server';

/** Where Qdrant publishes its images. */
const OFFICIAL = /^(docker\.io\/|index\.docker\.io\/|ghcr\.io\/|registry\.cloud\.qdrant\.io\/)?qdrant\/qdrant$/;

/** An image, by its reference; undefined where that is not known. */
export function imageOf(text: unknown): ServerImage | undefined {
  if (typeof text !== 'string' || text === '' || hasUnknown(text)) return undefined;
  const [named, digest] = text.split('@');
  const repository = named.replace(/:[^/:]*$/, '');
  const hasDigest = digest !== undefined;
  return { text, hasDigest, namesRelease: hasDigest || versionOf(text) !== undefined, isOfficial: OFFICIAL.test(repository) };
}

/** Whether an image runs its server as root where nothing says otherwise; undefined for those of others, and where a digest alone names it. */
export function isRootIn({ text, isOfficial }: ServerImage): boolean | undefined {
  const [named, digest] = text.split('@');
  if (/-unprivileged$/.test(named)) return false;
  return isOfficial && (digest === undefined || /:[^/]+$/.test(named)) ? true : undefined;
}
