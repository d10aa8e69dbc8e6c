export * from './grant';
export * from './grantee';
