import { observedSecrets } from '../observed/found-cluster';
import { clustersIn } from '../observed/judge';
import { fromState } from '../observed/readers/terraform-json';
import { hasUnknown, isGiven, ObservedResource, Resources, shownAddress } from '../observed/resources';
import { readInput, TestInput } from './input';
import { secretsHeldBy } from './secret-holders';
import { holdsPrivateKey, isPublic, textsIn } from './secret-values';
import { Verdict, verdictOn } from './verdict';

/** What a variable, a local or an output is called that holds a key, and not where one is. */
const KEY_NAME = /(api_?key|private_?key(_pem)?)$/i;

/** Whether no API key and no private key is in what is synthesized, planned or kept in a state. The verdict never has a value in it. */
export function keepsSecretsOutOfState(input: TestInput): Verdict {
  const { resources, documents } = readInput(input);
  const all = [...resources.all, ...documents.flatMap(readWhilePlanning)];
  const problems = [
    ...all.flatMap((resource) =>
      secretsHeldBy(resource).map(({ what, instead }) => `${shownAddress(resource)} ${what}: ${instead}`),
    ),
    ...writtenDown(resources),
    ...documents.flatMap(besideResources),
  ];
  return verdictOn([...new Set(problems)], {
    wrong: 'secrets stand where everyone can read them who reads what is synthesized, the plan or the state:',
    right: 'no secret stands in what is synthesized, the plan or the state',
  });
}

/** The data sources that were read for a plan: they are in it, and not among what is planned. */
function readWhilePlanning(document: any): ObservedResource[] {
  return fromState(document.prior_state ?? {}).all.filter(({ type }) => type.startsWith('data.'));
}

/** Keys in user data, and in the environment or the settings of pods. */
function writtenDown(resources: Resources): string[] {
  return clustersIn(resources)
    .flatMap(observedSecrets)
    .filter(({ isInClearText, origin }) => isInClearText === true && origin === 'written down')
    .map(
      ({ purpose, keptIn, resource }) =>
        `${shownAddress(resource)} holds the ${purpose} in ${keptIn}: keep it in a secret store, and refer to it`,
    );
}

function besideResources(document: any): string[] {
  const stack = document['//']?.metadata?.stackName;
  return Object.entries(namedValues(document))
    .filter(([name, value]) => isKey(name, value))
    .map(
      ([name]) =>
        `${stack === undefined ? '' : `${stack}: `}${name} holds a key: make it ephemeral, or hand on where the key is kept`,
    );
}

function isKey(name: string, value: unknown): boolean {
  if (textsIn(value).some(holdsPrivateKey)) return true;
  return KEY_NAME.test(name) && typeof value === 'string' && isGiven(value) && !isPublic(value) && !isReferenceToPlace(value);
}

/** An ARN or a name of what keeps a key. */
function isReferenceToPlace(value: string): boolean {
  return /^arn:/.test(value) || (hasUnknown(value) && /\.(arn|id|name)\}$/.test(value));
}

/** Variables, locals and outputs, by their names in Terraform. */
function namedValues(document: any): { [name: string]: unknown } {
  const { locals = {}, variable = {}, output = {}, variables = {}, outputs = {} } = document;
  const stated = { ...document.planned_values?.outputs, ...document.values?.outputs, ...outputs };
  return Object.fromEntries([
    ...Object.entries(locals).map(([name, value]) => [`local.${name}`, value]),
    ...members(variable, 'var', (one) => one?.default),
    ...members(variables, 'var', (one) => one?.value),
    ...members(output, 'output', (one) => (one?.ephemeral === true ? undefined : one?.value)),
    ...members(stated, 'output', (one) => one?.value),
  ]);
}

function members(of: object, kind: string, valueOf: (member: any) => unknown): Array<[string, unknown]> {
  return Object.entries(of).map(([name, member]) => [`${kind}.${name}`, valueOf(member)]);
}
