export * from './thresholds-props';
