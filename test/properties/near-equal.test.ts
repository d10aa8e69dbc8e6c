import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { App, TerraformStack } from 'cdktf';
import * as fc from 'fast-check';
import { aws, kubernetes } from '../../lib';
import { idFor, identityOf, nameFor, standsAlready } from '../../lib/terraform/identity';
import { synthCluster } from '../support/kubernetes/synth';
import { accepted, nearEqualLabel, nearEqualText, runs, terraformOf } from '../support/properties';

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const KEY_ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf';

const onAws = (stack: TerraformStack) =>
  aws.QdrantCluster.fromClusterAttributes(stack, 'Cluster', {
    host: 'vectors.example.com',
    securityGroupId: 'sg-0',
    readOnlyKey: aws.Secret.fromArn(KEY_ARN),
    adminKey: aws.Secret.fromArn(KEY_ARN),
  });
const onKubernetes = (stack: TerraformStack) =>
  kubernetes.QdrantCluster.fromClusterAttributes(stack, 'Cluster', {
    clusterName: 'vectors',
    namespace: 'search',
    readOnlyKey: kubernetes.Secret.fromName('read'),
    adminKey: kubernetes.Secret.fromName('admin'),
  });
const resources = (terraform: any, type: string): any[] => Object.values(terraform.resource?.[type] ?? {});
const unique = (values: unknown[]) => [...new Set(values.map((value) => JSON.stringify(value)))].sort();
const sorted = (labels: { [name: string]: string }) => Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));

/** IPv4 and IPv6 ranges, some of which differ by where a separator stands. */
const range = fc.oneof(
  fc.constantFrom('2001:db8::1/128', '2001:db8:1::/128', '2001:db8:1::/48', '2001:DB8:1::/48', '2001:db8:1:0::/48', '::1/128'),
  fc.constantFrom(
    '1.0.0.0/8',
    '1.0.0.0/16',
    '1.0.0.0/24',
    '10.0.0.0/8',
    '1.1.0.0/16',
    '11.0.0.0/16',
    '1.10.0.0/16',
    '0.0.0.0/0',
  ),
);
/** The canonical text of the ranges above. */
const rangeAsWritten = (cidr: string) => cidr.toLowerCase().replace('2001:db8:1:0::', '2001:db8:1::');
const labels = fc.dictionary(
  fc.constantFrom('app', 'tier', 'app-tier', 'app.tier'),
  fc.constantFrom('a', 'b', 'a-tier-b', 'A', 'a.b', 'a_b', ''),
  {
    minKeys: 1,
    maxKeys: 3,
  },
);

test('two values have one identity, one id and one name only where they are one value', () => {
  const stack = new TerraformStack(new App(), 'vectors');
  const value = fc.oneof(
    nearEqualText,
    fc.dictionary(nearEqualText, fc.oneof(nearEqualText, fc.integer({ min: 0, max: 3 })), { maxKeys: 2 }),
    fc.array(nearEqualText, { maxLength: 3 }),
    // What could be taken for a slug and its digest.
    nearEqualText.map((text) => idFor(stack, text)),
  );
  const readable = (given: unknown) => (typeof given === 'string' ? given : 'a');
  fc.assert(
    fc.property(value, value, (one, other) => {
      const isOne = JSON.stringify(orderless(one)) === JSON.stringify(orderless(other));
      expect(identityOf(stack, one) === identityOf(stack, other)).toBe(isOne);
      expect(idFor(stack, readable(one), one) === idFor(stack, readable(other), other)).toBe(isOne);
      expect(nameFor(stack, readable(one), one) === nameFor(stack, readable(other), other)).toBe(isOne);
      expect(nameFor(stack, readable(one), one)).toMatch(DNS_LABEL);
      expect(nameFor(stack, readable(one), one).length).toBeLessThan(50);
    }),
    runs(1000),
  );
});

test('peers on AWS: each has a rule, and one rule', () => {
  const peer = fc.oneof(
    range,
    fc.string({ unit: fc.constantFrom('a', '0'), minLength: 1, maxLength: 3 }).map((id) => `sg-${id}`),
    fc.string({ unit: fc.constantFrom('a', '0'), minLength: 1, maxLength: 3 }).map((id) => `pl-${id}`),
  );
  const peerOf = (text: string) => {
    if (text.startsWith('sg-')) return aws.Peer.securityGroup(text);
    if (text.startsWith('pl-')) return aws.Peer.prefixList(text);
    return text.includes(':') ? aws.Peer.ipv6(text) : aws.Peer.ipv4(text);
  };
  fc.assert(
    fc.property(fc.array(peer, { minLength: 2, maxLength: 6 }), (peers) => {
      const rules = resources(
        terraformOf((stack) => {
          const { connections } = onAws(stack);
          peers.forEach((text) => connections.allowRestFrom(peerOf(text)));
          [...peers].reverse().forEach((text) => connections.allowRestFrom(peerOf(text)));
        }),
        'aws_vpc_security_group_ingress_rule',
      );
      const sources = rules.map(
        (rule) => rule.cidr_ipv4 ?? rule.cidr_ipv6 ?? rule.referenced_security_group_id ?? rule.prefix_list_id,
      );
      expect([...sources].sort()).toEqual([...new Set(peers.map(rangeAsWritten))].sort());
    }),
    runs(60),
  );
});

