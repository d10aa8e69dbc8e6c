import { readFileSync, writeFileSync } from 'node:fs';
import { aws } from '../../../lib';
import { Given } from './given';

const SECRET = 'brought-tls';

/** Has the nodes take a certificate of another CA from a secret, in the steps of the guide. */
export async function bringCertificate(given: Given): Promise<void> {
  const { cluster } = given;
  const { options } = cluster;
  const [old, next] = ['ca.pem', 'nodes-ca.pem'].map((name) => readFileSync(cluster.file(name), 'utf8'));
  const arn = await cluster.api.makeSecret(SECRET, certificate(given, 'nodes'));
  const tls = aws.Tls.fromSecret(aws.Secret.fromArn(arn));
  cluster.roll({ ...options, trustedAuthorities: [aws.CaBundle.fromPem(next)] });
  writeFileSync(cluster.file('ca.pem'), `${old}\n${next}`);
  cluster.roll({ ...options, tls, trustedAuthorities: [aws.CaBundle.fromPem(old)] });
  cluster.roll({ ...options, tls });
  writeFileSync(cluster.file('ca.pem'), next);
}

/** Puts another certificate into the secret, which the nodes find when they look the next time. */
export async function putCertificate(given: Given, name: string): Promise<void> {
  await given.cluster.api.putSecret(SECRET, certificate(given, name));
}

function certificate({ cluster }: Given, name: string): string {
  return readFileSync(cluster.file(`${name}.json`), 'utf8');
}
