export * from './certificate';
export * from './client';
export * from './key-generations';
export * from './ports';
export * from './server-props';
export * from './resolved-settings';
export * from './settings';
export * from './version';
