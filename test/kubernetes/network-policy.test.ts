import { kubernetes, TransportProtocol } from '../../lib';
import { addEverything } from '../support/kubernetes/everything';
import { Endpoint, mayReach } from '../support/kubernetes/network-policies';
import { KubernetesObject, objectOf } from '../support/kubernetes/objects';
import { synthCluster, synthKubernetes } from '../support/kubernetes/synth';

const PORTS = {
  REST: 6333,
  gRPC: 6334,
  peer: 6335,
  'REST behind the guard': 6337,
  'gRPC behind the guard': 6336,
  'metrics behind the guard': 6338,
  metrics: 9153,
  ssh: 22,
};

const at = (address: string, more: Partial<Endpoint> = {}): Endpoint => ({ address, ...more });
const dns = at('10.96.0.10', { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } });

function policiesAndPod(objects: KubernetesObject[]): { policies: KubernetesObject[]; pod: Endpoint } {
  const { metadata, spec } = objectOf(objects, 'StatefulSet');
  const pod = at('10.0.0.1', { namespace: metadata.namespace, labels: spec.template.metadata.labels });
  return { policies: objects.filter(({ kind }) => kind === 'NetworkPolicy'), pod };
}

describe('a cluster that nobody was allowed to', () => {
  const { policies, pod } = policiesAndPod(synthCluster().objects);
  const other = { ...pod, address: '10.0.0.2' };
  const strangers: Array<[string, Endpoint]> = [
    ['a pod beside it', at('10.0.1.1', { namespace: 'search', labels: { app: 'search' } })],
    [
      'a pod that calls itself qdrant too',
      at('10.0.1.2', { namespace: 'search', labels: { 'app.kubernetes.io/name': 'qdrant' } }),
    ],
    ['a pod of another namespace with the same labels', { ...pod, namespace: 'other' }],
    ['Prometheus', at('10.0.1.3', { namespace: 'monitoring', labels: { app: 'prometheus' } })],
    ['the internet', at('198.51.100.1')],
    ['the internet, by IPv6', at('2001:db8:ffff::1')],
  ];

  test.each(strangers)('is reached on no port by %s', (_who, stranger) => {
    for (const port of Object.values(PORTS)) expect(mayReach(policies, stranger, pod, port)).toBe(false);
  });

  test.each(strangers)('reaches no port of %s', (_who, stranger) => {
    for (const port of [443, 80, ...Object.values(PORTS)]) expect(mayReach(policies, pod, stranger, port)).toBe(false);
  });

  test('lets its pods reach each other where Qdrant needs it, and nowhere else', () => {
    const reached = Object.entries(PORTS).filter(([, port]) => mayReach(policies, pod, other, port));
    expect(reached.map(([name]) => name)).toEqual(['REST', 'peer', 'REST behind the guard']);
  });

  test('lets its pods ask for names', () => {
    expect(mayReach(policies, pod, dns, 53, 'UDP')).toBe(true);
    expect(mayReach(policies, pod, dns, 53)).toBe(true);
    expect(mayReach(policies, pod, at('169.254.20.10'), 53, 'UDP')).toBe(true);
    expect(mayReach(policies, pod, dns, 443)).toBe(false);
    expect(mayReach(policies, pod, at('169.254.169.254'), 80)).toBe(false);
  });
});

describe('a cluster with everything', () => {
  const { policies, pod } = policiesAndPod(synthKubernetes((stack) => void addEverything(stack, 'everything')).objects);
  const search = { namespace: 'apps', labels: { app: 'search', version: '2' } };
  const table: Array<[string, Endpoint, Array<keyof typeof PORTS>]> = [
    ['the pods that REST was allowed to', at('10.0.1.1', search), ['REST']],
    ['those labels in another namespace', at('10.0.1.1', { ...search, namespace: 'other' }), []],
    ['other labels in that namespace', at('10.0.1.1', { namespace: 'apps', labels: { app: 'batch' } }), []],
    [
      'a namespace that gRPC was allowed to, by its labels',
      at('10.0.1.1', { namespace: 'x', namespaceLabels: { team: 'search' } }),
      ['gRPC'],
    ],
    [
      'Prometheus in a namespace for monitoring',
      at('10.0.1.1', { namespace: 'mon', namespaceLabels: { purpose: 'monitoring' }, labels: { app: 'prometheus' } }),
      ['metrics'],
    ],
    [
      'another pod for monitoring',
      at('10.0.1.1', { namespace: 'mon', namespaceLabels: { purpose: 'monitoring' }, labels: { app: 'x' } }),
      [],
    ],
    ['the gateway', at('10.0.1.1', { namespace: 'gateways' }), ['REST', 'gRPC']],
    ['a range of the load balancer', at('203.0.113.7'), ['REST', 'gRPC']],
    ['a range of the load balancer, by IPv6', at('2001:db8::7'), ['REST', 'gRPC']],
    ['the address after that range', at('203.0.114.0'), []],
  ];

  test.each(table)('is reached by %s where it was allowed', (_who, from, expected) => {
    const reached = Object.entries(PORTS).filter(([, port]) => mayReach(policies, from, pod, port));
    expect(reached.map(([name]) => name)).toEqual(expected);
  });

  test('lets its pods reach each other behind the guard, and where they were before they had one', () => {
    const reached = Object.entries(PORTS).filter(([, port]) => mayReach(policies, pod, { ...pod, address: '10.0.0.2' }, port));
    expect(reached.map(([name]) => name)).toEqual(['REST', 'peer', 'REST behind the guard']);
  });

  test('reaches what it was allowed to', () => {
    expect(mayReach(policies, pod, at('10.20.3.4'), 443)).toBe(true);
    expect(mayReach(policies, pod, at('10.20.3.4'), 80)).toBe(false);
    expect(mayReach(policies, pod, at('10.21.0.1'), 443)).toBe(false);
  });
});

test('a permission that is given twice is one policy', () => {
  const { objects } = synthCluster({}, ({ connections }) => {
    connections.allowRestFrom(kubernetes.Peer.namespace('apps'));
    connections.allowRestFrom(kubernetes.Peer.namespace('apps'));
  });
  const names = objects.filter(({ kind }) => kind === 'NetworkPolicy').map(({ metadata }) => metadata.name);
  expect(names.filter((name) => name.includes('-rest-'))).toEqual([
    expect.stringMatching(/^vectors-cluster-rest-from-namespace-apps-[0-9a-f]{12}$/),
  ]);
});

test('pods are let out by UDP, beside TCP', () => {
  const { objects } = synthCluster({}, ({ connections }) => {
    const resolver = kubernetes.Peer.ipv4('10.0.0.2/32');
    connections.allowTo(resolver, 5353);
    connections.allowTo(resolver, 5353, { protocol: TransportProtocol.UDP });
  });
  const ports = objects
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .flatMap(({ spec }) => spec.egress ?? [])
    .flatMap((rule: any) => rule.ports ?? [])
    .filter(({ port }: any) => String(port) === '5353');
  expect(ports.map(({ protocol }: any) => protocol).sort()).toEqual(['TCP', 'UDP']);
});
