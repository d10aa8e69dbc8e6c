import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Resources } from '../resources';
import { fromManifests } from './manifests';
import { fromSynthesized } from './synthesized';
import { fromPlan, fromState, fromStateFile } from './terraform-json';

/** What cannot be read, in the words of who gave it. */
export class UnreadableInput extends Error {}

/** Everything in a file or a folder: what was synthesized, a plan, a state, or manifests. */
export function readResources(path: string): Resources {
  if (!existsSync(path)) throw new UnreadableInput(`${path} is not there`);
  if (!statSync(path).isDirectory()) return together(readFile(path));
  if (existsSync(join(path, 'manifest.json'))) return readApp(path);
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(tf\.json|ya?ml)$/.test(file) && !file.includes('node_modules'))
    .sort();
  if (files.length === 0) {
    throw new UnreadableInput(
      `${path} holds neither what cdktf synth writes nor manifests. For Terraform's own language give the plan: terraform show -json PLAN > plan.json`,
    );
  }
  const manifests = files.filter((file) => !file.endsWith('.json')).map((file) => readFileSync(join(path, file), 'utf8'));
  const synthesized = files.filter((file) => file.endsWith('.json')).map((file) => readFile(join(path, file)));
  return together(...synthesized, fromManifests(manifests));
}

/** A folder that `cdktf synth` writes. */
function readApp(path: string): Resources {
  const { stacks = {} } = parse(join(path, 'manifest.json'));
  return fromSynthesized(
    Object.entries<any>(stacks).map(([stack, { synthesizedStackPath }]) => ({
      stack,
      json: parse(join(path, synthesizedStackPath)),
    })),
  );
}

function readFile(path: string): Resources {
  const text = readFileSync(path, 'utf8');
  if (/\.ya?ml$/.test(path) || !/^\s*[{[]/.test(text)) return fromManifests([text]);
  return resourcesOf(parse(path), path, basename(path));
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
  if (json.resource || json.terraform || json['//']) {
    return fromSynthesized([{ stack: json['//']?.metadata?.stackName ?? stack, json }]);
  }
  // A state in which nothing is yet has no values.
  if (json.format_version) return new Resources([]);
  throw new UnreadableInput(`${called} is neither cdk.tf.json, nor what terraform show -json prints, nor a manifest`);
}

function parse(path: string): any {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new UnreadableInput(`${path} is no JSON`);
  }
}

function together(...parts: Resources[]): Resources {
  const merged = (of: 'locals' | 'outputs') => Object.assign({}, ...parts.map(({ surroundings }) => surroundings[of] ?? {}));
  const unread = parts.flatMap((part) => part.unread);
  return new Resources(
    parts.flatMap(({ all }) => all),
    { locals: merged('locals'), outputs: merged('outputs'), unread },
  );
}
