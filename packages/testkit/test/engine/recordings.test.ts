import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  DockerClient,
  describeEngine,
  engineAnswers,
  engineSocket,
} from '../../src/docker/index.ts';
import {
  folderOf,
  normalised,
  type Recording,
  readRecording,
  recordCase,
  recordingCases,
} from '../../src/record/index.ts';

const recordings = new URL('../../recordings/', import.meta.url);
const retakeLimitMs = 90_000;
// More at once only make an engine on a small machine slower.
const casesAtOnce = 4;

const folder = await folderOfEngine();
const names = folder === undefined ? [] : namesIn(folder);

/** The folder with this engine's recordings; undefined where there is no engine. */
async function folderOfEngine(): Promise<string | undefined> {
  const socketPath = engineSocket();
  if (socketPath === undefined || !engineAnswers(socketPath)) return undefined;
  return folderOf((await new DockerClient(socketPath).version()).engine);
}

function namesIn(of: string): readonly string[] {
  const folders = readdirSync(recordings);
  if (!folders.includes(of)) return [];
  return readdirSync(new URL(`${of}/`, recordings)).map((file) => file.replace(/\.json$/, ''));
}

if (names.length === 0)
  describe.skip(`answers of ${folder ?? 'an engine'}: not recorded`, () => {
    test('are compared', () => {});
  });
else
  describeEngine(`answers of ${folder}, recorded and now`, (client) => {
    const takes = new Map<string, Recording>();

    beforeAll(async () => {
      const waiting = [...recordingCases];
      const lanes = Array.from({ length: casesAtOnce }, async () => {
        for (let next = waiting.shift(); next; next = waiting.shift())
          for (const take of await recordCase(client(), next)) takes.set(take.name, take);
      });
      await Promise.all(lanes);
    }, retakeLimitMs);

    test.each(names)('%s', async (name) => {
      const recorded = await readRecording(new URL(`${folder}/${name}.json`, recordings));
      const take = takes.get(name);

      expect(take && normalised(take)).toEqual(normalised(recorded));
    });
  });
