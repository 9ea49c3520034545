/** One configuration for all packages: sources are tested as they stand, without a build. */
export default {
  roots: ['<rootDir>/packages'],
  testMatch: ['<rootDir>/packages/*/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'nodenext' },
      },
    ],
  },
  moduleNameMapper: {
    '^@tallyman/([a-z-]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^@tallyman/([a-z-]+)/([a-z-]+)$': '<rootDir>/packages/$1/src/$2/index.ts',
  },
  globalSetup: '<rootDir>/jest.setup.js',
  testTimeout: 30_000,
};
