import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { TerraformStack } from 'cdktf';
import { aws } from '../../lib';
import { Resources } from '../../lib/observed/resources';
import { minimal, synthCluster } from '../support/synth';

/** How often is asked what values stand for, where so many clusters have a policy each. */
function asked(clusters: number): number {
  const spies = (['identityOfOne', 'filledIn'] as const).map((name) => jest.spyOn(Resources.prototype, name));
  synthCluster({}, (_, stack: TerraformStack) => {
    for (let index = 0; index < clusters; index++) {
      const cluster = new aws.QdrantCluster(stack, `Cluster${index}`, { ...minimal, clusterName: `another-${index}` });
      cluster.grantRead(aws.Grantee.role('search'));
      const statement = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: cluster.readOnlyKeySecretArn };
      new IamRolePolicy(stack, `Policy${index}`, { role: 'search', policy: JSON.stringify({ Statement: [statement] }) });
    }
  });
  return spies.map((spy) => spy.mock.calls.length).reduce((sum, calls) => sum + calls, 0);
}

afterEach(() => jest.restoreAllMocks());

test('each cluster more, and each policy, costs the same, however many there are already', () => {
  const [few, more, most] = [2, 4, 6].map((clusters) => {
    const calls = asked(clusters);
    jest.restoreAllMocks();
    return calls;
  });
  expect(more).toBeGreaterThan(few);
  expect(most - more).toBe(more - few);
});
