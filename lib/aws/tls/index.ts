export * from './ca-bundle';
export * from './client-verification';
export * from './tls';
