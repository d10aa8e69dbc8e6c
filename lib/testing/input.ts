import { Construct } from 'constructs';
import { badInput, shown } from '../input/input';
import { fromManifests } from '../observed/readers/manifests';
import { ReadFiles, readFiles, resourcesOf, UnreadableInput } from '../observed/readers/read';

/**
 * What is judged: the text or the object that is the JSON of a synthesized stack (`Testing.synth(stack)`), of `terraform show -json` of a plan or a state, or
 * of a state; or the path of a file of these or of manifests, or of a folder (`Testing.fullSynth(stack)`, `cdktf.out`).
 */
export type TestInput = string | object;

const ALLOWED = 'JSON of a synthesized stack, of terraform show -json or of a state, or the path of a file or a folder';

/** Reads what a test is given; throws where nothing could be read, as nothing would be judged. */
export function readInput(input: TestInput): ReadFiles {
  const read = typeof input === 'string' ? readText(input) : readObject(input);
  if (read.resources.all.length > 0) return read;
  throw new UnreadableInput('what was given holds no resources, so nothing can be judged');
}

function readText(text: string): ReadFiles {
  if (/^\s*\{/.test(text)) return readObject(parse(text));
  if (text.includes('\n')) return { resources: fromManifests([text]), documents: [] };
  return readFiles(text);
}

function readObject(json: any): ReadFiles {
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

function parse(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableInput('what was given is no JSON');
  }
}
