import { Instance } from '@cdktf/provider-aws/lib/instance';
import { NetworkInterface } from '@cdktf/provider-aws/lib/network-interface';
import { NetworkInterfaceAttachmentA } from '@cdktf/provider-aws/lib/network-interface-attachment';
import { NetworkInterfaceSgAttachment } from '@cdktf/provider-aws/lib/network-interface-sg-attachment';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import {
  App,
  Aspects,
  Fn,
  TerraformElement,
  TerraformIterator,
  TerraformLocal,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
} from 'cdktf';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aws, kubernetes } from '../../lib';
import { minimal as onKubernetes } from '../support/kubernetes/synth';
import { minimal as onAws } from '../support/synth';

/** Two stacks of one app, the cluster in the first: what is found when it is synthesized, or another error. */
function foundIn<T>(
  first: (stack: TerraformStack) => T,
  change: (cluster: T, stack: TerraformStack, other: TerraformStack) => unknown,
) {
  const outdir = mkdtempSync(join(tmpdir(), 'synth-'));
  try {
    const app = new App({ outdir });
    const stacks = ['vectors', 'other'].map((id) => new TerraformStack(app, id));
    for (const stack of stacks) {
      new AwsProvider(stack, 'Aws', { region: 'eu-west-1' });
      new KubernetesProvider(stack, 'Kubernetes', { configPath: '~/.kube/config' });
    }
    change(first(stacks[0]), stacks[0], stacks[1]);
    app.synth();
    return [];
  } catch (error) {
    const { message } = error as Error;
    if (!message.includes('QDR005')) throw error;
    return [
      ...message.matchAll(
        /QDR005: the (.*?) \(port \d+\) of (?:nodes|pods|load balancer Front) is open to (.*?) by (.*?), which/g,
      ),
    ].map(([, listener, source]) => `${listener} from ${source}`);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const overrideOfStack = (stack: TerraformStack, element: TerraformElement, path: string, value: unknown) =>
  stack.addOverride(
    `resource.${(element as TerraformResource).terraformResourceType}.${element.friendlyUniqueId}.${path}`,
    value,
  );

describe('AWS', () => {
  const rule = (scope: TerraformStack, cluster: aws.QdrantCluster, more: object = {}) =>
    new VpcSecurityGroupIngressRule(scope, 'ByHand', {
      securityGroupId: cluster.connections.securityGroupId,
      ...{ ipProtocol: 'tcp', fromPort: 6333, toPort: 6333, ...more },
    });
  const open = { fromPort: 6335, toPort: 6335, cidrIpv4: '10.0.0.0/8' };
  const inline = { from_port: 6335, to_port: 6335, protocol: 'tcp' };
  const openGroup = (stack: TerraformStack) =>
    new SecurityGroup(stack, 'Open', {
      ingress: [{ fromPort: 6335, toPort: 6335, protocol: 'tcp', cidrBlocks: ['10.0.0.0/8'] }],
    });
  const instanceOf = (cluster: aws.QdrantCluster) => cluster.nodes[0].node.defaultChild as Instance;
  const imported = (stack: TerraformStack, cluster: aws.QdrantCluster) =>
    aws.QdrantCluster.fromClusterAttributes(stack, 'Imported', {
      host: 'vectors.internal',
      securityGroupId: cluster.connections.securityGroupId,
    });

  test.each<[string, (cluster: aws.QdrantCluster, stack: TerraformStack, other: TerraformStack) => unknown, string[]]>([
    [
      'what another stack allows, which imports the cluster',
      (cluster, _, other) => imported(other, cluster).connections.allowRestFrom(aws.Peer.ipv4('10.7.0.0/16')),
      [],
    ],
    [
      'a rule of another group that is an item of a list',
      (cluster, stack) => {
        const others = ['One', 'Two'].map((id) => new SecurityGroup(stack, id).id);
        rule(stack, cluster, { securityGroupId: Fn.element(others, 0), ...open });
      },
      [],
    ],
    [
      'that, by hand and to another port',
      (cluster, _, other) => {
        imported(other, cluster).connections.allowRestFrom(aws.Peer.ipv4('10.7.0.0/16'));
        rule(other, cluster, { fromPort: 6335, toPort: 6335, cidrIpv4: '10.7.0.0/16' });
      },
      ['peer from 10.7.0.0/16'],
    ],
    [
      'what another cluster allows at its peer',
      (cluster, stack) =>
        new aws.QdrantCluster(stack, 'Another', { ...onAws, clusterName: 'another' }).connections.allowTo(
          aws.Peer.securityGroup(cluster.connections.securityGroupId),
          6333,
          { alsoAllowAtPeer: true },
        ),
      [],
    ],
    [
      'an override of the stack that adds a tag to the group',
      (cluster, stack) =>
        stack.node
          .findAll()
          .filter((child): child is TerraformResource => TerraformResource.isTerraformResource(child))
          .filter(({ terraformResourceType }) => terraformResourceType === 'aws_vpc_security_group_ingress_rule')
          .forEach((made) => overrideOfStack(stack, made, 'tags.team', 'search')) ?? cluster,
      [],
    ],
    [
      'an override of the stack that widens a rule in one argument',
      (cluster, stack) => {
        cluster.connections.allowRestFrom(aws.Peer.ipv4('10.0.0.0/16'));
        const [made] = cluster.connections.node.children as TerraformResource[];
        overrideOfStack(stack, made, 'to_port', 6334);
      },
      ['gRPC from 10.0.0.0/16'],
    ],
    [
      'a part of a range that was allowed, and one of any address, however written',
      (cluster, stack) => {
        cluster.connections.allowRestFrom(aws.Peer.ipv4('10.20.0.0/16'));
        cluster.connections.allowRestFrom(aws.Peer.ipv6('2001:db8::/56'));
        rule(stack, cluster, { cidrIpv4: '10.20.1.0/24' });
        new VpcSecurityGroupIngressRule(stack, 'Six', {
          securityGroupId: cluster.connections.securityGroupId,
          ...{ ipProtocol: 'tcp', fromPort: 6333, toPort: 6333, cidrIpv6: '2001:DB8:0::/56' },
        });
      },
      [],
    ],
    [
      'more than a range that was allowed',
      (cluster, stack) => {
        cluster.connections.allowRestFrom(aws.Peer.ipv4('10.20.0.0/16'));
        rule(stack, cluster, { cidrIpv4: '10.20.0.0/15' });
      },
      ['REST from 10.20.0.0/15'],
    ],
    [
      'a rule of a port that a variable holds, which is another by default',
      (cluster, stack) => {
        const port = new TerraformVariable(stack, 'ssh', { type: 'number', default: 22 }).numberValue;
        rule(stack, cluster, { fromPort: port, toPort: port, cidrIpv4: '10.0.0.0/8' });
      },
      [],
    ],
    [
      'a port of a variable that is Qdrant’s by default',
      (cluster, stack) => {
        const port = new TerraformVariable(stack, 'port', { type: 'number', default: 6335 }).numberValue;
        rule(stack, cluster, { fromPort: port, toPort: port, cidrIpv4: '10.0.0.0/8' });
      },
      ['peer from 10.0.0.0/8'],
    ],
    ['a rule that is made no times', (cluster, stack) => rule(stack, cluster, { cidrIpv4: '10.0.0.0/8', count: 0 }), []],
    [
      'a rule that is made as often as a variable says',
      (cluster, stack) =>
        rule(stack, cluster, { cidrIpv4: '10.0.0.0/8', count: new TerraformVariable(stack, 'debug', {}).numberValue }),
      ['REST from 10.0.0.0/8'],
    ],
    [
      'what an Aspect opens after another has asked for findings',
      (cluster, stack) => {
        Aspects.of(cluster).add({ visit: (construct) => construct === cluster && cluster.posture.findings() });
        const made = rule(stack, cluster, { fromPort: 22, toPort: 22, cidrIpv4: '10.0.0.0/8' });
        Aspects.of(made).add({ visit: () => made.addOverride('from_port', 22) ?? made.addOverride('to_port', 6333) });
      },
      ['REST from 10.0.0.0/8'],
    ],
    [
      'a rule whose group is reached by a local',
      (cluster, _, other) =>
        rule(other, cluster, {
          ...open,
          securityGroupId: new TerraformLocal(other, 'group', cluster.connections.securityGroupId).asString,
        }),
      ['peer from 10.0.0.0/8'],
    ],
    [
      'a rule whose group is reached by a function',
      (cluster, stack) =>
        rule(stack, cluster, { ...open, securityGroupId: Fn.coalesce([cluster.connections.securityGroupId, '']) }),
      ['peer from 10.0.0.0/8'],
    ],
    [
      'a rule for each of several groups',
      (cluster, stack) => {
        const forEach = TerraformIterator.fromList([cluster.connections.securityGroupId]);
        rule(stack, cluster, { ...open, forEach, securityGroupId: forEach.value });
      },
      ['peer from 10.0.0.0/8'],
    ],
    [
      'a rule for each of several other groups',
      (cluster, stack) => {
        const forEach = TerraformIterator.fromList([new SecurityGroup(stack, 'Group').id]);
        rule(stack, cluster, { ...open, forEach, securityGroupId: forEach.value });
      },
      [],
    ],
    [
      'blocks that Terraform makes one by one',
      (cluster) =>
        cluster.node
          .findAll()
          .find((child): child is SecurityGroup => child instanceof SecurityGroup)!
          .addOverride('dynamic', {
            ingress: { for_each: ['10.0.0.0/8'], content: { ...inline, cidr_blocks: ['${ingress.value}'] } },
          }),
      ['peer from ingress.value'],
    ],
    [
      'a group that is attached to what an instance calls its interface',
      (cluster, stack) =>
        new NetworkInterfaceSgAttachment(stack, 'Attached', {
          networkInterfaceId: instanceOf(cluster).primaryNetworkInterfaceId,
          securityGroupId: openGroup(stack).id,
        }),
      ['peer from 10.0.0.0/8'],
    ],
    [
      'a group that is attached to each interface',
      (cluster, stack) => {
        const { id } = cluster.nodes[0].node.findChild('NetworkInterface') as unknown as NetworkInterface;
        const forEach = TerraformIterator.fromList([id]);
        const networkInterfaceId = forEach.value;
        new NetworkInterfaceSgAttachment(stack, 'Attached', {
          forEach,
          networkInterfaceId,
          securityGroupId: openGroup(stack).id,
        });
      },
      ['peer from 10.0.0.0/8'],
    ],
    [
      'a further interface of a node',
      (cluster, stack) => {
        const attachment = [{ instance: instanceOf(cluster).id, deviceIndex: 1 }];
        new NetworkInterface(stack, 'Second', { subnetId: 'subnet-1', securityGroups: [openGroup(stack).id], attachment });
      },
      ['peer from 10.0.0.0/8'],
    ],
    [
      'a further interface of a node, by an attachment',
      (cluster, stack) => {
        const second = new NetworkInterface(stack, 'Second', { subnetId: 'subnet-1', securityGroups: [openGroup(stack).id] });
        const ids = { instanceId: instanceOf(cluster).id, networkInterfaceId: second.id };
        new NetworkInterfaceAttachmentA(stack, 'Attached', { ...ids, deviceIndex: 1 });
      },
      ['peer from 10.0.0.0/8'],
    ],
    [
      'another interface in an override of a node',
      (cluster, stack) => {
        const second = new NetworkInterface(stack, 'Second', { subnetId: 'subnet-1', securityGroups: [openGroup(stack).id] });
        instanceOf(cluster).addOverride('network_interface', [{ device_index: 0, network_interface_id: second.id }]);
      },
      ['peer from 10.0.0.0/8'],
    ],
    [
      'another group of the load balancer',
      (cluster, stack) => {
        const front = cluster.addLoadBalancer('Front');
        const balancer = front.node.findChild('LoadBalancer') as TerraformResource;
        const group = new SecurityGroup(stack, 'Open', {
          ingress: [{ fromPort: 6333, toPort: 6333, protocol: 'tcp', cidrBlocks: ['10.0.0.0/8'] }],
        });
        balancer.addOverride('security_groups', [group.id]);
      },
      ['REST from 10.0.0.0/8'],
    ],
    [
      'another machine in the group of the nodes',
      (cluster, stack) =>
        new Instance(stack, 'App', {
          ...{ ami: 'ami-1', instanceType: 't3.micro', vpcSecurityGroupIds: [cluster.connections.securityGroupId] },
        }),
      ['REST', 'peer'].map((listener) => `${listener} from aws_instance.App in the security group of the nodes`),
    ],
    [
      'another machine in the group of the nodes, which was allowed for clients',
      (cluster, stack) => {
        const group = cluster.connections.securityGroupId;
        cluster.connections.allowRestFrom(aws.Peer.securityGroup(group));
        new Instance(stack, 'App', { ami: 'ami-1', instanceType: 't3.micro', vpcSecurityGroupIds: [group] });
      },
      ['peer from aws_instance.App in the security group of the nodes'],
    ],
    [
      'another machine with an open group of its own',
      (cluster, stack) => {
        cluster.connections.allowRestFrom(aws.Peer.securityGroup(openGroup(stack).id));
        const group = stack.node.findChild('Open') as SecurityGroup;
        new Instance(stack, 'App', { ami: 'ami-1', instanceType: 't3.micro', vpcSecurityGroupIds: [group.id] });
      },
      [],
    ],
  ])('%s', (_what, change, expected) => {
    const cluster = (stack: TerraformStack) => new aws.QdrantCluster(stack, 'Cluster', { ...onAws, clusterName: 'vectors' });
    expect(foundIn(cluster, change)).toEqual(expected);
  });
});

describe('Kubernetes', () => {
  const { Peer } = kubernetes;
  const policy = (scope: TerraformStack, ingress: any[], { namespace = 'search', ...more }: any = {}) =>
    new NetworkPolicyV1(scope, 'ByHand', {
      metadata: { name: 'by-hand', namespace },
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress },
      ...more,
    });
  const rest = (...from: any[]) => [{ from, ports: [{ port: '6333', protocol: 'TCP' }] }];
  const inNamespace = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });
  const policiesOf = (cluster: kubernetes.QdrantCluster) =>
    cluster.node.findAll().filter((child): child is NetworkPolicyV1 => child instanceof NetworkPolicyV1);
  const open = ['REST', 'gRPC', 'peer'].map(
    (listener) => `${listener} from whoever reaches pods, as no NetworkPolicy selects these`,
  );
  const setOf = (cluster: kubernetes.QdrantCluster) => cluster.node.findChild('Nodes').node.defaultChild as TerraformResource;

  test.each<[string, (cluster: kubernetes.QdrantCluster, stack: TerraformStack, other: TerraformStack) => unknown, string[]]>([
    [
      'what another stack allows, which imports the cluster',
      (_, __, other) =>
        kubernetes.QdrantCluster.fromClusterAttributes(other, 'Imported', {
          clusterName: 'vectors',
          namespace: 'search',
        }).connections.allowRestFrom(Peer.namespace('web')),
      [],
    ],
    [
      'what another stack allows at other pods, and lets in by hand here',
      (_, __, other) => {
        kubernetes.QdrantCluster.fromClusterAttributes(other, 'Imported', {
          clusterName: 'another',
          namespace: 'search',
        }).connections.allowRestFrom(Peer.namespace('web'));
        policy(other, rest({ namespaceSelector: inNamespace('web') }));
      },
      ['REST from namespace web'],
    ],
    [
      'an override of the stack that is of no concern',
      (cluster, stack) => {
        overrideOfStack(stack, setOf(cluster), 'spec.template.spec.priority_class_name', 'high');
        overrideOfStack(stack, setOf(cluster), 'metadata.annotations.team', 'search');
      },
      [],
    ],
    [
      'an override of the stack in one argument of an open policy',
      (_, stack) => overrideOfStack(stack, policy(stack, rest()), 'spec.policy_types', ['Ingress']),
      ['REST from anywhere'],
    ],
    [
      'an override of the stack that takes all policies away',
      (cluster, stack) =>
        policiesOf(cluster).forEach((made) =>
          stack.addOverride(`resource.${made.terraformResourceType}.${made.friendlyUniqueId}`, undefined),
        ),
      open,
    ],
    [
      'parts of what was allowed, however written',
      (cluster, stack) => {
        cluster.connections.allowRestFrom(Peer.namespace('web'));
        cluster.connections.allowRestFrom(Peer.pods({ labels: { app: 'a', tier: 'b' }, namespace: 'app' }));
        cluster.connections.allowRestFrom(Peer.ipv4('10.20.0.0/16'));
        cluster.connections.allowRestFrom(Peer.pods({ labels: { app: 'c' } }));
        policy(stack, [
          ...rest({ namespaceSelector: inNamespace('web'), podSelector: { matchLabels: { app: 'x' } } }),
          ...rest({ namespaceSelector: inNamespace('app'), podSelector: { matchLabels: { tier: 'b', app: 'a' } } }),
          ...rest({ ipBlock: { cidr: '10.20.1.0/24' } }),
          ...rest({ namespaceSelector: inNamespace('search'), podSelector: { matchLabels: { app: 'c' } } }),
        ]);
      },
      [],
    ],
    [
      'more than what was allowed',
      (cluster, stack) => {
        cluster.connections.allowRestFrom(Peer.pods({ labels: { app: 'a', tier: 'b' }, namespace: 'app' }));
        policy(stack, [
          ...rest({ namespaceSelector: inNamespace('app'), podSelector: { matchLabels: { app: 'a' } } }),
          ...rest({ namespaceSelector: inNamespace('web'), podSelector: { matchLabels: { app: 'a', tier: 'b' } } }),
        ]);
      },
      ['REST from pods app=a of namespace app', 'REST from pods app=a,tier=b of namespace web'],
    ],
    ['a policy that is made no times', (_, stack) => policy(stack, rest(), { count: 0 }), []],
    [
      'a policy in the namespace, written as the resource that makes it',
      (_, stack) =>
        policy(stack, rest(), { namespace: new NamespaceV1(stack, 'Search', { metadata: { name: 'search' } }).metadata.name }),
      ['REST from anywhere'],
    ],
    [
      'a policy in the namespace, by a local',
      (_, stack) => policy(stack, rest(), { namespace: new TerraformLocal(stack, 'namespace', 'search').asString }),
      ['REST from anywhere'],
    ],
    [
      'a policy in another namespace that is written so',
      (_, stack) =>
        policy(stack, rest(), { namespace: new NamespaceV1(stack, 'Web', { metadata: { name: 'web' } }).metadata.name }),
      [],
    ],
    [
      'a policy for all pods of a namespace that a variable names',
      (_, stack) => policy(stack, rest(), { namespace: new TerraformVariable(stack, 'namespace', {}).stringValue }),
      [],
    ],
    [
      'one for these pods',
      (_, stack) => {
        const made = policy(stack, rest(), { namespace: new TerraformVariable(stack, 'namespace', {}).stringValue });
        made.addOverride('spec.pod_selector.match_labels', { 'app.kubernetes.io/instance': 'vectors' });
      },
      ['REST from anywhere'],
    ],
    [
      'blocks that Terraform makes one by one',
      (_, stack) =>
        policy(stack, []).addOverride('spec.dynamic', {
          ingress: {
            for_each: ['10.0.0.0/8'],
            content: { from: { ip_block: { cidr: '${ingress.value}' } }, ports: { port: '6335' } },
          },
        }),
      ['peer from ingress.value'],
    ],
    [
      'policies of the cluster that are made no times',
      (cluster) => policiesOf(cluster).forEach((made) => made.addOverride('count', 0)),
      open,
    ],
    [
      'policies of the cluster that are made as often as a variable says',
      (cluster, stack) => {
        const { numberValue } = new TerraformVariable(stack, 'policies', {});
        policiesOf(cluster).forEach((made) => made.addOverride('count', numberValue));
      },
      open,
    ],
    [
      'what an Aspect opens after another has asked for findings',
      (cluster, stack) => {
        Aspects.of(cluster).add({ visit: (construct) => construct === cluster && cluster.posture.findings() });
        const made = policy(stack, []);
        Aspects.of(made).add({ visit: () => made.addOverride('spec.ingress', [{}]) });
      },
      ['REST from anywhere', 'gRPC from anywhere', 'peer from anywhere'],
    ],
  ])('%s', (_what, change, expected) => {
    const cluster = (stack: TerraformStack) =>
      new kubernetes.QdrantCluster(stack, 'Cluster', { ...onKubernetes, clusterName: 'vectors' });
    expect(foundIn(cluster, change)).toEqual(expected);
  });
});
