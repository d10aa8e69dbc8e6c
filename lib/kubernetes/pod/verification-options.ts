import { FindingSeverity } from '../../posture';
import { OptionNames } from '../../input/options';
import { VerifyResourcesProps } from './resources';

/** How a cluster is verified after an apply. */
export interface VerifyAfterApplyProps {
  /**
   * How long, in minutes, an apply waits for the verification, with the attempts after one that could not reach every node.
   *
   * @default - 16, and 3 more for each node: as long as all attempts take
   */
  readonly timeoutMinutes?: number;

  /**
   * The container image, pinned by a version tag or a digest: Node 20 or later, and nothing else. It is not part of what keeps
   * data, but is given an API key: name a mirror of your own, by its digest, where images are checked.
   *
   * @default docker.io/library/node:22.20.0-bookworm-slim
   * @example
   * image: 'registry.example.com/node@sha256:DIGEST',
   */
  readonly image?: string;

  /**
   * What is not looked for, by the ids of probes or of rules of the posture.
   *
   * @default - everything is looked for
   * @example
   * accept: ['web-ui', 'QDR020'],
   */
  readonly accept?: string[];

  /**
   * The least severity of findings that fail the apply.
   *
   * @default FindingSeverity.ERROR
   */
  readonly failOn?: FindingSeverity;

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
  timeoutMinutes: true,
  image: true,
  accept: true,
  failOn: true,
  resources: true,
  clientCertificateSecretName: 'reference',
};
