import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Construct } from 'constructs';
import { badInput, shown } from '../input/input';
import { fromManifests } from '../observed/readers/manifests';
import { readResources, resourcesOf, UnreadableInput } from '../observed/readers/read';
import { Resources } from '../observed/resources';

/**
 * What is judged: the text or the object that is the JSON of a synthesized stack (`Testing.synth(stack)`), of `terraform show -json` of a plan or a state, or
 * of a state; or the path of a file of these or of manifests, or of a folder (`Testing.fullSynth(stack)`, `cdktf.out`).
 */
export type TestInput = string | object;

/** What was read of an input. */
export interface ReadInput {
  readonly resources: Resources;
  /** Each document in JSON, as it is: what is not a resource is in it too. */
  readonly documents: any[];
}

const ALLOWED = 'JSON of a synthesized stack, of terraform show -json or of a state, or the path of a file or a folder';

/** Reads what a test is given; throws where nothing could be read, as nothing would be judged. */
export function readInput(input: TestInput): ReadInput {
  const read = typeof input === 'string' ? readText(input) : readObject(input);
  if (read.resources.all.length > 0) return read;
  throw new UnreadableInput('what was given holds no resources, so nothing can be judged');
}

function readText(text: string): ReadInput {
  if (/^\s*\{/.test(text)) return readObject(parse(text));
  if (text.includes('\n')) return { resources: fromManifests([text]), documents: [] };
  return { resources: readResources(text), documents: filesOf(text).map((file) => parse(readFileSync(file, 'utf8'))) };
}

function readObject(json: any): ReadInput {
  if (Construct.isConstruct(json)) {
    throw badInput('cdktf-qdrant/testing', {
      given: `the construct ${json.node.path || 'App'}`,
      allowed: ALLOWED,
      instead: 'Testing.synth(stack), or Testing.fullSynth(stack)',
    });
  }
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    throw badInput('cdktf-qdrant/testing', { given: shown(json), allowed: ALLOWED, instead: 'Testing.synth(stack)' });
  }
  return { resources: resourcesOf(json, 'what was given', ''), documents: [json] };
}

/** The files in JSON of those that `readResources` reads. */
function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return /^\s*\{/.test(readFileSync(path, 'utf8')) ? [path] : [];
  const manifest = join(path, 'manifest.json');
  if (existsSync(manifest)) {
    const { stacks = {} } = parse(readFileSync(manifest, 'utf8'));
    return Object.values<any>(stacks).map(({ synthesizedStackPath }) => join(path, synthesizedStackPath));
  }
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.tf.json') && !file.includes('node_modules'))
    .map((file) => join(path, file));
}

function parse(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableInput('what was given is no JSON');
  }
}
