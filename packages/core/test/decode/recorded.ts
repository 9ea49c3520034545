import { type Recording, readRecording, recordedBody } from '@tallyman/testkit/record';

const folder = new URL('../../../testkit/recordings/', import.meta.url);

/** Of a real engine (`docker-28.5/NAME`), or written after documentation (`written/NAME`). */
function recorded(name: string): Promise<Recording> {
  return readRecording(new URL(`${name}.json`, folder));
}

export async function recordedText(name: string): Promise<string> {
  return recordedBody(await recorded(name)).toString('utf8');
}

export async function recordedJson(name: string): Promise<unknown> {
  return JSON.parse(await recordedText(name));
}

export const engines = ['docker-20.10', 'docker-28.5'] as const;
