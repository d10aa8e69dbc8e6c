import { RealCluster } from './cluster';
import { RealKubernetes } from './kubernetes';

/** What the tests are given, once it has started. */
export interface Given {
  real: RealKubernetes;
  cluster: RealCluster;
}

export const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
