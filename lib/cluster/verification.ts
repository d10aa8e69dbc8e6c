import { Construct } from 'constructs';
import { badInput, quoted, requireEnumIfGiven, requireListIfGiven, requireWholeNumber } from '../input/input';
import { FindingSeverity } from '../posture';
import { QdrantPorts } from '../qdrant';
import { checkImage } from '../qdrant/cluster-checks';
import { VerificationProps } from './verification-options';

/** The image where none is named. */
export const VERIFICATION_IMAGE = 'docker.io/library/node:22.20.0-bookworm-slim';

/**
 * What comes and goes while nodes take up what was rotated, one after the other: a copy is dead for as long as its node restarts. No apply fails for
 * it.
 */
const PASSING = ['lost-copies'];

/** What the program that attacks a cluster after an apply is told. */
export interface VerificationArguments {
  readonly hosts: string[];
  /** Whether clients are served over gRPC. */
  readonly grpc: boolean;
  readonly metricsPort?: number;
  /** Files, by the options that name them. */
  readonly files: { readonly [option: string]: string };
}

/** Throws where the options of a verification cannot be. Which ones there are is for the target to check. */
export function checkVerification(scope: Construct, props: VerificationProps & { readonly timeoutMinutes?: number }): void {
  if (props.timeoutMinutes !== undefined) {
    requireWholeNumber(scope, 'timeoutMinutes', props.timeoutMinutes, { min: 1, max: 1440, unit: 'minutes' });
  }
  if (props.image !== undefined) checkImage(scope, 'image', props.image, VERIFICATION_IMAGE);
  requireEnumIfGiven(scope, 'failOn', props.failOn, 'FindingSeverity', FindingSeverity);
}

/** The arguments of `cdktf-qdrant verify`. None of them is a secret. */
export function verificationArguments(
  scope: Construct,
  { accept = [], failOn = FindingSeverity.ERROR }: VerificationProps,
  { hosts, grpc, metricsPort, files }: VerificationArguments,
): string[] {
  return [
    ...hosts.flatMap((host) => ['--host', host]),
    ...['rest', ...(grpc ? ['grpc'] : [])].flatMap((port) => ['--require', port]),
    ...(metricsPort === undefined ? [] : ['--metrics-port', String(metricsPort)]),
    ...Object.entries(files).flatMap(([option, file]) => [`--${option}`, file]),
    ...[...PASSING, ...acceptedProbes(scope, accept)].flatMap((id) => ['--skip', id]),
    ...(failOn === FindingSeverity.WARNING ? ['--strict'] : []),
  ];
}

/** The ports that are attacked: also those that nobody may reach, as only what is tried is proved. */
export function attackedPorts(metricsPort?: number): number[] {
  const { REST, GRPC, PEER, GRPC_BEHIND_GUARD, REST_BEHIND_GUARD, METRICS_BEHIND_GUARD } = QdrantPorts;
  const fixed = [REST, GRPC, PEER, GRPC_BEHIND_GUARD, REST_BEHIND_GUARD, METRICS_BEHIND_GUARD];
  return metricsPort === undefined ? fixed : [...fixed, metricsPort];
}

/** The probes that are left out, in the order in which all of them run. */
function acceptedProbes(scope: Construct, accept: string[]): string[] {
  requireListIfGiven(scope, 'accept', accept);
  if (accept.length === 0) return [];
  // All that attacks is loaded for who accepts something of it, and for nobody who only synthesizes.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { probes } = require('../verify') as typeof import('../verify');
  const unknown = accept.find((given) => !probes.some(({ id, rule }) => given === id || given === rule));
  if (unknown === undefined) {
    return probes
      .filter(({ id, rule }) => accept.includes(id) || (rule !== undefined && accept.includes(rule)))
      .map(({ id }) => id);
  }
  throw badInput(scope, {
    given: `accept names ${quoted(unknown)}, which no probe has as its id or its rule`,
    allowed: [...new Set(probes.flatMap(({ id, rule }) => [id, ...(rule === undefined ? [] : [rule])]))].join(', '),
    instead: "accept: ['web-ui'], or leave it out",
  });
}
