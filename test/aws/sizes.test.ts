import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { aws } from '../../lib';
import { nodeFiles, synthCluster, SynthesizedStack } from '../support/synth';

/** The least that the user data of a node has, compressed: what is installed. */
const userData = (stack: SynthesizedStack) => gzipSync(Object.values<string>(stack.json.locals).join('')).length;
const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const hostNames = (count: number) =>
  Array.from({ length: count }, (_, index) => `${digest(String(index)).slice(0, 40)}.example.com`);

/** As large as a certificate of RSA 4096 by default, and like its key nothing that compresses. */
function authority(name: string, digests = 42): string {
  const bytes = Array.from({ length: digests }, (_, index) => digest(`${name} ${index}`)).join('');
  const lines = Buffer.from(bytes, 'hex')
    .toString('base64')
    .match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

describe('what goes to the nodes', () => {
  test('fits, with three authorities of RSA 4096: the nodes fetch them when they boot', () => {
    const pem = ['One', 'Two', 'Three'].map((name) => authority(name)).join('');
    const bundle = aws.CaBundle.fromPem(pem);
    const stack = synthCluster({
      clientVerification: aws.ClientVerification.required(bundle),
      trustedAuthorities: [bundle],
    });
    expect(userData(stack)).toBeLessThan(16 * 1024);
    const { config } = nodeFiles(stack);
    const secrets = stack.resources('aws_secretsmanager_secret_version').filter((version) => version.secret_string);
    expect(secrets.map((version) => version.secret_string)).toEqual([pem, pem]);
    expect([...config.trusted, ...config.clientCas]).toEqual([
      { secretArn: expect.stringMatching(/^\$\{aws_secretsmanager_secret\.\S*TrustedAuthorities0\S*\.arn\}$/) },
      { secretArn: expect.stringMatching(/^\$\{aws_secretsmanager_secret\.\S*ClientAuthorities0\S*\.arn\}$/) },
    ]);
    // Another certificate behind the same ARN reaches the nodes.
    expect(config.bundlesRevision.match(/\.version_id/g)).toHaveLength(2);
    const [{ policy }] = stack.resources('aws_iam_role_policy').filter(({ name_prefix: name }) => name === 'qdrant-node-');
    const read = JSON.parse(policy).Statement.find(({ Sid }: any) => Sid === 'ReadCaBundles');
    expect(read.Resource.sort()).toEqual(
      [...config.trusted, ...config.clientCas].map(({ secretArn }: any) => secretArn).sort(),
    );
  });

  test('fits while a small authority is replaced, beside that of clients, with every option that nodes are told of', () => {
    const [nodes, clients] = ['Nodes', 'Clients'].map((name) => aws.CaBundle.fromPem(authority(name, 11)));
    const change = () =>
      synthCluster({
        clientVerification: aws.ClientVerification.required(clients),
        trustedAuthorities: [nodes],
        metricsPort: 9153,
        image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/search/qdrant:v1.19.0-unprivileged',
        bootCommands: ['systemctl enable --now amazon-cloudwatch-agent'],
        apiKeys: aws.ApiKeys.generated({ generation: 2, alternateGeneration: 1 }),
      });
    expect(change).not.toThrow();
  });

  test('is split where a bundle is larger than a secret: each part has whole certificates, and the first part the id that it had', () => {
    const certificate = (name: number) =>
      `-----BEGIN CERTIFICATE-----\n${Buffer.from(digest(String(name)).repeat(20)).toString('base64')}\n-----END CERTIFICATE-----\n`;
    const many = Array.from({ length: 60 }, (_, index) => certificate(index)).join('');
    const spaced = many.replace(/(?<=END CERTIFICATE-----\n)/g, '\r\n# The next one\n');
    const few = certificate(100);
    const stack = synthCluster({
      trustedAuthorities: [aws.CaBundle.fromPem(many), aws.CaBundle.fromPem(few)],
      clientVerification: aws.ClientVerification.required(aws.CaBundle.fromPem(spaced)),
    });
    const versions = stack.resources('aws_secretsmanager_secret_version');
    const { config } = nodeFiles(stack);
    const kept = (bundles: any[]): string[] =>
      bundles.map(({ secretArn }) => {
        const of = ({ secret_id: id }: any) => id === secretArn.replace('.arn}', '.id}');
        return versions.find(of).secret_string;
      });
    const trusted = kept(config.trusted);
    const clientCas = kept(config.clientCas);
    for (const pem of [...trusted, ...clientCas]) {
      expect(Buffer.byteLength(pem)).toBeLessThanOrEqual(65536);
      expect(pem).toMatch(
        /^((\s*# The next one\s+)?-----BEGIN CERTIFICATE-----\n[^-]+\n-----END CERTIFICATE-----\s+)+(# The next one\s+)?$/,
      );
    }
    expect([trusted.join(''), clientCas.join('')]).toEqual([many + few, spaced]);
    expect([trusted.length, clientCas.length]).toEqual([3, 2]);
    const ids = config.trusted.map(({ secretArn }: any) => /Cluster_(\w+)_[0-9A-F]{8}\.arn/.exec(secretArn)![1]);
    expect(ids).toEqual(['TrustedAuthorities0', 'TrustedAuthorities0Part1', 'TrustedAuthorities1']);
    expect(config.bundlesRevision.match(/\.version_id/g)).toHaveLength(5);
  });

  test('is refused where text beside the certificates of a bundle is larger than a secret', () => {
    const pem = `${'# text\n'.repeat(10000)}-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n`;
    expect(() => synthCluster({ trustedAuthorities: [aws.CaBundle.fromPem(pem)] })).toThrow(
      /vectors\/Cluster: .*trustedAuthorities.* 70\d{3} bytes.*Allowed: 65536 bytes.*Instead: /,
    );
  });

  test('fits for the largest cluster', () => {
    expect(() => synthCluster({ nodeCount: 100, hostNames: hostNames(10) })).not.toThrow();
  });

  test('is refused where it does not fit, before AWS would refuse it', () => {
    expect(() => synthCluster({ hostNames: hostNames(600) })).toThrow(
      /vectors\/Cluster: the user data of a node has about \d+ bytes.*Allowed: 16384 bytes.*Instead: fewer or shorter settings/,
    );
  });

  test('is estimated as no less than it is', () => {
    const [fitting, refused] = [1, 600].map((count) => {
      try {
        return userData(synthCluster({ hostNames: hostNames(count) }));
      } catch (error: any) {
        return Number(/user data of a node has about (\d+) bytes/.exec(error.message)![1]);
      }
    });
    process.stderr.write(`user data: ${fitting} bytes of 16384\n`);
    // What is left is for the hosts, names and settings of users.
    expect(fitting).toBeLessThan(14.75 * 1024);
    expect(refused).toBeGreaterThan(16 * 1024);
  });
});
