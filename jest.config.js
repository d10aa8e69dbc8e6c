const everywhere = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // The sources, never what jsii compiled beside them.
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  moduleNameMapper: { '^cdktf-qdrant$': '<rootDir>/lib/index.ts' },
  modulePathIgnorePatterns: ['<rootDir>/dist', 'cdktf.out'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.dev.json', diagnostics: false }] },
};

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    { ...everywhere, displayName: 'unit', testMatch: ['**/*.test.ts'], testPathIgnorePatterns: ['/integration/'] },
    { ...everywhere, displayName: 'integration', testMatch: ['**/integration/**/*.test.ts'] },
  ],
  testTimeout: 600000,
  // The integration tests wait more than they work.
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/test/support/summary-reporter.js'],
};
