export * from './data-volume';
export * from './machine-image';
export * from './node';
export * from './verification-options';
