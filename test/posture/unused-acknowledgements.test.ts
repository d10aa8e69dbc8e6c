import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { App, Aspects, TerraformStack } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { Acknowledgements, aws, kubernetes, ListenerPurpose, Posture, QdrantVersion, ResolvedSettings } from '../../lib';
import { publicWithoutClientCertificate } from '../../lib/posture/rules/public-without-client-certificate';
import { minimal as onKubernetes } from '../support/kubernetes/synth';
import { clusterName, minimal, synthCluster } from '../support/synth';
import { warningsOf } from '../support/warnings';

const WHY = 'a public demo';

/** A cluster of which all is known, and no rule has anything to say. */
function closed(scope: IConstruct, id: string): Posture {
  const version = QdrantVersion.DEFAULT;
  return new Posture(new Construct(scope, id), {
    ...{ version, nodeCount: 1, clientVerification: false, protectedFromRemoval: true },
    ...{ clusterName: 'vectors', clusterNameGiven: true },
    settings: ResolvedSettings._resolve('Cluster', version, { 'service.enforce_internal_auth': true }, {}),
  });
}

/** One of which QDR003 warns. */
function open(scope: IConstruct, id: string): Posture {
  const posture = closed(scope, id);
  posture
    .addListener({ purpose: ListenerPurpose.REST, port: 6333, at: 'nodes', tls: true, apiKey: true })
    .addSource({ name: '0.0.0.0/0', anyAddress: true });
  return posture;
}

/** A part of a stack, which is in an app beside another. */
function placesIn(app: App) {
  const stack = new TerraformStack(app, 'search');
  return { app, stack, part: new Construct(stack, 'Part'), other: new TerraformStack(app, 'other') };
}

type Places = ReturnType<typeof placesIn>;
const unusedIn = (build: (places: Places) => void) =>
  warningsOf((app) => build(placesIn(app))).filter((warning) => warning.includes('QDR050'));
const unusedAt = (path: string, ruleId = 'QDR003') =>
  expect.stringMatching(
    new RegExp(
      `^\\w+: @cdktf/warn \\[${path}\\] QDR050: the acknowledgement of ${ruleId} \\("${WHY}"\\) silences nothing\\. .* Fix: `,
    ),
  );

describe('an acknowledgement', () => {
  test.each([
    ['app', 'App'],
    ['stack', 'search'],
    ['part', 'search/Part'],
  ] as const)('on the %s that no cluster below needs is a warning there, once', (at, path) => {
    const unused = (needed: boolean) =>
      unusedIn(({ [at]: scope, part }) => {
        closed(part, 'One');
        (needed ? open : closed)(part, 'Two');
        Acknowledgements.of(scope).add('QDR003', WHY);
      });
    expect(unused(false)).toEqual([unusedAt(path)]);
    expect(unused(true)).toEqual([]);
  });

  test('of a finding that only a cluster elsewhere has is one', () => {
    const unused = unusedIn(({ stack, part, other }) => {
      closed(part, 'Closed');
      open(stack, 'Beside').acknowledge('QDR003', 'its own');
      open(other, 'Elsewhere');
      Acknowledgements.of(part).add('QDR003', WHY);
    });
    expect(unused).toEqual([unusedAt('search/Part')]);
  });

  test('of another rule than that of the finding is one, and beside it the right one is not', () => {
    const unused = unusedIn(({ part, stack }) => {
      open(part, 'Cluster');
      Acknowledgements.of(stack).add('QDR004', WHY);
      Acknowledgements.of(stack).add('QDR003', WHY);
    });
    expect(unused).toEqual([unusedAt('search', 'QDR004')]);
  });

  test('around one that is nearer is used', () => {
    const unused = unusedIn(({ app, stack, part }) => {
      open(part, 'Cluster').acknowledge('QDR003', 'nearest');
      for (const scope of [part, stack, app]) Acknowledgements.of(scope).add('QDR003', WHY);
    });
    expect(unused).toEqual([]);
  });

  test('on what has no cluster is one', () => {
    const unused = unusedIn(({ app, other, part }) => {
      for (const scope of [app, other, part]) Acknowledgements.of(scope).add('QDR003', WHY);
    });
    expect(unused.sort()).toEqual(['other', 'App', 'search/Part'].map((path) => unusedAt(path)));
  });

  test('is shown with its stack; around the stacks with one below, or with any', () => {
    const unused = unusedIn(({ app, other }) => {
      const [apart, around] = ['Apart', 'Around'].map((id) => new Construct(app, id));
      new TerraformStack(around, 'within');
      for (const scope of [new Construct(other, 'Part'), apart, around]) Acknowledgements.of(scope).add('QDR003', WHY);
    });
    expect(unused.map((warning) => warning.split(' QDR050')[0]).sort()).toEqual([
      'other: @cdktf/warn [other/Part]',
      'search: @cdktf/warn [Apart]',
      'within: @cdktf/warn [Around]',
    ]);
  });

  test('is not said to end soon, where it is of no use before', () => {
    const until = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    const warnings = (needed: boolean) =>
      warningsOf((app) => (needed ? open : closed)(placesIn(app).part, 'One').acknowledge('QDR003', WHY, { until }));
    expect(warnings(false)).toEqual([unusedAt('search/Part/One')]);
    expect(warnings(true)).toEqual([expect.stringContaining('QDR003 is accepted until')]);
  });

  test('that is over is one only where the finding is gone', () => {
    const unused = (needed: boolean) =>
      unusedIn(({ part }) => (needed ? open : closed)(part, 'One').acknowledge('QDR003', WHY, { until: '2020-01-01' }));
    expect(unused(true)).toEqual([]);
    expect(unused(false)).toEqual([unusedAt('search/Part/One')]);
  });

  test('of this very finding silences it, and needs none itself', () => {
    const unused = unusedIn(({ app, stack, part, other }) => {
      closed(part, 'Cluster').acknowledge('QDR003', WHY);
      Acknowledgements.of(part).add('QDR004', WHY);
      Acknowledgements.of(stack).add('QDR050', 'one set of acknowledgements for production and tests');
      const used = open(other, 'Cluster');
      used.acknowledge('QDR003', WHY);
      used.acknowledge('QDR050', 'nothing is unused here');
      Acknowledgements.of(app).add('QDR004', WHY);
    });
    expect(unused).toEqual([unusedAt('App', 'QDR004')]);
  });

  test('of what only an Aspect brings is used', () => {
    const unused = unusedIn(({ stack, part }) => {
      const posture = closed(part, 'Cluster');
      Acknowledgements.of(stack).add('QDR026', WHY);
      posture.acknowledge('QDR026', WHY);
      const last = new Construct(stack, 'Last');
      Aspects.of(last).add({ visit: () => posture._unprotectNode(0) });
    });
    expect(unused).toEqual([]);
  });

  test.each([
    [true, []],
    [false, [unusedAt('vectors/Cluster', 'QDR005')]],
  ])('of what the Aspect of a later stack opens (%p) is judged after that', (opens, expected) => {
    const unused = warningsOf((app) => {
      const [stack, later] = ['vectors', 'later'].map((name) => new TerraformStack(app, name));
      for (const each of [stack, later]) new AwsProvider(each, 'Aws', { region: 'eu-west-1' });
      const cluster = new aws.QdrantCluster(stack, 'Cluster', { ...minimal, clusterName });
      cluster.acknowledge('QDR005', WHY);
      const { securityGroupId } = cluster.connections;
      const rule = new VpcSecurityGroupIngressRule(later, 'Rule', {
        ...{ securityGroupId, ipProtocol: 'tcp', fromPort: 6335, toPort: 6335 },
        referencedSecurityGroupId: securityGroupId,
      });
      const visit = (construct: IConstruct) => opens && construct === rule && rule.addOverride('cidr_ipv4', '10.1.0.0/16');
      Aspects.of(later).add({ visit });
    });
    expect(unused).toEqual(expected);
  });
});

