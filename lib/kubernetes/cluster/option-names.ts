import type { OptionNames } from '../../input/options';
import { SERVER_OPTIONS } from '../../qdrant/option-names';
import type { ExistingApiKeysProps, ExternalApiKeysProps, ExternalKey } from '../secrets/api-keys';
import type { ExternalIssuerOptions } from '../tls/certificate-issuer';
import type { ClientCertificateProps } from '../tls/client-certificate';
import type { ClientServiceProps, LoadBalancerServiceProps } from '../access/client-service';
import type { QdrantClusterAttributes } from './cluster-interface';
import type { QdrantClusterProps, RollingUpdateProps } from './cluster-props';
import type { AllowToOptions } from '../access/connections';
import type { GatewayReference, GatewayRouteProps } from '../access/gateway-route';
import type { IngressProps } from '../access/ingress';
import type { MachinePreference } from '../pod/machine-requirement';
import type { PodsPeerProps } from '../access/peer';
import type { PlacementProps, Toleration } from '../pod/placement';
import type { GuardResourcesProps, ResourcesProps } from '../pod/resources';
import type { ServiceMonitorProps } from '../access/service-monitor';
import type { CertManagerTlsOptions, ExistingTlsOptions, IssuedTlsOptions } from '../tls/tls';
import type { VolumeProps } from '../pod/volume';

export const CLUSTER_OPTIONS: OptionNames<QdrantClusterProps> = {
  ...SERVER_OPTIONS,
  namespace: true,
  resources: true,
  dataVolume: true,
  snapshotVolume: true,
  image: true,
  guardImage: true,
  allowRecoveryMode: true,
  guardResources: true,
  imagePullSecretNames: true,
  clusterName: true,
  clusterDomain: true,
  dns: true,
  user: true,
  apiKeys: true,
  tls: true,
  clientVerification: true,
  trustedAuthorities: true,
  hostNames: true,
  clientService: true,
  placement: true,
  rollingUpdate: true,
  removalPolicy: true,
  labels: true,
  serviceAccountAnnotations: true,
  podAnnotations: true,
  provider: true,
};

export const CLUSTER_ATTRIBUTES: OptionNames<QdrantClusterAttributes> = {
  clusterName: true,
  namespace: true,
  host: true,
  podLabels: true,
  readOnlyKey: true,
  adminKey: true,
  clientCa: true,
  clientCertificate: true,
  grpc: true,
  metricsPort: true,
  provider: true,
};

export const RESOURCES_OPTIONS: OptionNames<ResourcesProps> = { memory: true, cpu: true, cpuLimit: true };

export const GUARD_RESOURCES_OPTIONS: OptionNames<GuardResourcesProps> = { memory: true, cpu: true, cpuLimit: true };

export const VOLUME_OPTIONS: OptionNames<VolumeProps> = { size: true, storageClassName: true, accessMode: true };

export const PLACEMENT_OPTIONS: OptionNames<PlacementProps> = {
  overHosts: true,
  overZones: true,
  zoneCount: true,
  nodeSelector: true,
  machines: true,
  preferredMachines: true,
  apartFrom: true,
  tolerations: true,
  priorityClassName: true,
};

export const TOLERATION_OPTIONS: OptionNames<Toleration> = { key: true, value: true, effect: true };

export const MACHINE_PREFERENCE_OPTIONS: OptionNames<MachinePreference> = { requirements: true, weight: true };

export const ROLLING_UPDATE_OPTIONS: OptionNames<RollingUpdateProps> = {
  nodeTimeoutMinutes: true,
  waitForRollout: true,
  turnSeconds: true,
};

export const INGRESS_OPTIONS: OptionNames<IngressProps> = {
  ingressClassName: true,
  controllerPods: true,
  clients: true,
  restHost: true,
  restAnnotations: true,
  grpcHost: true,
  grpcAnnotations: true,
  tlsSecretName: true,
  tlsPassThrough: true,
};

export const GATEWAY_ROUTE_OPTIONS: OptionNames<GatewayRouteProps> = {
  gateway: true,
  gatewayPods: true,
  clients: true,
  clientPort: true,
  restHost: true,
  grpcHost: true,
  tls: true,
  tlsRouteVersion: true,
};

export const GATEWAY_OPTIONS: OptionNames<GatewayReference> = { name: true, namespace: true, sectionName: true };

export const SERVICE_MONITOR_OPTIONS: OptionNames<ServiceMonitorProps> = {
  scrapedBy: true,
  labels: true,
  intervalSeconds: true,
  clientCertificateSecretName: true,
};

export const CLIENT_CERTIFICATE_OPTIONS: OptionNames<ClientCertificateProps> = { commonName: true, validityDays: true };

export const CLIENT_SERVICE_OPTIONS: OptionNames<ClientServiceProps> = {
  annotations: true,
  restAppProtocol: true,
  grpcAppProtocol: true,
};

export const LOAD_BALANCER_SERVICE_OPTIONS: OptionNames<LoadBalancerServiceProps> = {
  ...CLIENT_SERVICE_OPTIONS,
  sourceRanges: true,
  loadBalancerClass: true,
};

export const ALLOW_TO_OPTIONS: OptionNames<AllowToOptions> = { protocol: true };

export const PODS_PEER_OPTIONS: OptionNames<PodsPeerProps> = { labels: true, namespace: true, namespaceLabels: true };

export const EXISTING_KEYS_OPTIONS: OptionNames<ExistingApiKeysProps> = { admin: true, readOnly: true, alternate: true };

export const EXTERNAL_KEYS_OPTIONS: OptionNames<ExternalApiKeysProps> = {
  ...EXISTING_KEYS_OPTIONS,
  store: true,
  refreshMinutes: true,
};

export const EXTERNAL_KEY_OPTIONS: OptionNames<ExternalKey> = { remoteKey: true, property: true };

export const EXISTING_TLS_OPTIONS: OptionNames<ExistingTlsOptions> = { clientCa: true };

export const ISSUED_TLS_OPTIONS: OptionNames<IssuedTlsOptions> = { validityDays: true };

export const CERT_MANAGER_TLS_OPTIONS: OptionNames<CertManagerTlsOptions> = { ...ISSUED_TLS_OPTIONS, ...EXISTING_TLS_OPTIONS };

export const EXTERNAL_ISSUER_OPTIONS: OptionNames<ExternalIssuerOptions> = { kind: true, group: true };
