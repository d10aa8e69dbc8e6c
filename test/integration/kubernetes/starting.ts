import { Given } from './given';

/** What keeps a pod from serving, and what lets it. */
export function starting(_given: Given): void {}
