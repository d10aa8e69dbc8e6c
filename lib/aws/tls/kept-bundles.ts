import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretVersion } from '@cdktf/provider-aws/lib/secretsmanager-secret-version';
import { Construct } from 'constructs';
import { badInput, isUnknown } from '../../input/input';
import { literalText } from '../../terraform/literal-text';
import { CaBundle } from './ca-bundle';
import { Secret } from '../secrets/secret';

/** How many characters of certificates go to the nodes in their user data, of which AWS takes 16 KiB, compressed: a small one. Certificates hardly compress. */
const MAX_INLINE = 700;

/** How many bytes Secrets Manager takes. @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const MAX_SECRET = 65536;

/** Where the CA certificates that nodes trust are kept. */
export interface KeptBundles {
  /** CAs that nodes trust, besides the CA that issued their own certificates. */
  readonly trusted: CaBundle[];
  /** CAs that client certificates are verified with. */
  readonly clientCas: CaBundle[];
  /** Changes with the certificates, so that the nodes are told to fetch them. */
  readonly revision: string;
}

/**
 * Keeps certificates that are too large for the nodes' user data where the nodes fetch them when they boot. Secrets Manager is what the nodes read
 * already, and takes 64 KiB, so that a larger bundle is kept in several; a parameter of Systems Manager takes 8, and S3 would need a bucket. The
 * certificates are public, and may stand in Terraform's state.
 *
 * @throws if text beside the certificates does not fit
 */
export function keepBundles(
  cluster: Construct,
  clusterName: string,
  bundles: { trusted: CaBundle[]; clientCas: CaBundle[] },
): KeptBundles {
  const inline = [...bundles.trusted, ...bundles.clientCas].flatMap(({ _source: { pem } }) => pem ?? []).join('');
  if (inline.length <= MAX_INLINE) return { ...bundles, revision: '' };
  const versions: SecretsmanagerSecretVersion[] = [];
  const keepPart = (id: string, pem: string): CaBundle => {
    const secret = new SecretsmanagerSecret(cluster, id, {
      namePrefix: `${clusterName}-authorities-`,
      description: `CA certificates (public) that the nodes of the Qdrant cluster ${clusterName} trust`,
      recoveryWindowInDays: 0,
    });
    versions.push(
      new SecretsmanagerSecretVersion(cluster, `${id}Value`, { secretId: secret.id, secretString: literalText(pem) }),
    );
    return CaBundle.fromSecret(Secret._made(secret.arn));
  };
  const keep = (option: string, id: string) => (bundle: CaBundle, index: number) => {
    const { pem } = bundle._source;
    if (pem === undefined) return [bundle];
    // The first part has the id that the whole bundle had when it still fitted.
    return partsOf(cluster, option, pem).map((part, number) =>
      keepPart(`${id}${index}${number === 0 ? '' : `Part${number}`}`, part),
    );
  };
  return {
    trusted: bundles.trusted.flatMap(keep('trustedAuthorities', 'TrustedAuthorities')),
    clientCas: bundles.clientCas.flatMap(keep('clientVerification', 'ClientAuthorities')),
    revision: versions.map(({ versionId }) => versionId).join(' '),
  };
}

/** A bundle in as few parts as fit a secret each. What only Terraform knows stays whole. */
function partsOf(cluster: Construct, option: string, pem: string): string[] {
  if (isUnknown(pem) || Buffer.byteLength(pem) <= MAX_SECRET) return [pem];
  const certificates = pem.split(/(?<=-----END CERTIFICATE-----\s+)(?=\S)/);
  const parts: string[] = [];
  for (const certificate of certificates) {
    const size = Buffer.byteLength(certificate);
    if (size > MAX_SECRET) {
      throw badInput(cluster, {
        given: `${option} has a certificate that takes ${size} bytes, with the text before it`,
        allowed: `${MAX_SECRET} bytes, as Secrets Manager takes them`,
        instead: 'the certificates alone, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
      });
    }
    const last = parts.length - 1;
    const fits = last >= 0 && Buffer.byteLength(parts[last]) + size <= MAX_SECRET;
    if (fits) parts[last] += certificate;
    else parts.push(certificate);
  }
  return parts;
}
