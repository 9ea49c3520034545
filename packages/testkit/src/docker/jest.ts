import { DockerClient } from './client.ts';
import { canStartEngines, engineAnswers, engineSocket } from './engine-under-test.ts';
import { PrivateEngine, type PrivateEngineOptions } from './private-engine.ts';

// A cold engine, an import of the image, another test file doing the same.
const setupLimitMs = 120_000;

/**
 * `describe` for tests against the real engine of `engineSocket()`. Where none answers, the tests are
 * counted as skipped. The suite gets a function that gives its own client; what the client made is
 * removed after the last test.
 */
export function describeEngine(name: string, suite: (client: () => DockerClient) => void): void {
  const socketPath = engineSocket();
  if (socketPath === undefined || !engineAnswers(socketPath)) {
    jest().describe.skip(name, () => suite(unavailable));
    return;
  }
  jest().describe(name, () => {
    const client = new DockerClient(socketPath);
    jest().beforeAll(() => client.ensureImage(), setupLimitMs);
    jest().afterAll(() => client.cleanup(), setupLimitMs);
    suite(() => client);
  });
}

/**
 * `describe` for tests that stop, kill or restart the engine: the suite has a dockerd of its own,
 * started before the first test. Skipped, and counted so, where this process may not start one.
 */
export function describePrivateEngine(
  name: string,
  suite: (engine: () => PrivateEngine) => void,
  options: PrivateEngineOptions = {},
): void {
  if (!canStartEngines()) {
    jest().describe.skip(name, () => suite(unavailable));
    return;
  }
  jest().describe(name, () => {
    const engine = new PrivateEngine(options);
    jest().beforeAll(async () => {
      await engine.start();
      await engine.client.ensureImage();
    }, setupLimitMs);
    jest().afterAll(() => engine.dispose(), setupLimitMs);
    suite(() => engine);
  });
}

function unavailable(): never {
  throw new Error('using the engine: there is none, and a skipped suite has no tests that run');
}

interface JestGlobals {
  readonly describe: Describe & { readonly skip: Describe };
  readonly beforeAll: Hook;
  readonly afterAll: Hook;
}
type Describe = (name: string, suite: () => void) => void;
type Hook = (hook: () => Promise<unknown>, limitMs: number) => void;

/** Jest's globals rather than an import: this package is also loaded outside Jest. */
function jest(): JestGlobals {
  const scope: object = globalThis;
  if (!isJest(scope))
    throw new Error('defining a suite for a real engine: this works in a Jest test file only');
  return scope;
}

function isJest(scope: object): scope is JestGlobals {
  return ['describe', 'beforeAll', 'afterAll'].every(
    (name) => typeof Reflect.get(scope, name) === 'function',
  );
}
