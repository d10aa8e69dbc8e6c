import { SecretPurpose } from '../../posture';
import { KEY_SETTINGS, referredKey } from '../keys';
import { hasUnknown, listOf, Resources } from '../resources';
import { ObservedServer, settingOfVariable, settingsIn, valueOfVariable } from '../server';
import { Lookup, ObservedObject, objectNamed } from './objects';

/** Where the server looks for its settings. */
export const CONFIG_FOLDER = '/qdrant/config';

/** Where the settings of a container were looked for, and a key that stands there for all to read. */
export interface FoundConfiguration {
  readonly server: ObservedServer;
  readonly unknown: string[];
  /** Whether a key is written into the template of the pods. */
  readonly keyInClearText: boolean;
  /** The keys that are written into a ConfigMap. */
  readonly keysInConfigMaps: Array<{ readonly purpose: SecretPurpose; readonly holder: ObservedObject }>;
}

/** The settings of a server, by its environment and the files that are mounted. */
export function configurationOf(
  container: any,
  template: any,
  object: ObservedObject,
  objects: ObservedObject[],
  resources: Resources,
): FoundConfiguration {
  const lookup = { objects, resources, by: object };
  const files = mountedFiles(container, template, lookup);
  const variables = variablesOf(container, lookup);
  const values = new Map<string, unknown>();
  for (const { text } of files.found) for (const [path, value] of settingsIn(text)) values.set(path, value);
  for (const [path, value] of variables.values) values.set(path, value);
  const ours = oursOf(template, lookup);
  const changed = Object.keys(ours).length > 0 ? [] : changedByCommand(container);
  for (const path of changed) values.delete(path);
  const unknown = [
    ...files.unknown,
    ...variables.unknown,
    ...changed.map((path) => `the setting ${path}, which the command of the container changes`),
  ];
  return {
    server: { values, isWhole: unknown.length === 0, image: container.image, ...ours },
    unknown,
    keyInClearText: variables.literalKey,
    keysInConfigMaps: files.found.flatMap(({ holder, text }) => (holder.kind === 'ConfigMap' ? keysIn(text, holder) : [])),
  };
}

function keysIn(text: string, holder: ObservedObject): FoundConfiguration['keysInConfigMaps'] {
  const settings = settingsIn(text);
  const isWritten = (path: string) => ![undefined, null, ''].includes(settings.get(path) as string);
  return Object.entries(KEY_SETTINGS).flatMap(([path, purpose]) => (isWritten(path) ? [{ purpose, holder }] : []));
}

/** The text of a member of a ConfigMap or a Secret; undefined where it is not known. */
function member(found: ObservedObject | undefined, key: string): string | undefined {
  const { data = {}, stringData = {} } = found?.manifest ?? {};
  const text = stringData[key] ?? data[key];
  if (typeof text !== 'string' || hasUnknown(text)) return undefined;
  const isEncoded = found?.kind === 'Secret' && stringData[key] === undefined && found.resource.type === 'manifest';
  return isEncoded ? Buffer.from(text, 'base64').toString() : text;
}

/** The files that the server reads, the later of which win. */
function readInOrder(container: any): string[] {
  const mode = listOf(container.env).find(({ name }) => name === 'RUN_MODE')?.value ?? 'production';
  return ['config', mode, 'local'].flatMap((name) => [`${name}.yaml`, `${name}.yml`]);
}

/** A file of settings, with what holds it. */
interface FoundFile {
  readonly file: string;
  readonly text: string;
  readonly holder: ObservedObject;
}

