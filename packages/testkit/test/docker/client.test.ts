import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DockerClient } from '../../src/docker/client.ts';
import { outputsFrom } from '../../src/docker/containers.ts';
import { isRefusal } from '../../src/docker/transport.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let folder: string;
let server: Server;
let client: DockerClient;
let answer: Answer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'docker-client-'));
  server = createServer((request, response) => answer(request, response));
  client = new DockerClient(join(folder, 'engine.sock'));
  await new Promise<void>((resolve) => server.listen(client.socketPath, resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

test('says what the engine refused, and why', async () => {
  answer = (_, response) => response.writeHead(404).end('{"message":"No such container: web"}');

  const refusal = await client.inspect('web').catch((error: unknown) => error);

  expect(refusal).toMatchObject({
    message: `GET /containers/web/json at ${client.socketPath}: HTTP 404, No such container: web`,
  });
  expect(isRefusal(refusal, 404)).toBe(true);
  expect(isRefusal(refusal, 409)).toBe(false);
});

test('names the socket when nobody listens there', async () => {
  const nobody = new DockerClient(join(folder, 'nobody.sock'));

  await expect(nobody.ping()).rejects.toThrow(/nobody\.sock: no answer; is a Docker engine/);
});

test('ends a request as soon as its signal aborts', async () => {
  const abort = new AbortController();
  answer = () => abort.abort(new Error('enough'));

  await expect(client.request('GET', '/events', { signal: abort.signal })).rejects.toThrow(
    'enough',
  );
});

test('cleans up what it made, also what is gone already', async () => {
  const removed: string[] = [];
  let created = 0;
  answer = (request, response) => {
    if (request.method === 'DELETE') removed.push(request.url ?? '');
    if (request.url?.startsWith('/containers/create')) created++;
    const status = request.url?.startsWith('/containers/c1?') ? 404 : 200;
    response.writeHead(status).end(`{"Id":"c${created}"}`);
  };
  await client.run({ command: 'true', image: 'any' });
  await client.run({ command: 'true', image: 'any' });

  await client.cleanup();
  await client.cleanup();

  expect(removed).toEqual(['/containers/c1?force=true&v=true', '/containers/c2?force=true&v=true']);
});

test('takes the two outputs of a stream of frames apart', () => {
  const frame = (type: number, text: string) =>
    Buffer.concat([Buffer.from([type, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]);

  const outputs = outputsFrom(Buffer.concat([frame(1, 'a'), frame(2, 'no'), frame(1, 'b')]));

  expect(outputs).toEqual({ stdout: 'ab', stderr: 'no' });
});
