/** What the suite needs of a test runner: Jest, Vitest and node:test have it. */
export interface SuiteRunner {
  describe(name: string, suite: () => void): unknown;
  readonly test: SuiteTest;
}

/** Registers a test. What is beyond the second argument is for runners that know it. */
export interface SuiteTest {
  (name: string, run: () => Promise<void>, limitMs?: number): unknown;
  skip?(name: string, run: () => Promise<void>): unknown;
}

/** The globals `describe` and `test`, as Jest has them. */
export function globalRunner(): SuiteRunner {
  const scope: object = globalThis;
  if (!isRunner(scope))
    throw new Error(
      'describing a sink: there are no globals `describe` and `test`; hand in those of your test runner, as in describeSink(definition, harness, { describe, test })',
    );
  return scope;
}

function isRunner(scope: object): scope is SuiteRunner {
  return ['describe', 'test'].every((name) => typeof Reflect.get(scope, name) === 'function');
}
