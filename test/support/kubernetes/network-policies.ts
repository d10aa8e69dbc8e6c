import { BlockList } from 'node:net';
import { KubernetesObject } from './objects';

/** A pod, or what is outside of the Kubernetes cluster: that has no namespace. */
export interface Endpoint {
  readonly address: string;
  readonly labels?: { [name: string]: string };
  readonly namespace?: string;
  readonly namespaceLabels?: { [name: string]: string };
}

/**
 * Whether a connection is allowed by NetworkPolicies, as Kubernetes documents them: a pod that no policy selects is open; one that any selects
 * is closed but for the union of what those allow; and both ends must agree.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function mayReach(
  policies: KubernetesObject[],
  from: Endpoint,
  to: Endpoint,
  port: number,
  protocol: 'TCP' | 'UDP' = 'TCP',
): boolean {
  const direction = (type: 'Ingress' | 'Egress', here: Endpoint, there: Endpoint) => {
    const selecting = policies.filter((policy) => policy.spec.policyTypes.includes(type) && selects(policy, here));
    if (selecting.length === 0) return true;
    return selecting.some(({ spec, metadata }) =>
      (spec[type.toLowerCase()] ?? []).some((rule: any) => {
        const peers: any[] | undefined = type === 'Ingress' ? rule.from : rule.to;
        return fits(rule.ports, port, protocol) && (!peers?.length || peers.some((peer) => matches(peer, there, metadata)));
      }),
    );
  };
  return direction('Egress', from, to) && direction('Ingress', to, from);
}

function selects({ metadata, spec }: KubernetesObject, pod: Endpoint): boolean {
  return pod.namespace === metadata.namespace && labelsMatch(spec.podSelector, pod.labels);
}

function fits(ports: any[] | undefined, port: number, protocol: string): boolean {
  return !ports?.length || ports.some((one) => one.port === port && (one.protocol ?? 'TCP') === protocol);
}

/** Ranges of addresses mean what is outside, pods are known by their labels. */
function matches(peer: any, endpoint: Endpoint, { namespace }: { namespace: string }): boolean {
  if (peer.ipBlock) return endpoint.namespace === undefined && isWithin(peer.ipBlock, endpoint.address);
  if (endpoint.namespace === undefined) return false;
  const inNamespace = peer.namespaceSelector
    ? labelsMatch(peer.namespaceSelector, {
        'kubernetes.io/metadata.name': endpoint.namespace,
        ...endpoint.namespaceLabels,
      })
    : endpoint.namespace === namespace;
  return inNamespace && (!peer.podSelector || labelsMatch(peer.podSelector, endpoint.labels));
}

function labelsMatch(selector: any, labels: { [name: string]: string } = {}): boolean {
  if (selector.matchExpressions) throw new Error('the library writes no matchExpressions');
  return Object.entries(selector.matchLabels ?? {}).every(([name, value]) => labels[name] === value);
}

function isWithin({ cidr, except = [] }: { cidr: string; except?: string[] }, address: string): boolean {
  const isIn = (range: string) => {
    const [base, prefix] = range.split('/');
    const family = base.includes(':') ? 'ipv6' : 'ipv4';
    const list = new BlockList();
    list.addSubnet(base, Number(prefix), family);
    return address.includes(':') === (family === 'ipv6') && list.check(address, family);
  };
  return isIn(cidr) && !except.some(isIn);
}
