import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { App, TerraformStack, Testing } from 'cdktf';
import { aws, kubernetes } from '../../lib';
import { exposesOnly, exposureOf } from '../../lib/testing';
import '../../lib/testing/jest';
import { minimal } from '../support/synth';
import { CHART, plan, PLAN, stackOnAws, stackOnKubernetes } from './stacks';

/** A rule of the nodes' group that somebody adds by hand. */
const handMade =
  (rule: object) =>
  ({ connections: { securityGroupId } }: aws.QdrantCluster, stack: TerraformStack) =>
    void new VpcSecurityGroupIngressRule(stack, 'ByHand', {
      ...{ securityGroupId, ipProtocol: 'tcp', fromPort: 6333, toPort: 6333 },
      ...rule,
    });

describe('on AWS', () => {
  const ranges = stackOnAws(({ connections }) => {
    connections.allowRestFrom(aws.Peer.ipv4('10.1.0.0/16'));
    connections.allowGrpcFrom(aws.Peer.ipv6('2001:db8::/56'));
  });

  test.each<[string, string[], string[]]>([
    ['the ranges that are allowed', ['10.1.0.0/16'], ['2001:db8::/56']],
    ['a range around one', ['10.0.0.0/8'], ['2001:db8::/32']],
    ['ranges that are one only together', ['10.1.0.0/17', '10.1.128.0/17'], ['2001:db8::/56']],
    ['more than is there', ['10.1.0.0/16', 'sg-0123456789abcdef0'], ['2001:db8:0:0::/56']],
  ])('%s', (_, rest, grpc) => {
    expect(Testing.synth(ranges)).toExposeOnly({ rest, grpc });
  });

  test.each<[string, string[] | undefined, string[], string]>([
    ['a narrower range', ['10.1.0.0/17'], ['2001:db8::/56'], 'rest (port 6333) of nodes is open to 10.1.0.0/16'],
    ['a port that is left out', undefined, ['2001:db8::/56'], 'rest (port 6333) of nodes is open to 10.1.0.0/16'],
    ['the range of the other port', ['10.1.0.0/16'], ['10.1.0.0/16'], 'grpc (port 6334) of nodes is open to 2001:db8::/56'],
    ['IPv4 for IPv6', ['10.1.0.0/16'], ['0.0.0.0/0'], 'grpc (port 6334) of nodes is open to 2001:db8::/56'],
  ])('not %s', (_, rest, grpc, problem) => {
    expect(Testing.synth(ranges)).not.toExposeOnly({ rest, grpc });
    const { problems } = exposesOnly(Testing.synth(ranges), { rest, grpc });
    expect(problems).toEqual([
      expect.stringMatching(/^vectors: .*, by aws_vpc_security_group_ingress_rule\.Cluster_Connections_/),
    ]);
    expect(problems[0]).toContain(problem);
  });

  test('a failure tells what else can connect and by what, and a pass of what was not to pass tells so', () => {
    const json = Testing.synth(stackOnAws(handMade({ cidrIpv4: '0.0.0.0/0' })));
    expect(() => expect(json).toExposeOnly({ rest: ['10.0.0.0/8'] })).toThrow(
      /Expected are rest: 10\.0\.0\.0\/8; grpc: nobody.*\n.*rest \(port 6333\) of nodes is open to 0\.0\.0\.0\/0, by aws_vpc_security_group_ingress_rule\.ByHand/,
    );
    expect(() => expect(json).not.toExposeOnly({ rest: ['0.0.0.0/0'] })).toThrow(
      'vectors: nobody can connect who is not expected. Expected are rest: 0.0.0.0/0',
    );
  });

  test('the peer port is for the nodes, unless somebody is named', () => {
    const json = Testing.synth(stackOnAws(handMade({ cidrIpv4: '10.0.0.0/8', fromPort: 6335, toPort: 6335 })));
    expect(json).toExposeOnly({ peer: ['10.0.0.0/8'] });
    expect(json).not.toExposeOnly({ rest: ['10.0.0.0/8'], grpc: ['10.0.0.0/8'], metrics: ['10.0.0.0/8'] });
  });

  test('a port behind the guard is open to nobody, whoever is named', () => {
    const props = {
      clientVerification: aws.ClientVerification.required(aws.CaBundle.fromSecret(aws.Secret.fromArn(ARN))),
    };
    const to = (port: number) =>
      Testing.synth(stackOnAws(handMade({ cidrIpv4: '10.0.0.0/8', fromPort: port, toPort: port }), props));
    const everywhere = { rest: ['10.0.0.0/8'], grpc: ['10.0.0.0/8'], peer: ['10.0.0.0/8'], metrics: ['10.0.0.0/8'] };
    expect(to(6333)).toExposeOnly(everywhere);
    const { behindGuard, port } = exposureOf(to(6333)).clusters[0].ports.find((one) => one.behindGuard)!;
    expect(behindGuard).toBe(true);
    expect(exposesOnly(to(Number(port)), everywhere).problems).toEqual([expect.stringContaining('behind the guard')]);
  });

  test('a range that only Terraform knows is not taken for safe, though it is named', () => {
    const json = Testing.synth(stackOnAws(handMade({ cidrIpv4: '${aws_vpc.main.cidr_block}' })));
    expect(exposesOnly(json, { rest: ['aws_vpc.main.cidr_block', '0.0.0.0/0'] }).problems).toEqual([
      expect.stringMatching(/aws_vpc\.main\.cidr_block, which is unknown and never taken for safe/),
    ]);
  });

  test('a rule of a group that nobody knows may be one of the nodes', () => {
    const rule = (group: string) => Testing.synth(stackOnAws(handMade({ securityGroupId: group, cidrIpv4: '10.0.0.0/8' })));
    expect(exposesOnly(rule('${var.group}'), {}).problems).toEqual([
      expect.stringMatching(/port 6333.* whoever aws_vpc_security_group_ingress_rule\.ByHand lets in, if its group/),
    ]);
    expect(rule('sg-0123456789abcdef0')).toExposeOnly({});
  });

  test('who reaches a load balancer is judged there, and not once more where it passes on', () => {
    const json = Testing.synth(
      stackOnAws((cluster) => void cluster.addLoadBalancer('Front').connections.allowRestFrom(aws.Peer.ipv4('203.0.113.0/24'))),
    );
    expect(json).toExposeOnly({ rest: ['203.0.113.0/24'] });
    expect(exposesOnly(json, { rest: ['203.0.113.0/25'] }).problems).toEqual([
      expect.stringMatching(/of load balancer aws_lb\.\S+ is open to 203\.0\.113\.0\/24, by \S/),
    ]);
  });
});

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:client-ca-AbCdEf';

