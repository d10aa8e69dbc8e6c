import { Construct } from 'constructs';
import { checkQuantity } from './quantity';

/** What each node is given. */
export interface ResourcesProps {
  /** The memory, for example `16Gi`. It is asked for and also the limit, so that nobody else's load can have a node killed. */
  readonly memory: string;

  /**
   * The processors that are asked for, for example `4` or `500m`. There is no limit: a search may use what is idle.
   *
   * @default 1
   */
  readonly cpu?: string;
}

/** Throws where a node could not work with it. @internal */
export function checkResources(place: Construct, resources: ResourcesProps): void {
  checkQuantity(place, 'resources.memory', resources.memory, { quantity: '512Mi', example: '8Gi' });
  if (resources.cpu !== undefined) checkQuantity(place, 'resources.cpu', resources.cpu, { quantity: '100m', example: '2' });
}
