export * from './machine-requirement';
export * from './placement';
export * from './pod-user';
export * from './resources';
export * from './volume';
