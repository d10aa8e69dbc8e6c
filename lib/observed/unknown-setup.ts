import { NodeSetup } from '../posture/setup';

/** What may be unknown of pods, in a reader's words. */
const OF_PODS: Array<[keyof NodeSetup, string]> = [
  ['runsAsRoot', 'whether the server runs as root, which its image decides'],
  ['storage', 'what becomes of the data where it is kept'],
  ['hasAccountToken', 'whether the pods have the token of their service account'],
];

/** What is not known of how pods are set up, one phrase each. */
export function unknownOfPods(setup: NodeSetup): string[] {
  return [...OF_PODS.filter(([fact]) => setup[fact] === undefined).map(([, words]) => words), ...unknownVolumes(setup)];
}

/** What is not known of how machines are set up, where what they run was read. */
export function unknownOfMachines(setup: NodeSetup, isRead: boolean): string[] {
  const isUnknown = isRead && setup.storage === undefined;
  return [...(isUnknown ? ['what becomes of the data where it is kept'] : []), ...unknownVolumes(setup)];
}

function unknownVolumes({ volumes = [] }: NodeSetup): string[] {
  return volumes
    .filter(({ isEncrypted }) => isEncrypted === undefined)
    .map(({ name }) => `whether the data is encrypted on ${name}`);
}
