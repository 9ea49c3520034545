import { describe, expect, test } from '@jest/globals';
import { type Chunking, EmbeddedEngine } from '../../src/embedded/index.ts';
import { readRecording, recordedBody, recordedChunks } from '../../src/record/index.ts';
import { ask, recordings } from './asking.ts';

const log = '/containers/web/logs?stdout=1&stderr=1&timestamps=1';

/** A world with two long and two short lines, at a fixed time. */
function scripted(engine: EmbeddedEngine): EmbeddedEngine {
  const at = { atNanos: 1_700_000_000_000_000_000n };
  const web = engine.container({ name: 'web' }).start();
  web.print('stdout', `${'a'.repeat(40_000)}\nshort\n`, at);
  web.print('stderr', `${'b'.repeat(40_000)}\nshort\n`, at);
  return engine;
}

async function sizesAndBody(chunking: Chunking): Promise<{ sizes: number[]; body: Buffer }> {
  await using engine = await scripted(new EmbeddedEngine({ chunking })).start();
  const { chunks } = await ask(engine, log);
  return { sizes: chunks.map(({ length }) => length), body: Buffer.concat(chunks) };
}

describe('chunking of the embedded engine', () => {
  test('as recorded: one chunk per frame', async () => {
    const { sizes } = await sizesAndBody('recorded');

    expect(sizes).toEqual([16_423, 16_423, 7_272, 45, 16_423, 16_423, 7_272, 45]);
  });

  test('whole: one chunk', async () => {
    expect((await sizesAndBody('whole')).sizes).toEqual([80_326]);
  });

  test('in equal parts, the last one shorter', async () => {
    const { sizes } = await sizesAndBody({ bytes: 30_000 });

    expect(sizes).toEqual([30_000, 30_000, 20_326]);
  });

  test('at random, the same for the same seed', async () => {
    const [first, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => sizesAndBody({ seed })),
    );

    expect(first?.sizes).toEqual(again?.sizes);
    expect(first?.sizes).not.toEqual(other?.sizes);
  });

  test.each<Chunking>(['whole', { bytes: 1 }, { bytes: 7 }, { seed: 3 }])(
    'the bytes are the same: %j',
    async (chunking) => {
      const expected = await sizesAndBody('recorded');

      const { body } = await sizesAndBody(chunking);

      expect(body.equals(expected.body)).toBe(true);
    },
  );

  test('a recording is served in its own chunks, or in others', async () => {
    const recording = await readRecording(
      new URL('docker-20.10/logs-tty-long-line.json', recordings),
    );
    await using engine = await new EmbeddedEngine().serve(recording, log).start();

    const asRecorded = await ask(engine, log);
    engine.chunking = { bytes: 1_000 };
    const cut = await ask(engine, `/v1.41${log}`);

    expect(asRecorded.chunks).toEqual(recordedChunks(recording));
    expect(asRecorded.headers['Api-Version']).toBe('1.41');
    expect(cut.chunks[0]).toHaveLength(1_000);
    expect(Buffer.concat(cut.chunks).equals(recordedBody(recording))).toBe(true);
  });
});
