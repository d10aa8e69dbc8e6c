export * from './cluster';
export * from './access';
export * from './grants';
export * from './tls';
export * from './secrets';
export * from './node';
export * from './names';
export * from './removal-policy';
