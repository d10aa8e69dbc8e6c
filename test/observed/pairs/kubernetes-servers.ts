import { account, bound, keyOf, nothing, pair, secrets } from './changes';
import { Pair } from './pair';
import { labels, Objects, TCP } from './pods';

const verifying = (service: object) => (it: Objects) => {
  Object.assign(it.settings.service, { verify_https_client_certificate: true, ...service });
  it.container.readinessProbe = { exec: { command: ['/ready.sh'] } };
};

const service = (spec: object) => ({
  kind: 'Service',
  metadata: { name: 'front' },
  spec: { selector: labels, type: 'LoadBalancer', ports: [{ port: 443, targetPort: 'http' }], ...spec },
});
const letIn =
  (...ports: number[]) =>
  (it: Objects) =>
    it.policy.spec.ingress.push({ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: TCP(...ports) });
const set = (service: object) => (it: Objects) => void Object.assign(it.settings.service, service);
const endpoint = (url: string) => (it: Objects) => {
  it.settings.storage.snapshots_config = { snapshots_storage: 's3', s3_config: { endpoint_url: url } };
};
const everyone = (kind: string, name: string) => bound({ kind, name }, [{ ...secrets[0], resourceNames: ['vault-made'] }]);

/** Of ports, settings and keys. */
export const kubernetesPairsOfServers: Pair[] = [
  pair('QDR001', ['6335 for a network', letIn(6335)], ['6333 for a network', letIn(6333)], {
    address: 'NetworkPolicy default/vectors',
  }),
  pair(
    'QDR002',
    ['a load balancer for everyone, of a server without a key', (it) => (it.container.env = []), [service({})]],
    ['one for a network', (it) => (it.container.env = []), [service({ loadBalancerSourceRanges: ['10.0.0.0/8'] })]],
    { also: ['QDR013'], silentAlso: ['QDR013'], address: 'Service default/front' },
  ),
  pair(
    'QDR003',
    ['a load balancer for everyone', nothing, [service({})]],
    ['one for a network', nothing, [service({ loadBalancerSourceRanges: ['10.0.0.0/8'] })]],
  ),
  pair(
    'QDR004',
    [
      'a metrics port for a network',
      (it) => {
        set({ metrics_port: 9153 })(it);
        letIn(9153)(it);
      },
    ],
    ['a metrics port for nobody', set({ metrics_port: 9153 })],
  ),
  pair(
    'QDR010',
    ['certificates that gRPC does not verify', verifying({})],
    ['certificates, and no gRPC', verifying({ grpc_port: null })],
  ),
  pair('QDR011', ['no TLS', set({ enable_tls: false })], ['TLS', set({ enable_tls: true })], { also: ['QDR048'] }),
  pair(
    'QDR012',
    ['pods that speak to each other without TLS', (it) => (it.settings.cluster = { enabled: true })],
    [
      'one pod, which speaks to none',
      (it) => {
        it.settings.cluster = { enabled: true };
        it.set.spec.replicas = 1;
      },
    ],
  ),
  pair(
    'QDR013',
    ['an empty key', (it) => (it.container.env = [keyOf('API_KEY', '')])],
    ['a key of a Secret that others fill', nothing],
  ),
  pair('QDR014', ['snapshots over http', endpoint('http://minio:9000')], ['over https', endpoint('https://minio:9000')]),
  pair(
    'QDR020',
    ['the release before', (it) => (it.container.image = 'qdrant/qdrant:v1.18.3-unprivileged')],
    ['one after', (it) => (it.container.image = 'qdrant/qdrant:v1.19.1-unprivileged')],
  ),
  pair(
    'QDR021',
    ['pods that ask each other for no key', set({ enforce_internal_auth: false })],
    [
      'a pod that has no other',
      (it) => {
        set({ enforce_internal_auth: false })(it);
        it.set.spec.replicas = 1;
      },
    ],
  ),
  pair('QDR022', ['the web UI', set({ enable_static_content: true })], ['none', set({ enable_static_content: false })]),
  pair(
    'QDR030',
    ['everyone with an account', nothing, everyone('Group', 'system:authenticated')],
    ['a group of a company', nothing, everyone('Group', 'search-team')],
  ),
  pair(
    'QDR031',
    ['every workload', nothing, everyone('Group', 'system:serviceaccounts')],
    ['a workload', nothing, bound({ ...account, name: 'search' }, [{ ...secrets[0], resourceNames: ['vault-made'] }])],
  ),
];
