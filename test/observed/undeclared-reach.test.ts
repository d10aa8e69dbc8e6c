import { NetworkInterfaceSgAttachment } from '@cdktf/provider-aws/lib/network-interface-sg-attachment';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { SecurityGroupRule } from '@cdktf/provider-aws/lib/security-group-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Manifest } from '@cdktf/provider-kubernetes/lib/manifest';
import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { App, Aspects, TerraformResource, TerraformStack, TerraformVariable } from 'cdktf';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aws, kubernetes } from '../../lib';
import { minimal as onKubernetes, synthCluster as synthPods } from '../support/kubernetes/synth';
import { minimal as onAws, synthCluster } from '../support/synth';

/** A rule of the nodes' group that somebody adds by hand. */
const byHand = (cluster: aws.QdrantCluster, more: any) =>
  new VpcSecurityGroupIngressRule(cluster.node.scope!, 'ByHand', {
    securityGroupId: cluster.connections.securityGroupId,
    ...{ ipProtocol: 'tcp', fromPort: 6335, toPort: 6335, cidrIpv4: '0.0.0.0/0' },
    ...more,
  });
const oldRule = (cluster: aws.QdrantCluster, more: any) =>
  new SecurityGroupRule(cluster.node.scope!, 'ByHand', {
    securityGroupId: cluster.connections.securityGroupId,
    ...{ type: 'ingress', protocol: 'tcp', fromPort: 6000, toPort: 7000, cidrBlocks: ['10.0.0.0/8'] },
    ...more,
  });
const foundOf = (synthesize: () => unknown): string[] => {
  try {
    synthesize();
    return [];
  } catch (error) {
    return [...(error as Error).message.matchAll(/QDR005: the (.*?) is open to (.*?) by (.*?), which/g)].map(
      ([, listener, source]) => `${listener} from ${source}`,
    );
  }
};
const interfaceOf = (cluster: aws.QdrantCluster) =>
  cluster.nodes[0].node.findChild('NetworkInterface') as unknown as TerraformResource & { id: string };
const PEER = 'peer (port 6335) of nodes from';
const REST = 'REST (port 6333) of nodes from';

