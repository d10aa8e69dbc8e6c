import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { hasUnknown, ObservedResource, Resources } from '../resources';
import { ObservedServer, settingOfVariable, settingsIn, valueOfVariable } from '../server';

/** All text that a machine is started with, whatever it is packed in. */
export function userDataOf(resource: ObservedResource, resources: Resources): string | undefined {
  const given = [resource.values.user_data, resource.values.user_data_base64].filter((value) => typeof value === 'string');
  if (given.length === 0) return undefined;
  const text = given.map((value) => unpacked(value, resource, resources)).join('\n');
  // Of a digest, as older providers keep one in the state, nothing can be read.
  return /^[0-9a-f]{40}$/.test(text.trim()) ? undefined : text;
}

function unpacked(value: string, resource: ObservedResource, resources: Resources): string {
  if (hasUnknown(value)) {
    const locals = resources.surroundings.locals?.[resource.scope] ?? {};
    const named = [...value.matchAll(/\blocal\.([\w-]+)/g)]
      .map(([, name]) => locals[name])
      .filter((local) => typeof local === 'string');
    return [value, ...named].join('\n');
  }
  return withFiles(decoded(value));
}

function decoded(value: string): string {
  if (!/^[A-Za-z0-9+/\s]{16,}={0,2}\s*$/.test(value)) return value;
  const bytes = Buffer.from(value, 'base64');
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes).toString();
  const text = bytes.toString();
  return text.includes('\ufffd') ? value : text;
}

/** The files that cloud-init writes stand in a text of their own. */
function withFiles(text: string): string {
  if (!text.startsWith('#cloud-config')) return text;
  try {
    const { write_files: files = [] } = parse(text) ?? {};
    return [text, ...files.map(({ content }: any) => decoded(String(content ?? '')))].join('\n');
  } catch {
    return text;
  }
}

/** A server of this library, by the files that its nodes are given; undefined where there is none. */
export function ourServer(text: string): { server: ObservedServer; config: any } | undefined {
  const file = (path: string) => text.split(` ${path} <<'END_OF_QDRANT_FILE'\n`)[1]?.split('END_OF_QDRANT_FILE\n')[0];
  const [config, settings] = ['/opt/qdrant/etc/cluster.json', '/opt/qdrant/etc/settings.yaml'].map(file);
  if (config === undefined || settings === undefined) return undefined;
  let cluster: any;
  try {
    cluster = JSON.parse(config);
  } catch {
    return undefined;
  }
  const { image, guardedPorts = [], keys } = cluster;
  return {
    config: cluster,
    server: { values: settingsIn(settings), isWhole: true, image, guardedPorts, apiKey: keys?.admin !== undefined },
  };
}

/** Where else a server may be given settings, which the text does not show. */
const ELSEWHERE =
  /--env-file|--config-path|\/qdrant\/config|envFile|EnvironmentFile|docker-compose|secretsmanager|ssm get-parameter|aws s3 cp/;

/** A variable that a container is given as the shell has it. */
const PASSED_ON = /\bQDRANT__[A-Z0-9_]+(?![A-Z0-9_=:])(?!\s*[=:])/;

/** Ports of the machine that Docker passes on, as `-p 80:6333` or in a list of Compose. */
function publishedBy(text: string): Array<{ own: number; leadsTo: number }> {
  const pairs = text.matchAll(/(?:-p|--publish|^\s*-)[\s=]*["']?(?:[\d.]+:)?(\d{1,5}):(\d{1,5})\b/gm);
  return [...pairs].map(([, own, leadsTo]) => ({ own: Number(own), leadsTo: Number(leadsTo) }));
}

/** What is commented out does nothing. */
export function withoutComments(text: string): string {
  return text.replace(/^\s*#(?!cloud-config).*$/gm, '');
}

/** With a tag or a digest; or by its name alone, as a word of a command. */
function imageIn(text: string): string | undefined {
  const [image] =
    /[\w./-]*qdrant\/qdrant[:@][\w.:@-]+/.exec(text) ?? /(?<=[\s"'])(?:[\w.-]+\/)*qdrant\/qdrant(?=[\s"']|$)/.exec(text) ?? [];
  return image;
}

/** A server that somebody starts by a script of their own. */
export function serverIn(userData: string | undefined): { server: ObservedServer; unknown: string[]; keyInClearText: boolean } {
  const text = userData === undefined ? undefined : withoutComments(userData);
  if (text === undefined || !/qdrant/i.test(text)) {
    return {
      server: { values: new Map(), isWhole: false },
      unknown: ['the settings of the server: no user data tells them'],
      keyInClearText: false,
    };
  }
  const values = new Map<string, unknown>();
  for (const [, name, quote, quoted, bare] of text.matchAll(
    /\b(QDRANT__[A-Z0-9_]+)\s*[=:]\s*(?:(["'])(.*?)\2|([^\s"'\\]*))/g,
  )) {
    const path = settingOfVariable(name);
    const value = quote ? quoted : bare;
    if (path !== undefined) values.set(path, valueOfVariable(value));
  }
  const image = imageIn(text);
  const key = values.get('service.api_key');
  // What a shell or Terraform puts in is not known here; nor is whether it is empty.
  const isFilledIn = typeof key === 'string' && /[$`{]/.test(key);
  if (isFilledIn) values.set('service.api_key', '${key}');
  const isWhole = !ELSEWHERE.test(text) && !PASSED_ON.test(text) && !/api_key/.test(text.replace(/QDRANT__\S+/g, ''));
  return {
    server: { values, isWhole, image, published: publishedBy(text) },
    unknown: [
      ...(isWhole ? [] : ['settings that the server is given in other ways than by its environment']),
      ...(isFilledIn ? ['whether the key that is filled in is empty'] : []),
    ],
    keyInClearText: typeof key === 'string' && key !== '' && !isFilledIn,
  };
}
