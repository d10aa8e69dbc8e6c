export * from './connections';
export * from './load-balancer';
export * from './network';
export * from './node-names';
export * from './peer';