describe('AWS', () => {
  test.each<[string, (cluster: aws.QdrantCluster, stack: TerraformStack) => unknown, string[]]>([
    ['a rule for any address on 6335', (cluster) => byHand(cluster, {}), [`${PEER} 0.0.0.0/0`]],
    ['one of a port that nobody serves', (cluster) => byHand(cluster, { fromPort: 9100, toPort: 9100 }), []],
    ['one of UDP', (cluster) => byHand(cluster, { ipProtocol: 'udp' }), []],
    [
      'one of another group',
      (cluster, stack) => byHand(cluster, { securityGroupId: new SecurityGroup(stack, 'Other').id }),
      [],
    ],
    [
      'one from another group',
      (cluster) => byHand(cluster, { cidrIpv4: undefined, referencedSecurityGroupId: 'sg-0a' }),
      [`${PEER} sg-0a`],
    ],
    [
      'one from the nodes',
      (cluster) =>
        byHand(cluster, {
          cidrIpv4: undefined,
          referencedSecurityGroupId: cluster.connections.securityGroupId,
          ipProtocol: '-1',
        }),
      [],
    ],
    [
      'one that only Terraform knows',
      (cluster, stack) => byHand(cluster, { cidrIpv4: new TerraformVariable(stack, 'range', {}).stringValue }),
      [`${PEER} var.range`],
    ],
    [
      'every protocol',
      (cluster) => byHand(cluster, { ipProtocol: '-1', fromPort: undefined, toPort: undefined, cidrIpv4: '10.0.0.0/8' }),
      [`${REST} 10.0.0.0/8`, 'gRPC (port 6334) of nodes from 10.0.0.0/8', `${PEER} 10.0.0.0/8`],
    ],
    [
      'a range of ports, by the older resource',
      (cluster) => oldRule(cluster, {}),
      [`${REST} 10.0.0.0/8`, 'gRPC (port 6334) of nodes from 10.0.0.0/8', `${PEER} 10.0.0.0/8`],
    ],
    ['the older resource, from the group itself', (cluster) => oldRule(cluster, { cidrBlocks: undefined, self: true }), []],
    ['the older resource, on the way out', (cluster) => oldRule(cluster, { type: 'egress' }), []],
    [
      'an override of a rule that the library made',
      (cluster) => {
        cluster.connections.allowRestFrom(aws.Peer.ipv4('10.0.0.0/8'));
        const [rule] = cluster.connections.node.children as TerraformResource[];
        rule.addOverride('cidr_ipv4', '0.0.0.0/0');
      },
      [`${REST} 0.0.0.0/0`],
    ],
    [
      'rules in the group itself, by an override',
      (cluster) => {
        const group = cluster.node.findAll().find((child) => child instanceof SecurityGroup)!;
        group.addOverride('ingress', [{ from_port: 6335, to_port: 6335, protocol: 'tcp', cidr_blocks: ['10.0.0.0/8'] }]);
      },
      [`${PEER} 10.0.0.0/8`],
    ],
    [
      'an override of the stack',
      (cluster, stack) =>
        stack.addOverride('resource.aws_vpc_security_group_ingress_rule.raw', {
          ...{ ip_protocol: 'tcp', from_port: 6335, to_port: 6335, cidr_ipv4: '10.0.0.0/8' },
          security_group_id: cluster.connections.securityGroupId,
        }),
      [`${PEER} 10.0.0.0/8`],
    ],
    [
      'an Aspect',
      (_, stack) =>
        Aspects.of(stack).add({
          visit: (construct) =>
            construct instanceof VpcSecurityGroupIngressRule &&
            construct.node.id === 'PeerIn' &&
            construct.addOverride('cidr_ipv4', '10.0.0.0/8'),
        }),
      [`${PEER} 10.0.0.0/8`],
    ],
    [
      'another group of an interface, with rules of its own',
      (cluster, stack) => {
        const group = new SecurityGroup(stack, 'Other');
        byHand(cluster, { securityGroupId: group.id });
        const networkInterfaceId = interfaceOf(cluster).id;
        new NetworkInterfaceSgAttachment(stack, 'Attached', { networkInterfaceId, securityGroupId: group.id });
      },
      [`${PEER} 0.0.0.0/0`],
    ],
    [
      'a group of others, whose rules nobody knows',
      (cluster) => interfaceOf(cluster).addOverride('security_groups', [cluster.connections.securityGroupId, 'sg-0b']),
      [REST, 'gRPC (port 6334) of nodes from', PEER].map(
        (listener) => `${listener} whoever the security group sg-0b lets in, whose rules are not known here`,
      ),
    ],
    [
      'a rule of the load balancer',
      (cluster) => {
        const { securityGroupId } = cluster.addLoadBalancer('Front').connections;
        byHand(cluster, { securityGroupId, fromPort: 6333, toPort: 6334 });
      },
      ['REST (port 6333) of load balancer Front from 0.0.0.0/0', 'gRPC (port 6334) of load balancer Front from 0.0.0.0/0'],
    ],
    [
      'what was allowed, of every kind',
      (cluster, stack) => {
        const group = new SecurityGroup(stack, 'Clients');
        const front = cluster.addLoadBalancer('Front');
        for (const { connections } of [cluster, front]) {
          connections.allowRestFrom(aws.Peer.securityGroup(group.id));
          connections.allowRestFrom(aws.Peer.ipv4(new TerraformVariable(stack, `v${connections.node.addr}`, {}).stringValue));
          connections.allowGrpcFrom(aws.Peer.prefixList('pl-0'));
        }
        // The same, once more by hand.
        byHand(cluster, { fromPort: 6334, toPort: 6334, cidrIpv4: undefined, prefixListId: 'pl-0' });
      },
      [],
    ],
  ])('%s', (_what, change, expected) => {
    expect(foundOf(() => synthCluster({}, change))).toEqual(expected);
  });

  test('a metrics port that only Terraform knows is taken for no other', () => {
    const withMetrics = (port: (variable: number) => number) => () =>
      synthCluster({ metricsPort: 9153 }, () => {}) &&
      synthCluster({}, (_, stack) => {
        const metricsPort = new TerraformVariable(stack, 'port', {}).numberValue;
        const cluster = new aws.QdrantCluster(stack, 'Another', { ...onAws, clusterName: 'another', metricsPort });
        cluster.connections.allowMetricsFrom(aws.Peer.securityGroup('sg-0'));
        byHand(cluster, { fromPort: port(metricsPort), toPort: port(metricsPort), cidrIpv4: '10.0.0.0/8' });
      });
    expect(foundOf(withMetrics((port) => port))).toEqual([expect.stringMatching(/^metrics .* from 10\.0\.0\.0\/8$/)]);
    expect(foundOf(withMetrics(() => 22))).toEqual([]);
  });

  test('it can be accepted, and stands in the report then', () => {
    const stack = synthCluster({}, (cluster) => {
      byHand(cluster, {});
      cluster.acknowledge('QDR005', 'for a week, while the old cluster moves');
    });
    expect(stack.json['//'].qdrant['vectors/Cluster'].findings).toMatchObject([
      { ruleId: 'QDR005', acknowledgedBecause: 'for a week, while the old cluster moves' },
    ]);
  });

  test('findings() sees what was added since it was called', () => {
    synthCluster({}, (cluster) => {
      const found = () => cluster.posture.findings().filter(({ ruleId }) => ruleId === 'QDR005').length;
      expect(found()).toBe(0);
      byHand(cluster, {});
      expect(found()).toBe(1);
      cluster.acknowledge('QDR005', 'a test');
    });
  });

  test.each([
    ['before', ['Rules', 'Vectors']],
    ['after', ['Vectors', 'Rules']],
  ])('a rule in a stack that comes %s is seen, and what was allowed across stacks is', (_when, names) => {
    const synthesize = (change: (cluster: aws.QdrantCluster, other: TerraformStack) => void) => () => {
      const outdir = mkdtempSync(join(tmpdir(), 'synth-'));
      const app = new App({ outdir });
      const stacks = Object.fromEntries(names.map((name) => [name, new TerraformStack(app, name)]));
      Object.values(stacks).forEach((stack) => new AwsProvider(stack, 'Aws', { region: 'eu-west-1' }));
      change(new aws.QdrantCluster(stacks.Vectors, 'Cluster', { ...onAws, clusterName: 'vectors' }), stacks.Rules);
      try {
        app.synth();
      } finally {
        rmSync(outdir, { recursive: true });
      }
    };
    const rule = (cluster: aws.QdrantCluster, other: TerraformStack) =>
      new VpcSecurityGroupIngressRule(other, 'Rule', {
        securityGroupId: cluster.connections.securityGroupId,
        ...{ ipProtocol: 'tcp', fromPort: 6335, toPort: 6335, cidrIpv4: '10.0.0.0/8' },
      });
    expect(foundOf(synthesize(rule))).toEqual([`${PEER} 10.0.0.0/8`]);
    const byAspect = (cluster: aws.QdrantCluster, other: TerraformStack) => {
      const made = rule(cluster, other);
      made.cidrIpv4 = undefined as any;
      made.referencedSecurityGroupId = cluster.connections.securityGroupId;
      Aspects.of(other).add({ visit: (construct) => construct === made && made.addOverride('cidr_ipv4', '10.1.0.0/16') });
    };
    expect(foundOf(synthesize(byAspect))).toEqual([`${PEER} 10.1.0.0/16`]);
    const allowed = (cluster: aws.QdrantCluster, other: TerraformStack) =>
      cluster.connections.allowRestFrom(aws.Peer.securityGroup(new SecurityGroup(other, 'Clients').id));
    // A stack that refers to another and is referred to by it cannot be.
    expect(foundOf(synthesize(allowed))).toEqual([]);
  });
});

