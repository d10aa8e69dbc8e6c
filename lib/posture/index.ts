export * from './listener';
export * from './posture';
export { Acknowledgement, Finding, FindingSeverity } from './rules/rule';
export * from './secret';
