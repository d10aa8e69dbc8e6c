import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aws } from '../../lib';
import { ROOT } from '../support/programs';
import { nodeFiles, synthCluster } from '../support/synth';

const config = (...args: Parameters<typeof synthCluster>) => nodeFiles(synthCluster(...args)).config;

describe('cluster.json tells the nodes', () => {
  test('when the cluster may be founded', () => {
    expect(config().founding).toEqual({
      time: expect.stringMatching(/^\$\{terraform_data\.\S+\.output\.time\}$/),
      minutes: 60,
    });
  });

  test('whether the server itself needs the role of its instance', () => {
    expect(config().server.usesInstanceRole).toBe(false);
    const settings = { additional: { 'storage.snapshots_config.snapshots_storage': 's3' } };
    expect(config({ settings }).server.usesInstanceRole).toBe(true);
  });

  test('where Qdrant itself serves REST, and how long a turn lasts', () => {
    expect(config()).toMatchObject({ restPort: 6333, guardedPorts: [], portsBesideRest: [6334], turnSeconds: 60 });
    expect(config({ rollingUpdate: { turnSeconds: 90 } }).turnSeconds).toBe(90);
  });

  test('to look for renewed certificates before they end', () => {
    const installer = (props: Partial<aws.QdrantClusterProps>) => nodeFiles(synthCluster(props)).installer;
    expect(installer({ rollingUpdate: { refreshHours: 24 } })).toContain('OnUnitActiveSec=24h\n');
    expect(installer({ tls: aws.Tls.generated({ validityDays: 3 }) })).toContain('OnUnitActiveSec=8h\n');
  });

  test('which registry of ECR they must log in to', () => {
    expect(config()).not.toHaveProperty('ecr');
    const image = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/search/qdrant:v1.19.0-unprivileged';
    const registry = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
    expect(config({ image }).ecr).toEqual({ registry, region: 'eu-central-1' });
  });

  test('whether a load balancer asks for their health, though it is added later', () => {
    expect(config().loadBalanced).toBe(false);
    expect(config({}, (cluster) => void cluster.addLoadBalancer('Front')).loadBalanced).toBe(true);
  });

  test.each([0, 1.5, -1])('no founding %d', (foundingGeneration) => {
    expect(() => synthCluster({ foundingGeneration })).toThrow(
      /foundingGeneration is .* Allowed: a whole number from 1 .* Instead: foundingGeneration: \d+/,
    );
  });
});

describe('what the programs of a node read in cluster.json', () => {
  const files = join(ROOT, 'lib/aws/node/files');
  const programs = readdirSync(files)
    .filter((file) => file.endsWith('.sh'))
    .map((file) => readFileSync(join(files, file), 'utf8'))
    .join('\n');
  // In quotes it may be an expression of several, and the alternatives of `//` are none of them sure to be there.
  const expressions = [
    ...programs.matchAll(/\b(?:cluster|cluster_or_empty|is_true|bundles) (?:'([^']+)'|"([^"]+)"|(\.[\w.]+))/g),
  ].map(([, single, double, bare]) => single ?? double ?? bare);
  const byJq = [...programs.matchAll(/'([^']+)' "\$CLUSTER"/g)].map(([, expression]) => expression);
  const roles = ['admin', 'readOnly', 'alternate'];
  const read = new Set(
    [...expressions, ...byJq]
      .flatMap((expression) =>
        expression.includes('$role') ? roles.map((role) => expression.replace('$role', role)) : [expression],
      )
      .flatMap((expression) => expression.match(/(?:^|(?<=[ ([]))\.\w+(?:\.\w+)*/g) ?? []),
  );
  // Of a bundle, whose list is an argument.
  const ofBundles = new Set([...programs.matchAll(/\$1\[\$index\]\.(\w+)/g)].map(([, member]) => member));

  const secret = (name: string) => aws.Secret.fromArn(`arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`);
  const authority = 'arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/0123';
  const pem = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
  const keys = aws.ApiKeys.fromSecrets({
    admin: aws.Secret.fromArn(secret('admin').arn, { jsonField: 'key' }),
    readOnly: aws.Secret.fromArn(secret('read').arn, { jsonField: 'key' }),
    alternate: aws.Secret.fromArn(secret('next').arn, { jsonField: 'key' }),
  });
  const image = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/search/qdrant:v1.19.0-unprivileged';
  const bundles = [aws.CaBundle.fromPem(pem), aws.CaBundle.fromSecret(secret('ca')), aws.CaBundle.fromPrivateCa(authority)];
  const clientVerification = aws.ClientVerification.required(aws.CaBundle.fromPem(pem));
  const everything = { apiKeys: keys, image, trustedAuthorities: bundles, clientVerification };
  const kinds: Array<[string, aws.Tls]> = [
    ['clusterCa', aws.Tls.generated()],
    ['secret', aws.Tls.fromSecret(secret('tls'))],
    ['privateCa', aws.Tls.fromPrivateCa(authority)],
  ];
  const configs = kinds.map(([source, tls]) => ({ source, written: config({ ...everything, tls }) }));

  const has = (written: any, path: string) =>
    path
      .slice(1)
      .split('.')
      .reduce((value, member) => value?.[member], written) !== undefined;
  /** The members of each object, down to those that hold none. */
  const paths = (value: any, path: string): string[] =>
    value === null || typeof value !== 'object' || Array.isArray(value)
      ? [path]
      : Object.entries(value).flatMap(([member, inner]) => paths(inner, `${path}.${member}`));

  test('is there, for every kind of certificates, keys and bundles', () => {
    expect(read.size).toBeGreaterThan(20);
    for (const path of read) {
      const there = configs.filter(({ written }) => has(written, path)).length;
      // Which of them hold a member of `.tls` is up to its source, which the programs ask for first.
      if (path.startsWith('.tls.')) expect([path, there > 0]).toEqual([path, true]);
      else expect([path, there]).toEqual([path, configs.length]);
    }
    configs.forEach(({ source, written }) => expect(written.tls.source).toBe(source));
    for (const { written } of configs) {
      for (const bundle of [...written.trusted, ...written.clientCas]) {
        Object.keys(bundle).forEach((kind) => expect(ofBundles).toContain(kind));
      }
      expect(new Set(written.trusted.flatMap(Object.keys))).toEqual(ofBundles);
    }
  });

  test('is all of it, save what only makes another configuration of it', () => {
    const revisions = ['.keysRevision', '.bundlesRevision'];
    const unread = configs
      .flatMap(({ written }) => paths(written, ''))
      .filter(
        (path) => !read.has(path) && !revisions.includes(path) && ![...read].some((other) => path.startsWith(`${other}.`)),
      );
    expect([...new Set(unread)]).toEqual([]);
  });
});
