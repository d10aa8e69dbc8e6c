import { QdrantVersion } from '../../../lib';
import { RestOptions } from '../../support/cluster-client';
import { RunningCluster } from './cluster';

export const REST = 6333;
export const GRPC = 6334;
export const PEER = 6335;
export const GRPC_BEHIND_GUARD = 6336;
export const REST_BEHIND_GUARD = 6337;
export const HEALTH = 6339;
export const METRICS = 9153;

/** What the cluster is made with. */
export const AT_FIRST = { version: QdrantVersion.V1_17_1 };

/** What the tests are given, once it has started. */
export interface Given {
  cluster: RunningCluster;
  /** The API keys of today. */
  admin: string;
  readOnly: string;
}

/** Writes through the cluster's REST. */
export function put({ cluster, admin }: Given, path: string, body: unknown, options: RestOptions = {}) {
  return cluster.rest(path, { method: 'PUT', body: JSON.stringify(body), key: admin, ...options });
}
