export * from './collection-grant';
export * from './grant';
export * from './grantee';
