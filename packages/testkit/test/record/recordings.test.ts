import { readdir, stat } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { recordingCases } from '../../src/record/cases.ts';
import { type Recording, readRecording } from '../../src/record/index.ts';
import { commandLine } from '../../src/record/steps.ts';
import { writtenRecordings } from '../../src/record/written.ts';

const root = new URL('../../recordings/', import.meta.url);

async function all(): Promise<readonly { folder: string; file: string; recording: Recording }[]> {
  const folders = await readdir(root);
  const read = folders.map(async (folder) => {
    const files = await readdir(new URL(`${folder}/`, root));
    return files.map(async (file) => ({
      folder,
      file,
      recording: await readRecording(new URL(`${folder}/${file}`, root)),
    }));
  });
  return Promise.all((await Promise.all(read)).flat());
}

describe('the recordings', () => {
  test('match their checksums, names and engines', async () => {
    for (const { folder, file, recording } of await all()) {
      expect(file).toBe(`${recording.name}.json`);
      if (folder === 'written') expect(recording.source).toContain('written, not recorded');
      else expect(`docker-${recording.engine.version}`).toMatch(new RegExp(`^${folder}\\.`));
    }
  });

  test('are those of the table, for each engine', async () => {
    const names = recordingCases
      .flatMap(({ steps }) => steps)
      .flatMap((step) => ('record' in step ? [step.record] : []))
      .sort();

    for (const folder of ['docker-20.10', 'docker-28.5']) {
      const files = await readdir(new URL(`${folder}/`, root));
      expect(files.map((file) => file.replace('.json', '')).sort()).toEqual(names);
    }
  });

  test('the written ones are what their table says', async () => {
    const life = await readRecording(new URL('docker-28.5/events-life.json', root));

    for (const written of writtenRecordings(life))
      expect(await readRecording(new URL(`written/${written.name}.json`, root))).toEqual(written);
  });

  test('are small', async () => {
    const sizes = (await all()).map(async ({ folder, file }) => {
      return (await stat(new URL(`${folder}/${file}`, root))).size;
    });

    const sum = (await Promise.all(sizes)).reduce((bytes, size) => bytes + size, 0);

    expect(sum).toBeLessThan(1.5e6);
  });
});

describe('a command line', () => {
  test('is what one would type', () => {
    const run = { name: 'web', command: `echo 'hi'`, tty: true, labels: { team: 'qa' } };

    expect(commandLine({ run })).toBe(
      `docker run -d --name web --tty --label team=qa tallyman-test/busybox:latest sh -c 'echo '\\''hi'\\'''`,
    );
    expect(commandLine({ act: 'remove' })).toBe('docker rm -f {id}');
    expect(commandLine({ exec: 'exit 7' })).toBe("docker exec {id} sh -c 'exit 7'");
    expect(commandLine({ record: 'x', get: '/x' })).toBeUndefined();
  });
});
