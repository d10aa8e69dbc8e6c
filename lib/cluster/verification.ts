import { Construct } from 'constructs';
import { badInput, quoted, requireEnumIfGiven, requireListIfGiven, requireWholeNumber } from '../input/input';
import { OptionNames, requireOptions } from '../input/options';
import { FindingSeverity } from '../posture';
import { QdrantPorts } from '../qdrant';
import { checkImage } from '../qdrant/cluster-checks';
import { VerificationProps } from './verification-options';

/** The image where none is named. */
export const VERIFICATION_IMAGE = 'docker.io/library/node:22.20.0-bookworm-slim';

/** Where the program that attacks finds what it is given: `ca.crt`, `api-key`, and `client.crt` with `client.key` where a certificate is presented. */
export const GIVEN = '/run/secrets/cdktf-qdrant';

/** The id of a cluster's verification. */
export const VERIFICATION_ID = 'VerificationAfterApply';

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
  /** The option by which the key is given. */
  readonly keyOption: 'api-key-file' | 'read-only-key-file';
  readonly presentsCertificate: boolean;
}

/** Throws where a cluster is verified already. */
export function refuseSecondVerification(cluster: Construct): void {
  if (cluster.node.tryFindChild(VERIFICATION_ID) === undefined) return;
  throw badInput(cluster, {
    given: 'verifyAfterApply a second time',
    allowed: 'one verification of a cluster',
    instead: 'all options in one call',
  });
}

/** Throws where the options of a verification cannot be. Those that a target has alone are for it to check, but for their names. */
export function checkVerification<Props extends VerificationProps & { readonly timeoutMinutes?: number }>(
  scope: Construct,
  props: Props,
  names: OptionNames<Props>,
): void {
  requireOptions(scope, undefined, props, names);
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
  { hosts, grpc, metricsPort, keyOption, presentsCertificate }: VerificationArguments,
): string[] {
  const files = {
    ca: 'ca.crt',
    [keyOption]: 'api-key',
    ...(presentsCertificate && { cert: 'client.crt', key: 'client.key' }),
  };
  return [
    ...hosts.flatMap((host) => ['--host', host]),
    ...['rest', ...(grpc ? ['grpc'] : [])].flatMap((port) => ['--require', port]),
    ...(metricsPort === undefined ? [] : ['--metrics-port', String(metricsPort)]),
    ...Object.entries(files).flatMap(([option, file]) => [`--${option}`, `${GIVEN}/${file}`]),
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
