export * from './posture';
export * from './monitoring';
export * from './qdrant';
export * from './cluster/verification-options';
export * as aws from './aws';
export * as kubernetes from './kubernetes';