test('peers on Kubernetes: each has a policy of a name of its own', () => {
  const pods = fc.record(
    {
      labels,
      namespace: fc.option(nearEqualLabel, { nil: undefined }),
      namespaceLabels: fc.option(labels, { nil: undefined }),
    },
    { requiredKeys: ['labels'] },
  );
  const peer = fc.oneof(
    range.map((cidr) => ({ cidr })),
    nearEqualLabel.map((namespace) => ({ namespace })),
    labels.map((namespaceLabels) => ({ namespaceLabels })),
    pods.map((given) => ({
      pods: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as any,
    })),
  );
  const peerOf = (given: any) => {
    if (given.cidr) return given.cidr.includes(':') ? kubernetes.Peer.ipv6(given.cidr) : kubernetes.Peer.ipv4(given.cidr);
    if (given.pods) return kubernetes.Peer.pods(given.pods);
    return given.namespace ? kubernetes.Peer.namespace(given.namespace) : kubernetes.Peer.namespaces(given.namespaceLabels);
  };
  const expected = ({ cidr, pods: of, namespace, namespaceLabels }: any): unknown => {
    if (cidr) return [rangeAsWritten(cidr)];
    const where = of ? of : { namespace, namespaceLabels };
    const selector = where.namespace
      ? [['kubernetes.io/metadata.name', where.namespace]]
      : where.namespaceLabels && sorted(where.namespaceLabels);
    return [of ? sorted(of.labels) : null, selector ?? null];
  };
  const written = ({ ip_block, pod_selector, namespace_selector }: any): unknown =>
    ip_block
      ? [ip_block.cidr]
      : [
          pod_selector ? sorted(pod_selector.match_labels) : null,
          namespace_selector ? sorted(namespace_selector.match_labels) : null,
        ];
  fc.assert(
    fc.property(fc.array(peer, { minLength: 2, maxLength: 6 }), (peers) => {
      const allowed: unknown[] = [];
      const policies = resources(
        terraformOf((stack) => {
          const { connections } = onKubernetes(stack);
          [...peers, ...peers].forEach((given) => {
            if (accepted(() => connections.allowGrpcFrom(peerOf(given)))) allowed.push(expected(given));
          });
        }),
        'kubernetes_network_policy_v1',
      );
      expect(policies.map(({ spec }) => JSON.stringify(written(spec.ingress[0].from[0]))).sort()).toEqual(unique(allowed));
      const names = policies.map(({ metadata }) => metadata.name);
      expect(new Set(names).size).toBe(policies.length);
      names.forEach((name) => expect(name).toMatch(DNS_LABEL));
    }),
    runs(80),
  );
});

test('grantees on AWS: each has a policy of its own', () => {
  const grantee = fc.record({ kind: fc.constantFrom('role', 'user'), name: nearEqualText });
  fc.assert(
    fc.property(fc.array(grantee, { minLength: 2, maxLength: 6 }), (grantees) => {
      const granted: unknown[] = [];
      const terraform = terraformOf((stack) => {
        const cluster = onAws(stack);
        [...grantees, ...grantees].forEach(({ kind, name }) => {
          const grant = () => cluster.grantRead(kind === 'role' ? aws.Grantee.role(name) : aws.Grantee.user(name));
          if (accepted(grant)) granted.push([kind, name]);
        });
      });
      const policies = [
        ...resources(terraform, 'aws_iam_role_policy').map(({ role }) => ['role', role]),
        ...resources(terraform, 'aws_iam_user_policy').map(({ user }) => ['user', user]),
      ];
      expect(policies.map((policy) => JSON.stringify(policy)).sort()).toEqual(unique(granted));
    }),
    runs(60),
  );
});