describe('a security group', () => {
  const allowed = (stack: TerraformStack) => {
    const [app, other] = ['App', 'Other'].map((id) => new SecurityGroup(stack, id));
    const cluster = new aws.QdrantCluster(stack, 'Cluster', { ...minimal, clusterName: 'vectors' });
    cluster.connections.allowRestFrom(aws.Peer.securityGroup(app.id));
    return { app, other, json: Testing.synth(stack) };
  };
  const { app, other, json } = allowed(new TerraformStack(Testing.app(), 'search'));

  test.each([
    ['its id', app.id],
    ['its address', 'aws_security_group.App'],
    ['the name that the report has', 'aws_security_group.App.id'],
    ['a peer', aws.Peer.securityGroup(app.id)],
  ])('is written as %s', (_, source) => {
    expect(json).toExposeOnly({ rest: [source] });
  });

  test.each([
    ['the id of another', other.id],
    ['its ARN', app.arn],
    ['another address', 'aws_security_group.Apps'],
    ['another peer', aws.Peer.securityGroup('sg-0123456789abcdef0')],
  ])('is not %s', (_, source) => {
    expect(json).not.toExposeOnly({ rest: [source] });
  });

  test('of another stack is not one of the same address in the stack of the cluster', () => {
    const outdir = Testing.app().outdir;
    const apps = new App({ outdir, skipValidation: true });
    const [network, search] = ['network', 'search'].map((name) => new TerraformStack(apps, name));
    const [theirs, own] = [network, search].map((stack) => new SecurityGroup(stack, 'App'));
    const cluster = new aws.QdrantCluster(search, 'Cluster', { ...minimal, clusterName: 'vectors' });
    cluster.connections.allowRestFrom(aws.Peer.securityGroup(theirs.id));
    apps.synth();
    for (const source of [theirs.id, 'network: aws_security_group.App']) expect(outdir).toExposeOnly({ rest: [source] });
    for (const source of [own.id, 'aws_security_group.App', 'search: aws_security_group.App'])
      expect(outdir).not.toExposeOnly({ rest: [source] });
  });
});

