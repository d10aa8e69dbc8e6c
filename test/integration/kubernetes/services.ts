import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../support/programs';
import { IMAGES } from './images';
import { Command, Machine } from './machine';

/** Addresses of the tests' Kubernetes: all of them in network namespaces. */
export const CONTROL_ADDRESS = '10.0.0.10';
const SERVICE_RANGE = '10.96.0.0/16';
export const DNS_ADDRESS = '10.96.0.10';
const POD_RANGE = '10.244.0.0/16';

export function podRange(index: number): string {
  return `10.244.${index}.0/24`;
}

/** What a control plane consists of. The folder holds its certificates and tokens. */
export function controlPlane(machine: Machine, folder: string): { [name: string]: Command } {
  const [etcd, peer] = ['http://127.0.0.1:2379', 'http://127.0.0.1:2380'];
  const key = join(folder, 'service-accounts.pem');
  const kubeconfig = join(folder, 'kubeconfig');
  return {
    etcd: [
      ...([findProgram('etcd')!, '--data-dir', machine.file('etcd'), '--listen-client-urls', etcd] as Command),
      ...['--advertise-client-urls', etcd, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', `default=${peer}`, '--unsafe-no-fsync'],
    ],
    apiserver: [
      ...([findProgram('kube-apiserver')!, '--etcd-servers', etcd, '--cert-dir', folder] as Command),
      ...['--bind-address', CONTROL_ADDRESS, '--advertise-address', CONTROL_ADDRESS, '--secure-port', '6443'],
      ...['--service-account-issuer', 'https://kubernetes.default.svc.cluster.local', '--service-account-key-file', key],
      ...['--service-account-signing-key-file', key, '--token-auth-file', join(folder, 'tokens.csv')],
      ...['--authorization-mode', 'RBAC', '--service-cluster-ip-range', SERVICE_RANGE, '--allow-privileged=true'],
      ...['--kubelet-preferred-address-types', 'InternalIP', '--profiling=false'],
    ],
    'controller-manager': [
      ...([findProgram('kube-controller-manager')!, '--kubeconfig', kubeconfig, '--leader-elect=false'] as Command),
      ...['--root-ca-file', join(folder, 'apiserver.crt'), '--service-account-private-key-file', key],
      // Sooner than by default, so that a machine that goes away is seen to be.
      ...['--node-monitor-period', '2s', '--node-monitor-grace-period', '20s', '--bind-address', '127.0.0.1'],
    ],
    scheduler: [
      ...([findProgram('kube-scheduler')!, '--kubeconfig', kubeconfig, '--leader-elect=false'] as Command),
      ...['--bind-address', '127.0.0.1'],
    ],
  };
}

/** What a machine that runs pods consists of. */
export function worker(machine: Machine, index: number, kubeconfig: string): { [name: string]: Command } {
  const { name, address } = machine.member;
  const network = {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      // Not a bridge: what goes from pod to pod on one machine is to meet policies and services too.
      {
        type: 'ptp',
        ipMasq: false,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: podRange(index) }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: '/run/cni-addresses',
        },
      },
    ],
  };
  mkdirSync(machine.file('cni'), { recursive: true });
  machine.write('cni/pods.conflist', JSON.stringify(network));
  machine.write('resolv.conf', 'options timeout:1\n');
  const containerd = machine.write('containerd.toml', containerdSettings(machine));
  const kubelet = machine.write('kubelet.json', JSON.stringify(kubeletSettings(machine)));
  return {
    containerd: [findProgram('containerd')!, '--config', containerd],
    kubelet: [
      ...([findProgram('kubelet')!, '--config', kubelet, '--kubeconfig', kubeconfig] as Command),
      ...['--hostname-override', name, '--node-ip', address, '--root-dir', '/var/lib/kubelet'],
    ],
    'kube-proxy': [
      ...([findProgram('kube-proxy')!, '--kubeconfig', kubeconfig, '--hostname-override', name] as Command),
      ...['--proxy-mode', 'nftables', '--cluster-cidr', POD_RANGE, '--conntrack-max-per-core', '0'],
      ...['--conntrack-tcp-timeout-established', '0', '--conntrack-tcp-timeout-close-wait', '0'],
    ],
    'kube-router': [
      ...([findProgram('kube-router')!, '--kubeconfig', kubeconfig, '--hostname-override', name] as Command),
      ...['--run-firewall=true', '--run-router=false', '--run-service-proxy=false', '--run-loadbalancer=false'],
      ...['--service-cluster-ip-range', SERVICE_RANGE, '--enable-cni=false'],
    ],
  };
}

function containerdSettings(machine: Machine): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${IMAGES.pause}"
  # Its children may have no higher score than it where the right to lower one is missing.
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${machine.file('cni')}"
`;
}

function kubeletSettings(machine: Machine): object {
  const none = { 'memory.available': '0%', 'nodefs.available': '0%', 'nodefs.inodesFree': '0%', 'imagefs.available': '0%' };
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: machine.member.address,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: machine.controlGroup,
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    clusterDomain: 'cluster.local',
    clusterDNS: [DNS_ADDRESS],
    resolvConf: machine.file('resolv.conf'),
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    // The host’s disk and memory are for others too.
    evictionHard: none,
    imageGCHighThresholdPercent: 100,
    // What a Secret or a ConfigMap has become is in pods soon.
    syncFrequency: '3s',
    nodeStatusUpdateFrequency: '4s',
    nodeLeaseDurationSeconds: 16,
  };
}
