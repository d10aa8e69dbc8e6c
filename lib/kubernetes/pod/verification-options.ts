import { VERIFICATION_OPTIONS, VerificationProps } from '../../cluster/verification-options';
import { OptionNames } from '../../input/options';
import { VerifyResourcesProps } from './resources';

/** How a cluster is verified after an apply. */
export interface VerifyAfterApplyProps extends VerificationProps {
  /**
   * How long, in minutes, an apply waits for the verification, with the attempts after one that could not reach every node.
   *
   * @default - 16, and 3 more for each node: as long as all attempts take
   */
  readonly timeoutMinutes?: number;

  /**
   * Memory and CPU of the pod.
   *
   * @default - 256Mi of memory and 50m of CPU
   */
  readonly resources?: VerifyResourcesProps;

  /**
   * The name of the Secret with the client certificate (`tls.crt`, `tls.key`) that is presented, in the cluster's namespace.
   * Required if the cluster requires client certificates of a CA that is not the issuer of its own.
   *
   * @default - a certificate is issued where the cluster requires one
   */
  readonly clientCertificateSecretName?: string;
}

/** @internal */
export const VERIFY_AFTER_APPLY_OPTIONS: OptionNames<VerifyAfterApplyProps> = {
  ...VERIFICATION_OPTIONS,
  timeoutMinutes: true,
  resources: true,
  clientCertificateSecretName: 'reference',
};
