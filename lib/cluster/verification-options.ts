import { FindingSeverity } from '../posture';
import { OptionNames } from '../input/options';

/** How a cluster is verified after an apply, wherever it runs. */
export interface VerificationProps {
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
}

/** @internal */
export const VERIFICATION_OPTIONS: OptionNames<VerificationProps> = { image: true, accept: true, failOn: true };
