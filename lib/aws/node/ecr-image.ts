import { Fn } from 'cdktf';
import { isUnknown } from '../../input/input';

/** `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY`, in every partition. */
const ECR = '^(([0-9]{12})[.]dkr[.-]ecr(?:-fips)?[.]([a-z0-9-]+)[.][a-z.]+)/([^:@]+)';

/** A repository of a private registry of Amazon ECR. Its members are empty where an image that is not known yet proves to be from another registry. */
export interface EcrRepository {
  readonly registry: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

/**
 * The repository that an image comes from, or undefined where it comes from no private registry of Amazon ECR.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
 */
export function ecrRepository(image: string): EcrRepository | undefined {
  if (isUnknown(image)) {
    const part = (index: number) => Fn.try([Fn.element(Fn.regex(ECR, image), index), '']);
    return { registry: part(0), account: part(1), region: part(2), name: part(3) };
  }
  const parts = new RegExp(ECR).exec(image);
  return parts ? { registry: parts[1], account: parts[2], region: parts[3], name: parts[4] } : undefined;
}
