import * as fc from 'fast-check';
import { aws, kubernetes } from '../../lib';
import { minimal as onKubernetes, synthKubernetes } from '../support/kubernetes/synth';
import { runs } from '../support/properties';
import { minimal as onAws, synth, SynthesizedStack } from '../support/synth';

/** Names of which one begins with another, or with what the library appends to another, or is the default name of an id (`Abc` in the stack `vectors`). */
const clusterName = fc.oneof(
  fc.constantFrom('vectors-abc', 'vectors-abc-node-0', 'ab-c'),
  fc
    .constantFrom(
      '',
      '-eu',
      '-node',
      '-node-0',
      '-qdrant',
      '-admin',
      '-ca',
      '-cluster',
      '-programs',
      '-rollout',
      '-base',
      '-peers',
      '-tls',
      '-0',
    )
    .map((end) => `abc${end}`),
);
const clusterId = fc.constantFrom('abc', 'Abc', 'ABC', 'abc-', 'a.bc', 'abc-node-0', 'abc-eu');
const balancerId = fc.constantFrom(
  ...[
    'front',
    'Front',
    'FRONT',
    'front-',
    'front_',
    'front.x',
    'front-x',
    'é',
    'e\u0301',
    'node-0',
    'Node-0',
    'Node_0',
    'node-7',
  ],
  ...['front-d99be6affad0', 'abc', 'abc-eu', 'vectors-abc'],
);
/** Two clusters, each with a name or the default one. */
const twoClusters = fc.uniqueArray(
  fc.record({
    id: clusterId,
    name: fc.option(clusterName, { nil: undefined }),
    balancers: fc.uniqueArray(balancerId, { maxLength: 3 }),
  }),
  { selector: ({ id }) => id, minLength: 2, maxLength: 2 },
);
const twice = (names: string[]) => names.filter((name, index) => names.indexOf(name) !== index);

/** What is synthesized, or nothing where it is refused by an error that says what to do. */
function unlessRefused<T>(synthesize: () => T): T | undefined {
  try {
    return synthesize();
  } catch (error) {
    expect((error as Error).message).toMatch(/Allowed: .*Instead: |Give each a .* of its own/s);
    return undefined;
  }
}

/** What AWS has once: what a prefix begins gets an end of its own there. */
function namesOnAws(stack: SynthesizedStack): string[] {
  const record = ({ zone_id, name, type }: any) => `record ${zone_id} ${name} ${type}`;
  const zone = ({ name, vpc }: any) => `zone ${name} ${JSON.stringify(vpc)}`;
  const node = ({ tags }: any) => `node ${tags.QdrantClusterId} ${tags.QdrantNode}`;
  const ofName = [
    'aws_ssm_document',
    'aws_lb',
    'aws_lb_target_group',
    'aws_security_group',
    'aws_iam_role',
    'aws_secretsmanager_secret',
  ];
  return [
    ...stack.resources('aws_route53_record').map(record),
    ...stack.resources('aws_route53_zone').map(zone),
    ...stack.resources('aws_instance').map(node),
    ...ofName.flatMap((type) =>
      stack
        .resources(type)
        .filter(({ name }) => name !== undefined)
        .map(({ name }) => `${type} ${name}`),
    ),
  ];
}

test('two clusters of near-equal names in one VPC, and their load balancers, have names of their own, or an error says what to do', () => {
  const names = fc.constantFrom<aws.NodeNames | undefined>(undefined, aws.NodeNames.existingZone('Z1', 'example.com'));
  let made = 0;
  fc.assert(
    fc.property(twoClusters, names, (given, nodeNames) => {
      const { vpcId, subnetIds } = onAws.network;
      const network = aws.ClusterNetwork.fromSubnets({ vpcId, subnetIds, nodeNames });
      const stack = unlessRefused(() =>
        synth((scope) => {
          for (const { id, name, balancers } of given) {
            const cluster = new aws.QdrantCluster(scope, id, { ...onAws, network, clusterName: name, nodeCount: 1 });
            balancers.forEach((balancer) => cluster.addLoadBalancer(balancer));
          }
        }),
      );
      if (!stack) return;
      made++;
      expect(twice(namesOnAws(stack))).toEqual([]);
      expect(stack.resources('aws_lb')).toHaveLength(given.flatMap(({ balancers }) => balancers).length);
    }),
    runs(20),
  );
  expect(made).toBeGreaterThan(0);
});

test('two clusters of near-equal names in one namespace have objects of their own, or an error says what to do', () => {
  let made = 0;
  fc.assert(
    fc.property(twoClusters, (given) => {
      const stack = unlessRefused(() =>
        synthKubernetes((scope) => {
          for (const { id, name } of given) {
            new kubernetes.QdrantCluster(scope, id, { ...onKubernetes, clusterName: name, nodeCount: 1 });
          }
        }),
      );
      if (!stack) return;
      made++;
      expect(twice(stack.objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`))).toEqual([]);
    }),
    runs(20),
  );
  expect(made).toBeGreaterThan(0);
});
