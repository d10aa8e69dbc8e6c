import { TerraformStack } from 'cdktf';
import * as fc from 'fast-check';
import { aws, kubernetes, Listener } from '../../lib';
import { ClusterBase } from '../../lib/cluster/cluster-base';
import { clustersIn, findingsOf } from '../../lib/observed/judge';
import { ObservedCluster } from '../../lib/observed/found-cluster';
import { fromSynthesized } from '../../lib/observed/readers/synthesized';
import { runs, terraformOf } from '../support/properties';
import { addAwsCluster, addKubernetesCluster, awsOptions, kubernetesOptions } from '../support/random-clusters';

/** Names that differ by what a reader of resources cannot know: the id of a construct, and what a balancer is called. */
const plain = (name: string) => name.replace(/^load balancer .*$/, 'a load balancer').replace(/^the (nodes|pods)$/, 'nodes');

/** A listener in one line, with who reaches it and what protects it. */
function lineOf(listener: Listener): string {
  const { purpose, port, at, tls, apiKey, clientVerifiedBy, behindGuard, sources } = listener;
  const names = [...new Set(sources.map((source) => (source.nodes ? 'nodes' : `${plain(source.name)}`)))].sort();
  const isPublic = sources.some(({ anyAddress }) => anyAddress);
  const protection = { tls, apiKey, clientVerifiedBy: clientVerifiedBy && 'verified', behindGuard };
  return `${purpose} ${port} at ${plain(at)} from ${names.join(' & ')}${isPublic ? ' (public)' : ''} ${JSON.stringify(protection)}`;
}

/** What was meant, and what is read from what was synthesized. */
function meantAndObserved(add: (stack: TerraformStack) => unknown): {
  meant: ClusterBase['posture'];
  observed: ObservedCluster;
} {
  let stack: TerraformStack | undefined;
  const json = terraformOf((made) => {
    stack = made;
    add(made);
  });
  // Nobody is let in by what the library itself makes whom it was not told of.
  expect((stack!.node.findChild('Cluster') as ClusterBase).posture.undeclaredReach).toEqual([]);
  const { posture } = stack!.node.findChild('Cluster') as ClusterBase;
  const clusters = clustersIn(fromSynthesized([{ stack: 'vectors', json }]));
  expect(clusters).toHaveLength(1);
  return { meant: posture, observed: clusters[0] };
}

/** Services of a load balancer are no listeners of their own to the posture: they let nobody in whom the pods do not. */
const isService = ({ at }: Listener) => at.startsWith('LoadBalancer ');
const linesOf = (listeners: Listener[]) => listeners.map(lineOf).sort();

function expectTheSame({ meant, observed }: ReturnType<typeof meantAndObserved>): void {
  const { facts, unknown } = observed;
  expect(linesOf(facts.listeners.filter((listener) => !isService(listener)))).toEqual(linesOf(meant.listeners));
  expect(unknown).toEqual([]);
  const { version, nodeCount, clientVerification, protectedFromRemoval } = meant;
  expect({ ...facts, version: facts.version?.version }).toMatchObject({
    ...{ nodeCount, clientVerification, protectedFromRemoval },
    version: version!.version,
  });
  for (const path of ['service.enforce_internal_auth', 'telemetry_disabled', 'storage.collection.replication_factor']) {
    expect(facts.settings!.value(path)).toEqual(meant.settings!.value(path));
  }
  for (const service of facts.listeners.filter(isService)) {
    const pods = facts.listeners.find(({ purpose, behindGuard }) => purpose === service.purpose && !behindGuard)!;
    expect(pods.sources.map(({ name }) => name)).toEqual(expect.arrayContaining(service.sources.map(({ name }) => name)));
  }
  // The rules find the same in either, save for what only the code knows.
  const onlyCode = ['QDR025', 'QDR027', 'QDR040', 'QDR005'];
  const idsOf = (findings: Array<{ ruleId: string; what: string }>) =>
    findings
      .filter(({ ruleId }) => !onlyCode.includes(ruleId))
      .filter(({ what }) => !what.includes(' of LoadBalancer '))
      .map(({ ruleId }) => ruleId)
      .sort();
  expect(idsOf(findingsOf(observed))).toEqual(idsOf(meant.findings()));
}

/** Peers that are no ranges. */
const groups = fc.subarray([aws.Peer.securityGroup('sg-0a'), aws.Peer.securityGroup('sg-0b'), aws.Peer.prefixList('pl-0')]);
const { Peer } = kubernetes;
const pods = fc.subarray([
  Peer.namespace('app'),
  Peer.namespaces({ team: 'search', tier: 'web' }),
  Peer.pods({ labels: { app: 'a', 'app.kubernetes.io/name': 'qdrant' } }),
  Peer.pods({ labels: { app: 'a' }, namespace: 'b' }),
  Peer.pods({ labels: { app: 'a' }, namespaceLabels: { team: 'search' } }),
]);
const clusterOf = <T>(stack: TerraformStack) => stack.node.findChild('Cluster') as T;

test('on AWS: who reaches which listener, and what protects it, is read from what is synthesized as it was meant', () => {
  fc.assert(
    fc.property(awsOptions, groups, (drawn, peers) =>
      expectTheSame(
        meantAndObserved((stack) => {
          addAwsCluster(stack, drawn);
          const { connections } = clusterOf<aws.QdrantCluster>(stack);
          peers.forEach((peer) => connections.allowRestFrom(peer));
        }),
      ),
    ),
    runs(25),
  );
});

test('on Kubernetes: so it is', () => {
  fc.assert(
    fc.property(kubernetesOptions, pods, (drawn, peers) =>
      expectTheSame(
        meantAndObserved((stack) => {
          addKubernetesCluster(stack, drawn);
          const { connections } = clusterOf<kubernetes.QdrantCluster>(stack);
          peers.forEach((peer) => connections.allowRestFrom(peer));
        }),
      ),
    ),
    runs(25),
  );
});
