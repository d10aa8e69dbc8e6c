import { Construct } from 'constructs';
import { VERIFICATION_IMAGE } from '../../cluster/verification';
import { requireNotEmpty, requireWholeNumber } from '../../input/input';
import { OptionNames, requireOptions, requireOptionsIfGiven } from '../../input/options';
import { checkImage } from '../../qdrant/cluster-checks';
import { checkResourcesBeside, TOKEN_SIGNER_RESOURCES_OPTIONS, TokenSignerResourcesProps } from './resources';

/** How the tokens of `grantCollections` are signed. */
export interface TokenSignerProps {
  /**
   * The container image, pinned by a version tag or a digest: Node 20 or later, and nothing else. It is given the admin key: name
   * a mirror of your own, by its digest, where images are checked.
   *
   * @default docker.io/library/node:22.20.0-bookworm-slim
   * @example
   * image: 'registry.example.com/node@sha256:DIGEST',
   */
  readonly image?: string;

  /**
   * Memory and CPU of the pod.
   *
   * @default - 256Mi of memory and 50m of CPU
   */
  readonly resources?: TokenSignerResourcesProps;

  /**
   * The ports that the API server itself listens on, also where pods know it by another. The pod may connect to nothing else.
   *
   * @default [443, 6443]
   */
  readonly apiServerPorts?: number[];
}

const TOKEN_SIGNER_OPTIONS: OptionNames<TokenSignerProps> = { image: true, resources: true, apiServerPorts: true };

/** Throws where tokens could not be signed so. @internal */
export function checkTokenSigner(scope: Construct, props: TokenSignerProps): void {
  requireOptions(scope, 'tokenSigner', props, TOKEN_SIGNER_OPTIONS);
  const { image, resources, apiServerPorts } = props;
  if (image !== undefined) checkImage(scope, 'tokenSigner.image', image, VERIFICATION_IMAGE);
  requireOptionsIfGiven(scope, 'tokenSigner.resources', resources, TOKEN_SIGNER_RESOURCES_OPTIONS);
  if (resources !== undefined) checkResourcesBeside(scope, 'tokenSigner.resources', resources);
  if (apiServerPorts === undefined) return;
  requireNotEmpty(scope, 'tokenSigner.apiServerPorts', apiServerPorts, 'apiServerPorts: [6443]');
  for (const port of apiServerPorts) {
    requireWholeNumber(scope, 'tokenSigner.apiServerPorts', port, { min: 1, max: 65535, example: 6443 });
  }
}