test('of a cluster its report lists what it accepts for nothing', () => {
  const report = (isPublic: boolean) =>
    synthCluster({}, (cluster) => {
      cluster.acknowledge('QDR003', WHY);
      if (isPublic) cluster.connections.allowRestFrom(aws.Peer.anyIpv4());
    }).json['//'].qdrant['vectors/Cluster'].findings;
  expect(report(false)).toMatchObject([{ ruleId: 'QDR050', severity: 'warning', what: expect.stringContaining(WHY) }]);
  expect(report(true)).toMatchObject([{ ruleId: 'QDR003', acknowledgedBecause: WHY }]);
});

const onAws = {
  make: (stack: TerraformStack) => new aws.QdrantCluster(stack, 'Made', { ...minimal, clusterName }),
  take: (stack: TerraformStack) =>
    aws.QdrantCluster.fromClusterAttributes(stack, 'Taken', { host: 'a.b', securityGroupId: 'sg-0123456789abcdef0' }),
};
const onPods = {
  make: (stack: TerraformStack) => new kubernetes.QdrantCluster(stack, 'Made', { ...onKubernetes, clusterName }),
  take: (stack: TerraformStack) =>
    kubernetes.QdrantCluster.fromClusterAttributes(stack, 'Taken', { clusterName: 'taken', namespace: 'search' }),
};

describe.each([
  ['AWS', onAws],
  ['Kubernetes', onPods],
])('on %s', (_, { make, take }) => {
  const unused = (...clusters: Array<(stack: TerraformStack) => aws.IQdrantCluster | kubernetes.IQdrantCluster>) =>
    unusedIn(({ stack, app }) => {
      new AwsProvider(stack, 'Aws');
      new KubernetesProvider(stack, 'Kubernetes');
      for (const cluster of clusters) cluster(stack).acknowledge('QDR020', WHY);
      Acknowledgements.of(app).add('QDR020', WHY);
    });

  test('a cluster that is made here is known well enough to say so', () => {
    expect(unused(make).sort()).toEqual([unusedAt('App', 'QDR020'), unusedAt('search/Made', 'QDR020')]);
  });

  test('one that is imported is not, nor what is around it', () => {
    expect(unused(make, take)).toEqual([unusedAt('search/Made', 'QDR020')]);
  });
});

test('what it costs grows as the clusters do', () => {
  const checksOf = (count: number) => {
    const check = jest.spyOn(publicWithoutClientCertificate, 'check');
    unusedIn(({ app, stack, part }) => {
      for (let index = 0; index < count; index++) closed(part, `Cluster${index}`).acknowledge('QDR003', WHY);
      for (const scope of [app, stack, part]) Acknowledgements.of(scope).add('QDR003', WHY);
    });
    const { length } = check.mock.calls;
    check.mockRestore();
    return length;
  };
  expect(checksOf(40)).toBeLessThanOrEqual(2 * checksOf(20));
});
