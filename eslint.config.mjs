import js from '@eslint/js';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['**/node_modules', '**/cdktf.out', 'dist', 'lib/**/*.js', 'lib/**/*.d.ts', 'coverage', '.cache', '.venv'] },
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
