export * from './cluster';
export * from './access';
export * from './grants';
export * from './tls';
export * from './secrets';
export * from './pod';
export * from './removal-policy';
