import type { OptionNames } from '../../input/options';
import { KEY_GENERATIONS_OPTIONS, SERVER_OPTIONS } from '../../qdrant/option-names';
import type { ExistingApiKeysProps, GeneratedApiKeysProps } from '../secrets/api-keys';
import type { QdrantClusterAttributes } from './cluster-interface';
import type { QdrantClusterProps } from './cluster-props';
import type { AllowToOptions } from '../access/connections';
import type { DataVolumeProps } from '../node/data-volume';
import type { LoadBalancerProps } from '../access/load-balancer';
import type { OwnImageOptions } from '../node/machine-image';
import type { SubnetsProps } from '../access/network';
import type { RollingUpdateProps } from './rolling-update';
import type { SecretOptions } from '../secrets/secret';
import type { GeneratedTlsOptions, IssuedTlsOptions, SecretTlsOptions } from '../tls/tls';

export const CLUSTER_OPTIONS: OptionNames<QdrantClusterProps> = {
  ...SERVER_OPTIONS,
  network: true,
  instanceType: true,
  dataVolume: true,
  image: true,
  clusterName: true,
  apiKeys: true,
  tls: true,
  clientVerification: true,
  trustedAuthorities: true,
  hostNames: true,
  machineImage: true,
  rollingUpdate: true,
  removalPolicy: true,
  tags: true,
  provider: true,
};

export const CLUSTER_ATTRIBUTES: OptionNames<QdrantClusterAttributes> = {
  host: true,
  securityGroupId: true,
  readOnlyKey: true,
  adminKey: true,
  clientCa: true,
  clientCertificate: true,
  grpc: true,
  metricsPort: true,
  provider: true,
};

export const SUBNETS_OPTIONS: OptionNames<SubnetsProps> = {
  vpcId: true,
  subnetIds: true,
  zoneCount: true,
  nodeNames: true,
  httpsTo: true,
};

export const DATA_VOLUME_OPTIONS: OptionNames<DataVolumeProps> = {
  sizeGib: true,
  iops: true,
  throughputMibps: true,
  encryptionKeyArn: true,
  snapshotIds: true,
};

export const ROLLING_UPDATE_OPTIONS: OptionNames<RollingUpdateProps> = {
  refreshHours: true,
  nodeTimeoutMinutes: true,
  turnSeconds: true,
  requireReadyPeers: true,
};

export const LOAD_BALANCER_OPTIONS: OptionNames<LoadBalancerProps> = {
  scheme: true,
  subnetIds: true,
  hostName: true,
  removalPolicy: true,
};

export const ALLOW_TO_OPTIONS: OptionNames<AllowToOptions> = { protocol: true, alsoAllowAtPeer: true };

export const GENERATED_KEYS_OPTIONS: OptionNames<GeneratedApiKeysProps> = {
  ...KEY_GENERATIONS_OPTIONS,
  encryptionKeyArn: true,
};

export const EXISTING_KEYS_OPTIONS: OptionNames<ExistingApiKeysProps> = { admin: true, readOnly: true, alternate: true };

export const SECRET_OPTIONS: OptionNames<SecretOptions> = { jsonField: true, encryptionKeyArn: true };

export const SECRET_TLS_OPTIONS: OptionNames<SecretTlsOptions> = { clientCa: true };

export const OWN_IMAGE_OPTIONS: OptionNames<OwnImageOptions> = { rootVolumeSizeGib: true };

export const ISSUED_TLS_OPTIONS: OptionNames<IssuedTlsOptions> = { validityDays: true };

export const GENERATED_TLS_OPTIONS: OptionNames<GeneratedTlsOptions> = { ...ISSUED_TLS_OPTIONS, encryptionKeyArn: true };
