import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretVersion } from '@cdktf/provider-aws/lib/secretsmanager-secret-version';
import { Construct } from 'constructs';
import { CaBundle } from './ca-bundle';
import { Secret } from '../secrets/secret';

/** How many characters of certificates go to the nodes in their user data, of which AWS takes 16 KiB, compressed: a small one. Certificates hardly compress. */
const MAX_INLINE = 1500;

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
 * already, and takes 64 KiB; a parameter of Systems Manager takes 8, and S3 would need a bucket. The certificates are public, and
 * may stand in Terraform's state.
 */
export function keepBundles(
  cluster: Construct,
  clusterName: string,
  bundles: { trusted: CaBundle[]; clientCas: CaBundle[] },
): KeptBundles {
  const inline = [...bundles.trusted, ...bundles.clientCas].flatMap(({ _source: { pem } }) => pem ?? []).join('');
  if (inline.length <= MAX_INLINE) return { ...bundles, revision: '' };
  const versions: SecretsmanagerSecretVersion[] = [];
  const keep = (id: string) => (bundle: CaBundle, index: number) => {
    const { pem } = bundle._source;
    if (pem === undefined) return bundle;
    const secret = new SecretsmanagerSecret(cluster, `${id}${index}`, {
      namePrefix: `${clusterName}-authorities-`,
      description: `CA certificates (public) that the nodes of the Qdrant cluster ${clusterName} trust`,
      recoveryWindowInDays: 0,
    });
    versions.push(new SecretsmanagerSecretVersion(cluster, `${id}${index}Value`, { secretId: secret.id, secretString: pem }));
    return CaBundle.fromSecret(Secret._made(secret.arn));
  };
  return {
    trusted: bundles.trusted.map(keep('TrustedAuthorities')),
    clientCas: bundles.clientCas.map(keep('ClientAuthorities')),
    revision: versions.map(({ versionId }) => versionId).join(' '),
  };
}
