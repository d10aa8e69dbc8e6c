export * from './acknowledgement';
export * from './acknowledgements';
export * from './listener';
export * from './outbound';
export * from './posture';
export * from './rules/rule';
export * from './secret';
export * from './undeclared-reach';
