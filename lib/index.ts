export * from './posture';
export * from './monitoring';
export * from './qdrant';
export * from './cluster/cluster-base';
export * from './cluster/collection-grant-options';
export * from './cluster/verification-options';
export * as aws from './aws';
export * as kubernetes from './kubernetes';
