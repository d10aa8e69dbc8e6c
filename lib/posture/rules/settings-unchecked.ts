import { FindingSeverity, Rule } from './rule';

export const settingsUnchecked: Rule = {
  id: 'QDR025',
  severity: FindingSeverity.WARNING,
  title: 'A setting was given as settings.unchecked',
  reason: 'This library does not know it, and cannot tell what it opens, nor whether the server takes it.',
  fix: 'move it to settings.additional once a release of this library knows it, or acknowledge it.',
  source: 'https://qdrant.tech/documentation/ops-configuration/configuration/',
  check: ({ settings }) => (settings?.uncheckedPaths ?? []).map((path) => `the setting ${path} was not checked`),
};