describe('Kubernetes', () => {
  const pods = { 'app.kubernetes.io/name': 'qdrant', 'app.kubernetes.io/instance': 'vectors-cluster' };
  const policy = (scope: TerraformStack, spec: any, namespace = 'search') =>
    new NetworkPolicyV1(scope, 'ByHand', {
      metadata: { name: 'by-hand', namespace },
      spec: { podSelector: { matchLabels: pods }, policyTypes: ['Ingress'], ...spec },
    });
  const onPort = (port?: string, more = {}) => [{ port, protocol: 'TCP', ...more }];
  const any = [{ ipBlock: { cidr: '10.0.0.0/8' } }];
  const restOfPods = 'REST (port 6333) of pods from';
  const peerOfPods = 'peer (port 6335) of pods from';
  const everyPort = (from: string) => [
    `${restOfPods} ${from}`,
    `gRPC (port 6334) of pods from ${from}`,
    `${peerOfPods} ${from}`,
  ];

  test.each<[string, (cluster: kubernetes.QdrantCluster, stack: TerraformStack) => unknown, string[]]>([
    [
      'a range on 6335',
      (_, stack) => policy(stack, { ingress: [{ from: any, ports: onPort('6335') }] }),
      [`${peerOfPods} 10.0.0.0/8`],
    ],
    [
      'a port by its name',
      (_, stack) => policy(stack, { ingress: [{ from: any, ports: onPort('peer') }] }),
      [`${peerOfPods} 10.0.0.0/8`],
    ],
    ['a name that no port has', (_, stack) => policy(stack, { ingress: [{ from: any, ports: onPort('ssh') }] }), []],
    [
      'ports from one to another',
      (_, stack) => policy(stack, { ingress: [{ from: any, ports: onPort('6334', { endPort: 6400 }) }] }),
      ['gRPC (port 6334) of pods from 10.0.0.0/8', `${peerOfPods} 10.0.0.0/8`],
    ],
    ['everyone, on every port', (_, stack) => policy(stack, { ingress: [{}] }), everyPort('anywhere')],
    ['nobody', (_, stack) => policy(stack, { ingress: [] }), []],
    ['UDP', (_, stack) => policy(stack, { ingress: [{ from: any, ports: [{ port: '6335', protocol: 'UDP' }] }] }), []],
    ['pods of another namespace', (_, stack) => policy(stack, { ingress: [{ from: any }] }, 'other'), []],
    ['other pods', (_, stack) => policy(stack, { podSelector: { matchLabels: { app: 'web' } }, ingress: [{}] }), []],
    [
      'all pods of the namespace',
      (_, stack) => policy(stack, { podSelector: {}, ingress: [{ from: any }] }),
      everyPort('10.0.0.0/8'),
    ],
    [
      'pods by an expression',
      (_, stack) =>
        policy(stack, {
          podSelector: { matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: ['qdrant', 'x'] }] },
          ingress: [{ from: [{ namespaceSelector: {} }], ports: onPort('6333') }],
        }),
      [`${restOfPods} every namespace`],
    ],
    ['the pods themselves', (_, stack) => policy(stack, { ingress: [{ from: [{ podSelector: { matchLabels: pods } }] }] }), []],
    [
      'the same labels in every namespace',
      (_, stack) =>
        policy(stack, {
          ingress: [{ from: [{ podSelector: { matchLabels: pods }, namespaceSelector: {} }], ports: onPort('6335') }],
        }),
      [`${peerOfPods} pods app.kubernetes.io/name=qdrant,app.kubernetes.io/instance=vectors-cluster of every namespace`],
    ],
    [
      'a manifest',
      (_, stack) =>
        new Manifest(stack, 'ByHand', {
          manifest: {
            apiVersion: 'networking.k8s.io/v1',
            kind: 'NetworkPolicy',
            metadata: { name: 'by-hand', namespace: 'search' },
            spec: { podSelector: {}, ingress: [{ from: any, ports: [{ port: 6335 }] }] },
          },
        }),
      [`${peerOfPods} 10.0.0.0/8`],
    ],
    [
      'policies that are moved away',
      (cluster) =>
        cluster.node
          .findAll()
          .filter((child) => child instanceof NetworkPolicyV1)
          .forEach((made) => made.addOverride('metadata.namespace', 'elsewhere')),
      everyPort('whoever reaches pods, as no NetworkPolicy selects these'),
    ],
    [
      'the network of the machines',
      (cluster) =>
        (cluster.node.findChild('Nodes').node.defaultChild as TerraformResource).addOverride(
          'spec.template.spec.host_network',
          true,
        ),
      everyPort('whoever reaches the machines of the pods (hostNetwork), for whom no NetworkPolicy holds'),
    ],
    [
      'a policy of another Kubernetes cluster',
      (_, stack) => {
        const provider = new KubernetesProvider(stack, 'Elsewhere', { alias: 'elsewhere', configContext: 'elsewhere' });
        policy(stack, { ingress: [{}] }).provider = provider;
      },
      [],
    ],
    [
      'what was allowed, of every kind',
      (cluster, stack) => {
        const { Peer } = kubernetes;
        cluster.connections.allowRestFrom(Peer.namespace('app'));
        cluster.connections.allowRestFrom(Peer.namespaces({ team: 'search', tier: 'web' }));
        cluster.connections.allowGrpcFrom(Peer.pods({ labels: { app: 'a' }, namespace: 'b' }));
        cluster.connections.allowGrpcFrom(Peer.pods({ labels: { app: 'a' } }));
        cluster.connections.allowGrpcFrom(Peer.ipv6('2001:db8::/56'));
        cluster.connections.allowGrpcFrom(Peer.ipv4(new TerraformVariable(stack, 'range', {}).stringValue));
        cluster.connections.allowGrpcFrom(Peer.namespace(new TerraformVariable(stack, 'namespace', {}).stringValue));
      },
      [],
    ],
  ])('%s', (_what, change, expected) => {
    expect(foundOf(() => synthPods({ clusterName: 'vectors-cluster' }, change))).toEqual(expected);
  });

  test('an imported cluster is of others, who declare nothing here', () => {
    expect(
      foundOf(() =>
        synthPods({}, (_, stack) => {
          kubernetes.QdrantCluster.fromClusterAttributes(stack, 'Imported', { clusterName: 'imported', namespace: 'search' });
          policy(stack, { podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'imported' } }, ingress: [{}] });
        }),
      ),
    ).toEqual([]);
    expect(onKubernetes.namespace).toBe('search');
  });
});
