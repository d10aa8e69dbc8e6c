import { RealCluster } from './cluster';
import { RealKubernetes } from './kubernetes';

/** What the tests are given, once it has started. */
export interface Given {
  real: RealKubernetes;
  cluster: RealCluster;
}
