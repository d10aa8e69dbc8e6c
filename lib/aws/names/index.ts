export * from './node-names';
