import { Given } from './given';

/** Changes while a client writes and reads. */
export function changes(_given: Given): void {}
