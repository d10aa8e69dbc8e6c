export * from './machine-requirement';
export * from './placement';
export * from './pod-user';
export * from './resources';
export * from './token-signer-options';
export * from './verification-options';
export * from './volume';
