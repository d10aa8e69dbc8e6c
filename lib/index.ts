export * from './posture';
export * from './monitoring';
export * from './qdrant';
export * as aws from './aws';
export * as kubernetes from './kubernetes';
