import { aws } from '../../lib';
import { nodeFiles, synthCluster } from '../support/synth';

const release = (...args: Parameters<typeof synthCluster>) => nodeFiles(synthCluster(...args)).release;

describe('the release tells the nodes', () => {
  test('when the cluster may be founded', () => {
    expect(release().founding).toEqual({
      time: expect.stringMatching(/^\$\{terraform_data\.\S+\.output\.time\}$/),
      minutes: 60,
    });
  });

  test('whether the server itself needs the role of its instance', () => {
    expect(release().server.usesInstanceRole).toBe(false);
    const settings = { additional: { 'storage.snapshots_config.snapshots_storage': 's3' } };
    expect(release({ settings }).server.usesInstanceRole).toBe(true);
  });

  test('where Qdrant itself serves REST, and how long a turn lasts', () => {
    expect(release()).toMatchObject({ restPort: 6333, guardedPorts: [], turnSeconds: 60 });
    expect(release({ rollingUpdate: { turnSeconds: 90 } }).turnSeconds).toBe(90);
  });

  test('to look for renewed certificates before they end', () => {
    const installer = (props: Partial<aws.QdrantClusterProps>) => nodeFiles(synthCluster(props)).installer;
    expect(installer({ rollingUpdate: { refreshHours: 24 } })).toContain('OnUnitActiveSec=24h\n');
    expect(installer({ tls: aws.Tls.generated({ validityDays: 3 }) })).toContain('OnUnitActiveSec=8h\n');
  });

  test('which registry of ECR they must log in to', () => {
    expect(release()).not.toHaveProperty('ecr');
    const image = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/search/qdrant:v1.19.0-unprivileged';
    const registry = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
    expect(release({ image }).ecr).toEqual({ registry, region: 'eu-central-1' });
  });

  test('whether a load balancer asks for their health, though it is added later', () => {
    expect(release().loadBalanced).toBe(false);
    expect(release({}, (cluster) => void cluster.addLoadBalancer('Front')).loadBalanced).toBe(true);
  });

  test.each([0, 1.5, -1])('no founding %d', (foundingGeneration) => {
    expect(() => synthCluster({ foundingGeneration })).toThrow(
      /foundingGeneration is .* Allowed: a whole number from 1 .* Instead: foundingGeneration: \d+/,
    );
  });
});
