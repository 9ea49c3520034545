import type { Choices } from './choices.ts';

/**
 * The generated `package.json`. `sdkVersion` is the oldest `@tallyman/sdk` to work with: an agent takes the package
 * when its own has the same major and no lower minor.
 */
export function manifestOf(
  { packageName, type, kinds, language }: Choices,
  sdkVersion: string,
): string {
  const isBuilt = language === 'typescript';
  const module = isBuilt ? './dist/index.js' : './src/index.js';
  const manifest = {
    name: packageName,
    version: '0.1.0',
    description: `The Tallyman sink ${type}.`,
    license: 'UNLICENSED',
    keywords: ['tallyman', 'tallyman-sink'],
    type: 'module',
    exports: isBuilt ? { types: './dist/index.d.ts', default: module } : module,
    files: [isBuilt ? 'dist' : 'src'],
    engines: { node: '>=24' },
    scripts: {
      ...(isBuilt ? { build: 'tsc', prepack: 'npm run build', pretest: 'npm run build' } : {}),
      test: 'node --test "test/**/*.test.js"',
      receiver: 'node example/receiver.js',
    },
    // Beside the path, what the agent lists before it runs any code of the package.
    tallyman: { sinks: { [type]: { module, stability: 'experimental', accepts: kinds } } },
    peerDependencies: { '@tallyman/sdk': `^${sdkVersion}` },
    devDependencies: {
      '@tallyman/testkit': `^${sdkVersion}`,
      ...(isBuilt ? { '@types/node': '^24.0.0', typescript: '^7.0.0' } : {}),
    },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
