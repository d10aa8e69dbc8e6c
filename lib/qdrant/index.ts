export * from './certificate';
export * from './client';
export * from './ports';
export * from './settings';
export * from './version';
