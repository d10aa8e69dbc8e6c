export * from './connections';
export * from './load-balancer';
export * from './network';
export * from './peer';
