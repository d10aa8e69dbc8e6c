import { Given } from './given';

/** Five nodes on five machines, and what parts them. */
export function fiveNodes(_given: Given): void {}