test('grantees on Kubernetes: each has a Role and a RoleBinding of its own, and the binding has that Role', () => {
  const grantee = fc.oneof(
    fc.record({ kind: fc.constant('ServiceAccount'), namespace: nearEqualLabel, name: nearEqualLabel }),
    fc.record({ kind: fc.constantFrom('User', 'Group'), name: nearEqualText }),
  );
  const granteeOf = ({ kind, namespace, name }: any) => {
    if (kind === 'ServiceAccount') return kubernetes.Grantee.serviceAccount(namespace, name);
    return kind === 'User' ? kubernetes.Grantee.user(name) : kubernetes.Grantee.group(name);
  };
  const subjectOf = ({ kind, namespace, name }: any) => [kind, namespace ?? null, name];
  fc.assert(
    fc.property(fc.array(grantee, { minLength: 2, maxLength: 6 }), (grantees) => {
      const terraform = terraformOf((stack) => {
        const cluster = onKubernetes(stack);
        [...grantees, ...grantees].forEach((given) => cluster.grantAdmin(granteeOf(given)));
      });
      const bindings = resources(terraform, 'kubernetes_role_binding_v1');
      expect(bindings.map(({ subject }) => JSON.stringify(subjectOf(subject[0]))).sort()).toEqual(
        unique(grantees.map(subjectOf)),
      );
      const roles = resources(terraform, 'kubernetes_role_v1').map(({ metadata }) => metadata.name);
      expect(bindings.map(({ role_ref }) => role_ref.name).sort()).toEqual([...roles].sort());
      expect(new Set(roles).size).toBe(bindings.length);
      roles.forEach((name) => expect(name).toMatch(DNS_LABEL));
    }),
    runs(60),
  );
});

test('ids on Kubernetes: certificates, monitors and routes have names of their own, which Kubernetes accepts', () => {
  const ids = fc.uniqueArray(nearEqualText, { minLength: 4, maxLength: 12 });
  fc.assert(
    fc.property(ids, (given) => {
      const { objects } = synthCluster({}, (cluster) => {
        given.forEach((id) => {
          cluster.issueClientCertificate(`${id}c`);
          cluster.addServiceMonitor(`${id}m`, { scrapedBy: kubernetes.Peer.namespace('monitoring') });
          const route = {
            gateway: { name: 'public' },
            gatewayPods: kubernetes.Peer.namespace('gateways'),
            restHost: 'rest.example.com',
          };
          cluster.addGatewayRoute(`${id}r`, route);
        });
      });
      const named = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      expect(named.filter((name, index) => named.indexOf(name) !== index)).toEqual([]);
      objects.forEach(({ metadata }) => expect(metadata.name).toMatch(DNS_LABEL));
      for (const kind of ['ServiceMonitor', 'TLSRoute']) {
        expect(objects.filter((object) => object.kind === kind)).toHaveLength(given.length);
      }
    }),
    runs(12),
  );
});

test('what comes from two stacks of one class is two', () => {
  const app = new App();
  class Backend extends TerraformStack {
    public readonly group = new SecurityGroup(this, 'Group', {});
  }
  const [one, other] = ['one', 'other'].map((id) => new Backend(app, id));
  const stack = new TerraformStack(app, 'vectors');
  const cluster = onAws(stack);
  for (const { group } of [one, other, one]) {
    cluster.connections.allowRestFrom(aws.Peer.securityGroup(group.id));
    cluster.grantRead(aws.Grantee.role(group.name));
  }
  stack.prepareStack();
  const terraform = stack.toTerraform() as any;
  const sources = resources(terraform, 'aws_vpc_security_group_ingress_rule').map((rule) => rule.referenced_security_group_id);
  expect(new Set(sources).size).toBe(2);
  expect(resources(terraform, 'aws_iam_role_policy')).toHaveLength(2);
});

/** The value with the members of objects in one order. */
function orderless(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return { sorted: Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) };
}

test('labels in another order are the same peer', () => {
  const terraform = terraformOf((stack) => {
    const { connections } = onKubernetes(stack);
    for (const labels of [
      { app: 'search', tier: 'web' },
      { tier: 'web', app: 'search' },
    ] as { [name: string]: string }[]) {
      connections.allowRestFrom(kubernetes.Peer.pods({ labels }));
      connections.allowRestFrom(kubernetes.Peer.namespaces(labels));
    }
  });
  expect(resources(terraform, 'kubernetes_network_policy_v1')).toHaveLength(2);
});

test('labels whose digests of 32 bits are one have a policy each', () => {
  const alike = ['a-b_b-b.b-b-b.b_b-b.b.b-b-b-b-b-b', 'a.b-b_b-b.b_b_b_b.b.b.b-b-b-b-b-b'];
  const { objects } = synthCluster({}, ({ connections }) =>
    alike.forEach((app) => connections.allowRestFrom(kubernetes.Peer.pods({ labels: { app } }))),
  );
  const allowed = objects.flatMap(({ kind, spec }) =>
    kind === 'NetworkPolicy' ? (spec.ingress ?? []).flatMap(({ from = [] }: any) => from) : [],
  );
  const apps = allowed.map(({ podSelector }: any) => podSelector?.matchLabels.app).filter((app: string) => alike.includes(app));
  expect(apps.sort()).toEqual([...alike].sort());
});

test('another value under an id that is taken is an error, and not left out', () => {
  const stack = new TerraformStack(new App(), 'vectors');
  expect(standsAlready(stack, 'REST-from-x', { app: 'a' })).toBe(false);
  expect(standsAlready(stack, 'REST-from-x', { app: 'a' })).toBe(true);
  expect(() => standsAlready(stack, 'REST-from-x', { app: 'b' })).toThrow(/vectors: .*REST-from-x.*another/);
});
