export * from './machine-requirement';
export * from './placement';
export * from './pod-user';
export * from './resources';
export * from './verification-options';
export * from './volume';
