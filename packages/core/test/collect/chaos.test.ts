import { describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import fc from 'fast-check';
import { until } from '../until.ts';
import { Agent } from './agent.ts';

type Misfortune =
  | { readonly does: 'print'; readonly lines: number; readonly stream: 'stdout' | 'stderr' }
  | { readonly does: 'print long' }
  | { readonly does: 'die unfinished' | 'restart' | 'rename' }
  | { readonly does: 'cut' | 'restart engine' | 'stall' | 'settle' }
  | { readonly does: 'fail'; readonly afterBytes: number };

const misfortune: fc.Arbitrary<Misfortune> = fc.oneof(
  fc.record({
    does: fc.constant('print' as const),
    lines: fc.integer({ min: 1, max: 5 }),
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
  }),
  fc.record({ does: fc.constant('fail' as const), afterBytes: fc.nat(400) }),
  fc.constantFrom<Misfortune>(
    { does: 'print long' },
    { does: 'die unfinished' },
    { does: 'restart' },
    { does: 'rename' },
    { does: 'cut' },
    { does: 'restart engine' },
    { does: 'stall' },
    { does: 'settle' },
  ),
);

type Lines = Readonly<Record<'stdout' | 'stderr' | 'console', string[]>>;

const none = (): Lines => ({ stdout: [], stderr: [], console: [] });

/** Lets it happen to one container; returns the lines it printed. */
async function suffered(engine: EmbeddedEngine, misfortunes: readonly Misfortune[], tty: boolean) {
  const web = engine.container({ name: 'web', tty }).start();
  const printed = none();
  const print = (line: string, ending = '\n', stream: 'stdout' | 'stderr' = 'stdout') => {
    printed[tty ? 'console' : stream].push(line);
    web.print(stream, line + ending);
  };
  for (const [n, each] of misfortunes.entries()) {
    switch (each.does) {
      case 'print':
        for (let line = 0; line < each.lines; line++) print(`${n}.${line}`, '\n', each.stream);
        break;
      case 'print long':
        print(`${n} ${'é'.repeat(20_000)}`);
        break;
      case 'die unfinished':
        print(`${n} unfinished`, '');
        web.exit(1).start();
        break;
      case 'restart':
        web.restart();
        break;
      case 'rename':
        web.rename(`web-${n}`);
        break;
      case 'cut':
        engine.cutConnections();
        break;
      case 'fail':
        engine.fault('logs', { connection: 'reset', afterBytes: each.afterBytes });
        break;
      case 'restart engine':
        await engine.stop();
        await engine.start();
        break;
      case 'stall':
        engine.stall();
        await new Promise((resolve) => setImmediate(resolve));
        engine.resume();
        break;
      case 'settle':
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        break;
    }
  }
  print('end');
  print('end', '\n', 'stderr');
  return printed;
}

describe('whatever befalls a container, its engine and the connections', () => {
  test.each([
    ['1.41', false],
    ['1.51', false],
    ['1.51', true],
  ])(
    'each line is read once, in the order of its output (API %s, TTY %s)',
    async (apiVersion, tty) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(misfortune, { maxLength: 12 }),
          fc.nat(),
          async (misfortunes, seed) => {
            await using engine = await new EmbeddedEngine({
              apiVersion,
              chunking: { seed },
            }).start();
            await using agent = await Agent.connectedTo(engine);

            const printed = await suffered(engine, misfortunes, tty);
            engine.clearFaults();
            await until(() => agent.lines().filter((line) => line === 'end').length === 2);

            const read = none();
            for (const { stream, message } of agent.logs) read[stream].push(message);
            expect(read).toEqual(printed);
            expect(agent.pipeline.counters().log_gaps).toBe(0);
          },
        ),
        { numRuns: 40, endOnFailure: true },
      );
    },
  );
});
