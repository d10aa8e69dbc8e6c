import { imageOf } from '../image';
import { hasUnknown, listOf } from '../resources';
import { Lookup, objectNamed } from './objects';

/** Whether something that a pod runs names another node to join; undefined where not all of it was read. */
export function namesAnother(container: any, template: any, lookup: Lookup): boolean | undefined {
  const mounted = listOf(container.volumeMounts).map(({ name }) => name);
  const names = listOf(template.spec?.volumes)
    .filter(({ name, configMap }) => configMap && mounted.includes(name))
    .map(({ configMap }) => configMap.name);
  const holders = names.map((name) => objectNamed('ConfigMap', name, lookup));
  const told = [container.command, container.args, container.env, ...holders.map((holder) => holder?.manifest.data)];
  const text = JSON.stringify(told);
  if (/bootstrap/i.test(text)) return true;
  const isOwn = container.command === undefined && imageOf(container.image)?.isOfficial !== true;
  const isUnread = isOwn || holders.includes(undefined) || container.envFrom !== undefined || hasUnknown(told);
  return isUnread ? undefined : false;
}
