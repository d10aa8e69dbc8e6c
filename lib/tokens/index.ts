export * from './grant';
export * from './kubernetes-store';
export * from './sign-tokens';
