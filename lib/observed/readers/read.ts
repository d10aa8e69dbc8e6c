import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Resources } from '../resources';
import { fromManifests } from './manifests';
import { fromSynthesized } from './synthesized';
import { fromPlan, fromState, fromStateFile } from './terraform-json';

/** What cannot be read, in the words of who gave it. */
export class UnreadableInput extends Error {}

/** What was read of files. */
export interface ReadFiles {
  readonly resources: Resources;
  /** Each document in JSON, as it is: what is not a resource is in it too. */
  readonly documents: any[];
}

/** Everything in a file or a folder: what was synthesized, a plan, a state, or manifests. */
export function readFiles(path: string): ReadFiles {
  if (!existsSync(path)) throw new UnreadableInput(`${path} is not there`);
  if (!statSync(path).isDirectory()) return readFile(path);
  return existsSync(join(path, 'manifest.json')) ? readApp(path) : readFolder(path);
}

function readFolder(path: string): ReadFiles {
  const all = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  const files = all.filter((file) => /\.(tf\.json|ya?ml)$/.test(file) && !file.includes('node_modules'));
  if (files.length === 0) {
    throw new UnreadableInput(
      `${path} holds neither what cdktf synth writes nor manifests. For Terraform's own language give the plan: terraform show -json PLAN > plan.json`,
    );
  }
  const written = files.filter((file) => !file.endsWith('.json'));
  const manifests = fromManifests(
    written.map((file) => textOf(join(path, file))),
    written.map((file) => dirname(file)),
  );
  const synthesized = files.filter((file) => file.endsWith('.json')).map((file) => readFile(join(path, file)));
  const resources = synthesized.map((one) => one.resources);
  return {
    resources: together(...resources, manifests, new Resources([], { unread: ofTerraform(all) })),
    documents: synthesized.flatMap(({ documents }) => documents),
  };
}

/** Files in Terraform's own language, of which only a plan tells. */
function ofTerraform(files: string[]): string[] {
  return files
    .filter((file) => file.endsWith('.tf') && !/node_modules|\.terraform/.test(file))
    .map((file) => `${file}, in Terraform's own language: give the plan, as terraform show -json PLAN prints it`);
}

/** A folder that `cdktf synth` writes. */
function readApp(path: string): ReadFiles {
  const { stacks = {} } = parse(join(path, 'manifest.json'));
  const synthesized = Object.entries<any>(stacks).map(([stack, { synthesizedStackPath }]) => ({
    stack,
    json: parse(join(path, synthesizedStackPath)),
  }));
  return { resources: fromSynthesized(synthesized), documents: synthesized.map(({ json }) => json) };
}

function readFile(path: string): ReadFiles {
  const text = textOf(path);
  if (/\.ya?ml$/.test(path) || !/^\s*[{[]/.test(text)) return { resources: fromManifests([text]), documents: [] };
  const json = parse(path, text);
  return { resources: resourcesOf(json, path, basename(path)), documents: [json] };
}

/**
 * The resources of one document in JSON, by what it is.
 *
 * @param called what a reader knows the document by
 * @param stack what a synthesized stack is called that does not say so itself
 */
export function resourcesOf(json: any, called: string, stack: string): Resources {
  if (json.planned_values) return fromPlan(json);
  if (json.values?.root_module) return fromState(json);
  if (json.version === 4 && Array.isArray(json.resources)) return fromStateFile(json);
  if (typeof json.kind === 'string') return fromManifests([JSON.stringify(json)]);
  if (json.resource || json.module || json.data || json.terraform || json['//']) {
    return fromSynthesized([{ stack: json['//']?.metadata?.stackName ?? stack, json }]);
  }
  // A state in which nothing is yet has no values.
  if (json.format_version) return new Resources([]);
  throw new UnreadableInput(`${called} is neither cdk.tf.json, nor what terraform show -json prints, nor a manifest`);
}

/** Some shells write a mark of the byte order first. */
function textOf(path: string): string {
  return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
}

function parse(path: string, text = textOf(path)): any {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableInput(`${path} is no JSON`);
  }
}

function together(...parts: Resources[]): Resources {
  const merged = (of: 'locals' | 'outputs') => Object.assign({}, ...parts.map(({ surroundings }) => surroundings[of] ?? {}));
  const unread = parts.flatMap((part) => part.unread);
  return new Resources(
    parts.flatMap(({ all }) => all),
    {
      locals: merged('locals'),
      outputs: merged('outputs'),
      unread,
      mayHaveMore: parts.flatMap((part) => part.surroundings.mayHaveMore ?? []),
    },
  );
}