function mountedFiles(container: any, template: any, lookup: Lookup): { found: FoundFile[]; unknown: string[] } {
  const found: FoundFile[] = [];
  const command = [...listOf(container.command), ...listOf(container.args)].join(' ');
  const unknown = /--config-path/.test(command) ? ['the settings of --config-path'] : [];
  const order = readInOrder(container);
  for (const { name, mountPath, subPath } of listOf(container.volumeMounts)) {
    if (!String(mountPath).startsWith(CONFIG_FOLDER)) continue;
    const volume = listOf(template.spec?.volumes).find((other) => other.name === name) ?? {};
    const [kind, source] = volume.configMap ? ['ConfigMap', volume.configMap.name] : ['Secret', volume.secret?.secretName];
    const holder = objectNamed(kind, source, lookup);
    const isFile = subPath !== undefined && subPath !== '';
    const items: any[] = listOf((volume.configMap ?? volume.secret)?.items);
    const held = Object.keys({ ...holder?.manifest.data, ...holder?.manifest.stringData }).map((key) => ({ key, path: key }));
    const members = (items.length > 0 ? items : held).filter(({ path }) => !isFile || path === subPath);
    if (!holder) unknown.push(`the settings in ${mountPath}, from the ${kind} ${source ?? name}`);
    for (const { key, path } of holder ? members : []) {
      const file = isFile ? String(mountPath).split('/').pop()! : path;
      if (!order.includes(file)) continue;
      const text = member(holder, key);
      if (text === undefined) unknown.push(`the settings in ${file}, from the ${kind} ${holder!.name}`);
      else found.push({ file, text, holder: holder! });
    }
  }
  return { found: found.sort((one, other) => order.indexOf(one.file) - order.indexOf(other.file)), unknown };
}

/** The settings whose variables are named in what the container runs, as of a script that sets or unsets them. */
function changedByCommand({ command, args }: any): string[] {
  const text = [...listOf(command), ...listOf(args)].join(' ');
  return [...new Set([...text.matchAll(/QDRANT__[A-Z0-9_]+/g)].flatMap(([name]) => settingOfVariable(name) ?? []))];
}

function variablesOf(container: any, lookup: Lookup): { values: Map<string, unknown>; unknown: string[]; literalKey: boolean } {
  const values = new Map<string, unknown>();
  const unknown = listOf(container.envFrom).map((source) => {
    const { configMapRef, secretRef } = source ?? {};
    return `variables of the environment from ${configMapRef?.name ?? secretRef?.name ?? 'elsewhere'} (envFrom)`;
  });
  let literalKey = false;
  for (const { name, value, valueFrom } of listOf(container.env)) {
    const path = settingOfVariable(String(name));
    if (path === undefined) continue;
    if (valueFrom?.secretKeyRef) {
      const { name: secret, key } = valueFrom.secretKeyRef;
      const text = member(objectNamed('Secret', secret, lookup), key);
      // Without a Secret that others fill the pod does not start, save where it is optional.
      if (text === undefined && valueFrom.secretKeyRef.optional === true)
        unknown.push(`the variable ${name}, whose Secret is optional`);
      else values.set(path, text ?? referredKey(String(secret), String(key)));
    } else if (value === undefined) unknown.push(`the variable ${name}`);
    else {
      values.set(path, hasUnknown(value) ? value : valueOfVariable(String(value)));
      if (/api_key$/.test(path) && value !== '') literalKey = true;
    }
  }
  return { values, unknown, literalKey };
}

/** What the pods of this library are told by other ways than settings: keys as files, and the guard. */
function oursOf(template: any, lookup: Lookup): Partial<ObservedServer> {
  const volumes = listOf(template.spec?.volumes);
  const programs = objectNamed('ConfigMap', volumes.find(({ name }) => name === 'programs')?.configMap?.name, lookup);
  const environment = programs?.manifest.data?.['cluster.env'];
  if (typeof environment !== 'string') return {};
  const [, ports = ''] = /^readonly GUARDED_PORTS='(.*)'$/m.exec(environment) ?? [];
  const keys = volumes.find(({ name }) => name === 'keys')?.projected?.sources;
  const paths = listOf(keys).flatMap(({ secret }) => listOf(secret?.items).map(({ path }) => path));
  const guardedPorts = ports
    .split(' ')
    .filter((port) => port !== '')
    .map((port) => (hasUnknown(port) ? (port as unknown as number) : Number(port)));
  return { apiKey: paths.includes('admin'), guardedPorts };
}
