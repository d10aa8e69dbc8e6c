export * from './ca-bundle';
export * from './certificate-issuer';
export * from './client-certificate';
export * from './client-verification';
export * from './tls';
