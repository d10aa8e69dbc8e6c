import { VERIFICATION_OPTIONS, VerificationProps } from '../../cluster/verification-options';
import { OptionNames } from '../../input/options';
import { Secret } from '../secrets/secret';

/** How a cluster is verified after an apply. */
export interface VerifyAfterApplyProps extends VerificationProps {
  /**
   * How long, in minutes, the verification may take, with the attempts after one that could not reach every node. The first one
   * also waits until the nodes have booted.
   *
   * @default - 20, and 2 more for each node
   */
  readonly timeoutMinutes?: number;

  /**
   * The client certificate that is presented: a JSON object with the fields `certificate` (including intermediate CAs) and
   * `private_key`, both in PEM format. The role of the nodes is allowed to read it. Required if the cluster requires client
   * certificates.
   *
   * @default - no client certificate is presented
   */
  readonly clientCertificateSecret?: Secret;
}

/** @internal */
export const VERIFY_AFTER_APPLY_OPTIONS: OptionNames<VerifyAfterApplyProps> = {
  ...VERIFICATION_OPTIONS,
  timeoutMinutes: true,
  clientCertificateSecret: true,
};