describe('on Kubernetes', () => {
  const pods = kubernetes.Peer.pods({ labels: { tier: 'web', app: 'search' }, namespace: 'shop' });
  const json = Testing.synth(
    stackOnKubernetes(({ connections }) => {
      connections.allowRestFrom(pods);
      connections.allowGrpcFrom(kubernetes.Peer.namespace('search-api'));
    }),
  );

  test.each([
    ['a peer', pods],
    ['its name', pods.name],
    ['the labels in another order', 'pods app=search,tier=web of namespace shop'],
    ['the namespace that they are in', 'namespace shop'],
  ])('pods are written as %s', (_, source) => {
    expect(json).toExposeOnly({ rest: [source], grpc: [kubernetes.Peer.namespace('search-api')] });
  });

  test.each([
    ['those of one more label', 'pods app=search,tier=web,version=2 of namespace shop'],
    ['those of another namespace', 'pods app=search,tier=web of namespace shops'],
    ['a namespace whose name ends alike', 'namespace op'],
    ['any address', '0.0.0.0/0'],
  ])('pods are not %s', (_, source) => {
    const { problems } = exposesOnly(json, { rest: [source], grpc: ['namespace search-api'] });
    expect(problems).toEqual([
      expect.stringMatching(
        /^StatefulSet search\/vectors: rest \(port 6333\) of pods is open to pods app=search,tier=web of namespace shop, by kubernetes_network_policy_v1\.\S+$/,
      ),
    ]);
  });

  test('whoever reaches an ingress is unknown, until all of its clients are allowed by its name', () => {
    const ingress = Testing.synth(
      stackOnKubernetes(
        (cluster) =>
          void cluster.addIngress('Ingress', {
            ingressClassName: 'nginx',
            controllerPods: kubernetes.Peer.namespace('ingress-nginx'),
            restHost: 'vectors.example.com',
            tlsSecretName: 'vectors-tls',
          }),
      ),
    );
    expect(exposesOnly(ingress, { rest: ['namespace ingress-nginx', '0.0.0.0/0'] }).problems).toEqual([
      expect.stringContaining("write 'ingress nginx' if all of its clients may connect"),
    ]);
    expect(ingress).toExposeOnly({ rest: ['namespace ingress-nginx', 'ingress nginx'] });
    expect(ingress).not.toExposeOnly({ rest: ['ingress nginx'] });
  });

  test('pods that no policy selects are open to nobody knows whom', () => {
    const every = 'whoever reaches pods, as no NetworkPolicy selects these';
    expect(CHART).not.toExposeOnly({ rest: [every, 'anywhere'], grpc: [every], peer: [every] });
  });
});

describe('a plan of others', () => {
  const expected = {
    rest: ['0.0.0.0/0', 'aws_security_group.app'],
    grpc: ['0.0.0.0/0', 'aws_security_group.app'],
    peer: ['198.51.100.7/32'],
  };

  test.each<[string, () => string | object]>([
    ['the path', () => PLAN],
    ['the text', () => JSON.stringify(plan())],
    ['the object', plan],
  ])('is read by %s', (_, input) => {
    expect(input()).toExposeOnly(expected);
    expect(input()).not.toExposeOnly({ ...expected, peer: [] });
  });
});

describe('what cannot be read', () => {
  const withModule = { ...JSON.parse(Testing.synth(stackOnAws())), module: { vpc: { source: './vpc' } } };

  test('fails, until it was judged elsewhere', () => {
    expect(exposesOnly(withModule, {}).problems).toEqual([expect.stringContaining('the module vpc')]);
    expect(withModule).toExposeOnly({ judgedElsewhere: ['the module vpc'] });
    expect(withModule).not.toExposeOnly({ judgedElsewhere: ['the module network'] });
  });

  test.each<[string, any, RegExp]>([
    ['no JSON', '{"resource": ', /is no JSON/],
    ['a path that is not there', 'not-there.json', /not-there\.json is not there/],
    ['a stack that is not synthesized', stackOnAws(), /the construct search.*Testing\.synth\(stack\)/],
    ['nothing', undefined, /undefined/],
    ['a stack without resources', { terraform: {} }, /holds no resources/],
    ['a stack without Qdrant', { resource: { aws_vpc: { main: {} } } }, /no cluster of Qdrant was found/],
  ])('%s throws, also of .not: nothing is judged', (_, input, message) => {
    expect(() => expect(input).toExposeOnly({})).toThrow(message);
    expect(() => expect(input).not.toExposeOnly({})).toThrow(message);
  });

  test('a source without a text is refused', () => {
    expect(() => exposesOnly(withModule, { rest: [{} as any] })).toThrow(/toExposeOnly: rest has an object/);
  });
});

test('of several clusters, one is judged by its name', () => {
  const stack = stackOnAws((_, scope) => {
    const open = new aws.QdrantCluster(scope, 'Open', { ...minimal, clusterName: 'open' });
    open.connections.allowRestFrom(aws.Peer.ipv4('10.0.0.0/8'));
  });
  expect(Testing.synth(stack)).not.toExposeOnly({});
  expect(Testing.synth(stack)).toExposeOnly({ cluster: 'vectors' });
  expect(Testing.synth(stack)).not.toExposeOnly({ cluster: 'open' });
  expect(() => exposesOnly(Testing.synth(stack), { cluster: 'other' })).toThrow(/no cluster "other".*there is vectors, open/);
});
