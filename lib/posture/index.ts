export * from './listener';
export * from './posture';
export * from './rules/rule';
export * from './secret';
