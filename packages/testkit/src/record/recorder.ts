import { type Clock, systemClock } from '@tallyman/sdk';
import type { DockerClient } from '../docker/client.ts';
import type { RecordingCase } from './cases.ts';
import { rawAnswer } from './raw-answer.ts';
import { type Recording, sha256 } from './recording.ts';
import { commandLine, type Step } from './steps.ts';

// No answer of the table takes longer; a follow ends with its container.
const answerLimitMs = 30_000;

/** Does what a case says on the client's engine and returns the answers it asks for. */
export async function recordCase(
  client: DockerClient,
  recorded: RecordingCase,
  clock: Clock = systemClock,
): Promise<readonly Recording[]> {
  const { engine, api } = await client.version();
  const recordings: Recording[] = [];
  const commands: string[] = [];
  // The engine's clock is this machine's: both are behind one unix socket.
  const since = nowSeconds(clock);
  let id = '';
  for (const step of recorded.steps) {
    const command = commandLine(step);
    if (command !== undefined) commands.push(command);
    if (!('record' in step)) {
      id = (await perform(step, client, id, clock)) ?? id;
      continue;
    }
    const path = filledIn(step.get, { id, since, until: nowSeconds(clock) });
    const answer = await rawAnswer(client.socketPath, path, AbortSignal.timeout(answerLimitMs));
    recordings.push({
      name: step.record,
      engine: { version: engine, apiVersion: api },
      commands: [...commands],
      request: path,
      status: answer.status,
      headers: answer.headers,
      sha256: sha256(Buffer.concat(answer.chunks)),
      chunks: answer.chunks.map((chunk) => chunk.toString('base64')),
    });
  }
  return recordings;
}

/** The id of the container, where the step made one. */
async function perform(
  step: Exclude<Step, { record: string }>,
  client: DockerClient,
  id: string,
  clock: Clock,
): Promise<string | undefined> {
  if ('run' in step) return client.run(step.run);
  if ('create' in step) return client.create(step.create);
  if ('rename' in step) await client.rename(id, step.rename);
  else if ('exec' in step) await client.exec(id, step.exec);
  else if ('sleep' in step)
    await clock.sleep(step.sleep * 1000, AbortSignal.timeout(answerLimitMs));
  else await client[step.act](id);
  return undefined;
}

function filledIn(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
}

function nowSeconds(clock: Clock): string {
  return (clock.now() / 1000).toFixed(3);
}
