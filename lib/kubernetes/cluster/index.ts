export * from './cluster';
export * from './cluster-base';
export * from './cluster-interface';
export * from './cluster-props';
