export * from './api-keys';
export * from './secret';
export * from './secret-store';
