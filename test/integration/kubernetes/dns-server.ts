import { KubernetesObject } from '../../support/kubernetes/objects';
import { IMAGES } from './images';
import { DNS_ADDRESS } from './services';

/** The label of the machine that runs the control plane, the DNS server and the clients of tests, and nothing else. */
export const CONTROL_LABEL = 'node-role.kubernetes.io/control-plane';

/** On the machine of the control plane. */
export const ON_CONTROL = {
  nodeSelector: { [CONTROL_LABEL]: '' },
  tolerations: [{ key: CONTROL_LABEL, operator: 'Exists' }],
};

/** What answers for names, as a pod in kube-system. */
export function dnsServer(): KubernetesObject[] {
  const metadata = { name: 'coredns', namespace: 'kube-system' };
  const labels = { 'k8s-app': 'kube-dns' };
  const settings = [
    '.:53 {',
    '  errors',
    '  health',
    '  ready',
    '  kubernetes cluster.local in-addr.arpa {',
    '    ttl 5',
    '  }',
    '  cache 5',
    '}',
    '',
  ];
  const rights = [{ apiGroups: ['', 'discovery.k8s.io'], resources: ['*'], verbs: ['list', 'watch'] }];
  const ports = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ];
  const group = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: { name: 'coredns' }, rules: rights },
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'coredns' },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'coredns' },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Corefile: settings.join('\n') } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kube-dns', namespace: 'kube-system' },
      spec: { clusterIP: DNS_ADDRESS, selector: labels, ports },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            ...ON_CONTROL,
            serviceAccountName: 'coredns',
            dnsPolicy: 'Default',
            containers: [
              {
                name: 'coredns',
                image: IMAGES.dns,
                args: ['-conf', '/etc/coredns/Corefile'],
                readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
                volumeMounts: [{ name: 'settings', mountPath: '/etc/coredns' }],
              },
            ],
            volumes: [{ name: 'settings', configMap: { name: 'coredns' } }],
          },
        },
      },
    },
  ];
}
