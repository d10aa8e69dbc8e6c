import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aws } from '../../lib';
import { ObservedCluster } from '../../lib/observed/found-cluster';
import { clustersIn, findingsOf } from '../../lib/observed/judge';
import { fromPlan, fromState, fromStateFile } from '../../lib/observed/readers/terraform-json';
import { AwsApi } from '../support/aws/api';
import { addNetwork } from '../support/aws/network';
import { describeWith } from '../support/programs';
import { TerraformRun } from '../support/terraform';

/** A listener in one line, with who reaches it: groups as what they are of, as ids are of each run. */
const linesOf = ({ facts }: ObservedCluster) =>
  facts.listeners
    .map(({ purpose, port, at, sources }) => {
      const names = sources.map(({ name, nodes }) => (nodes ? 'nodes' : name.replace(/^load balancer .*/, 'balancer')));
      return `${purpose} ${port} of ${at.replace(/^load balancer .*/, 'balancer')}: ${[...new Set(names)].sort().join(', ')}`;
    })
    .sort();

const REACH = [
  'REST 6333 of balancer: 10.30.0.0/16',
  'REST 6333 of nodes: 10.20.0.0/16, balancer, nodes',
  'gRPC 6334 of balancer: ',
  'gRPC 6334 of nodes: 2001:db8::/56, balancer',
  'health 6339 of nodes: balancer',
  'peer 6335 of nodes: nodes',
];

describeWith(['terraform', 'moto'], 'what the real Terraform plans and keeps of a cluster', () => {
  let api: AwsApi;
  let terraform: TerraformRun;

  beforeAll(async () => {
    api = await AwsApi.start();
    terraform = new TerraformRun(api.url);
    terraform.synth((stack) => {
      const { vpcId, subnetIds } = addNetwork(stack);
      const cluster = new aws.QdrantCluster(stack, 'Cluster', {
        network: aws.ClusterNetwork.fromSubnets({ vpcId, subnetIds, zoneCount: 3 }),
        instanceType: 'r7g.large',
        dataVolume: { sizeGib: 50 },
      });
      cluster.connections.allowRestFrom(aws.Peer.ipv4('10.20.0.0/16'));
      cluster.connections.allowGrpcFrom(aws.Peer.ipv6('2001:db8::/56'));
      cluster.addLoadBalancer('Front').connections.allowRestFrom(aws.Peer.ipv4('10.30.0.0/16'));
    });
    terraform.init();
  });
  afterAll(() => api?.stop());

  const only = (clusters: ObservedCluster[]) => {
    expect(clusters).toHaveLength(1);
    return clusters[0];
  };

  test('the plan: who reaches it is known, and what only an apply tells is unknown', () => {
    terraform.terraform(['plan', '-input=false', '-out=plan']);
    const cluster = only(clustersIn(fromPlan(terraform.planJson())));
    expect(linesOf(cluster)).toEqual(REACH);
    expect(cluster.facts.nodeCount).toBe(3);
    expect(cluster.unknown).toContain('the settings of the server: no user data tells them');
    expect(cluster.facts.listeners.find(({ port, at }) => port === 6333 && at === 'nodes')).toMatchObject({
      tls: undefined,
      apiKey: undefined,
    });
    expect(findingsOf(cluster)).toEqual([]);
  });

  test('the state: all of it is known, by its real ids', () => {
    terraform.apply();
    const shown = JSON.parse(terraform.terraform(['show', '-json']).output);
    const kept = JSON.parse(readFileSync(join(terraform.directory, 'terraform.tfstate'), 'utf8'));
    for (const cluster of [fromState(shown), fromStateFile(kept)].map((resources) => only(clustersIn(resources)))) {
      expect(linesOf(cluster)).toEqual(REACH);
      expect(cluster.unknown).toEqual([]);
      expect(cluster.facts.version!.version).toBe('1.19.0');
      expect(
        cluster.facts.listeners.filter(({ purpose }) => purpose !== 'health').every(({ tls, apiKey }) => tls && apiKey),
      ).toBe(true);
      expect(findingsOf(cluster)).toEqual([]);
    }
  });
});
