import js from '@eslint/js';
import ts from 'typescript-eslint';

/** From the ground up: each folder of lib/ imports those before it only. */
const FLOORS = [
  'input',
  'terraform',
  'qdrant',
  'monitoring',
  'posture',
  'observed',
  'testing',
  'verify',
  'ops',
  'cli',
  'cluster',
];

/** The targets, which know nothing of each other, and the rooms of each, again from the ground up. */
const TARGETS = {
  aws: ['names', 'secrets', 'tls', 'grants', 'access', 'node', 'cluster'],
  kubernetes: ['names', 'secrets', 'tls', 'grants', 'access', 'pod', 'cluster'],
};

/** These run where CDK for Terraform is not. */
const PROGRAMS = ['verify', 'ops', 'cli'];

const anyOf = (names) => `(${names.join('|')})(/|$)`;
const refuse = (files, patterns) => ({ files, rules: { 'no-restricted-imports': ['error', { patterns }] } });

const borders = [
  ...FLOORS.map((floor, index) =>
    refuse(
      [`lib/${floor}/**/*.ts`],
      [
        {
          regex: `^(\\.\\./)+${anyOf([...FLOORS.slice(index + 1), ...Object.keys(TARGETS)])}`,
          message: `lib/${floor} imports only what is below it: ${FLOORS.slice(0, index).join(', ') || 'nothing'}.`,
        },
        { regex: '^@cdktf/provider-', message: 'What every target shares knows no provider.' },
        ...(PROGRAMS.includes(floor)
          ? [{ regex: '^(cdktf|constructs)(/|$)', message: 'It runs where CDK for Terraform is not.' }]
          : []),
      ],
    ),
  ),
  ...Object.entries(TARGETS).flatMap(([target, rooms]) => {
    const foreign = Object.keys(TARGETS).filter((other) => other !== target);
    const always = [
      {
        regex: `^(\\.\\./)+${anyOf(foreign)}`,
        message: 'A target imports nothing of another: what both need is in lib/cluster.',
      },
      { regex: `^@cdktf/provider-${anyOf(foreign)}`, message: 'A user of one target need not have the provider of another.' },
      { regex: '^@cdktf/provider-[^/]+$', message: 'The root of a provider takes seconds to load: import .../lib/RESOURCE.' },
    ];
    return rooms.map((room, index) =>
      refuse(
        [`lib/${target}/${room}/**/*.ts`],
        [
          ...always,
          {
            regex: `^\\.\\./?($|${anyOf(['index', ...rooms.slice(index + 1)])})`,
            message: `lib/${target}/${room} imports only the rooms below it: ${rooms.slice(0, index).join(', ') || 'none'}.`,
          },
        ],
      ),
    );
  }),
];

export default ts.config(
  { ignores: ['**/node_modules', '**/cdktf.out', 'dist', 'lib/**/*.js', 'lib/**/*.d.ts', 'coverage', '.cache', '.venv*'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    rules: {
      // Synthesized Terraform and tokens are of no type that TypeScript knows.
      '@typescript-eslint/no-explicit-any': 'off',
      'no-template-curly-in-string': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  { files: ['lib/**/*.ts'], rules: { 'max-lines': ['error', 300] } },
  ...borders,
  {
    files: ['**/*.js'],
    languageOptions: {
      globals: {
        require: 'readonly',
        exports: 'writable',
        module: 'writable',
        process: 'readonly',
        console: 'readonly',
        __dirname: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
