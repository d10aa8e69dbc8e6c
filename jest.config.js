const everywhere = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // The sources, never what jsii compiled beside them.
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  moduleNameMapper: { '^cdktf-qdrant$': '<rootDir>/lib/index.ts' },
  modulePathIgnorePatterns: ['<rootDir>/dist', 'cdktf.out'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.dev.json', diagnostics: false }] },
};

// What unit tests read a quicker text of.
const RESOLVED_BY = 'cdktf/lib/(tokens/private/resolve|tfExpression)\\.js$';

// By these a test file is of one project and no other; all the rest are unit tests.
const PROGRAMS = ['/test/programs/', '/test/aws/node-secrets'];
const INTEGRATION = ['/test/integration/'];
const filesOf = (places) => places.map((place) => `${place}.*\\.test\\.ts$`);

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    {
      ...everywhere,
      displayName: 'unit',
      testRegex: ['\\.test\\.ts$'],
      testPathIgnorePatterns: [...PROGRAMS, ...INTEGRATION],
      moduleNameMapper: {
        ...everywhere.moduleNameMapper,
        '(/(stack-trace|validate-terraform-version)|^archiver)$': '<rootDir>/test/support/quick-cdktf.js',
      },
      transform: { ...everywhere.transform, [RESOLVED_BY]: '<rootDir>/test/support/quick-tokens.js' },
      transformIgnorePatterns: [`/node_modules/(?!${RESOLVED_BY})`],
    },
    // These run the shell programs of nodes and pods, and wait for clocks.
    { ...everywhere, displayName: 'programs', testRegex: filesOf(PROGRAMS) },
    { ...everywhere, displayName: 'integration', testRegex: filesOf(INTEGRATION) },
  ],
  // From the sources, as all else.
  globalSetup: '<rootDir>/scripts/bundle.js',
  testSequencer: '<rootDir>/test/support/sequencer.js',
  testTimeout: 600000,
  // The integration tests wait more than they work.
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/test/support/summary-reporter.js'],
};
