export * from './cluster';
export * from './cluster-interface';
export * from './cluster-props';
