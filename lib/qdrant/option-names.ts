import type { OptionNames } from '../input/options';
import type { KeyGenerationsProps } from './key-generations';
import type { QdrantServerProps } from './server-props';
import type { QdrantSettings } from './settings';

export const SERVER_OPTIONS: OptionNames<QdrantServerProps> = {
  nodeCount: true,
  sizing: true,
  version: true,
  upgradingFrom: true,
  grpc: true,
  metricsPort: true,
  foundingGeneration: true,
  settings: true,
};

export const SETTINGS_OPTIONS: OptionNames<QdrantSettings> = {
  logLevel: true,
  jwtRbac: true,
  telemetry: true,
  cors: true,
  webUi: true,
  snapshotUrlRecovery: true,
  maxRequestSizeMib: true,
  replicationFactor: true,
  writeConsistencyFactor: true,
  onDiskPayload: true,
  auditLog: true,
  additional: true,
  unchecked: true,
};

export const KEY_GENERATIONS_OPTIONS: OptionNames<KeyGenerationsProps> = {
  readOnly: true,
  generation: true,
  alternateGeneration: true,
  readOnlyGeneration: true,
};
