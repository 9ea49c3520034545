import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '@tallyman/sdk';
import { EmbeddedEngine, type EmbeddedEngineOptions } from '@tallyman/testkit/embedded';
import type { Recording } from '@tallyman/testkit/record';
import { HttpEngine } from '../../src/collect/engine-http.ts';
import { reachEngine } from '../../src/collect/reach.ts';
import { logInto, type Said } from '../ship/lane-under-test.ts';
import { recordingOf } from './answers.ts';

const signal = AbortSignal.timeout(60_000);

describe('reaching an engine', () => {
  let engine: EmbeddedEngine;
  afterEach(() => engine.close());

  async function reached(options: EmbeddedEngineOptions) {
    engine = await new EmbeddedEngine(options).start();
    return new HttpEngine({ kind: 'unix', socketPath: engine.socketPath });
  }

  test.each([
    ['1.40', '1.40'],
    ['1.41', '1.41'],
    ['1.51', '1.51'],
    ['1.52', '1.52'],
    ['1.60', '1.52'],
  ])('an engine that speaks %s is spoken to in %s', async (apiVersion, spoken) => {
    const client = await reached({ apiVersion, engineVersion: '99.1' });

    const info = await client.connect(signal);
    await client.list(signal);

    expect(info).toMatchObject({
      apiVersion: spoken,
      product: 'Docker Engine 99.1',
      isPodman: false,
      hostName: 'embedded',
    });
    expect(engine.requests.at(0)).toBe('GET /_ping');
    expect(engine.requests.at(-1)).toContain(`/v${spoken}/containers/json`);
  });

  test('an engine older than 1.40 is refused with both versions and the way out', async () => {
    const client = await reached({ apiVersion: '1.39', engineVersion: '18.09' });
    const said: Said[] = [];
    const ports = { clock: systemClock, random: () => 0, log: logInto(said), explain: () => '' };

    await expect(reachEngine(client, ports, signal)).rejects.toMatchObject({
      kind: 'too_old',
      message: expect.stringMatching(
        /speaks API 1\.39, 1\.40 is needed; update it to Docker 19\.03/,
      ),
    });
    expect(said).toEqual([]);
  });

  test('Podman is known by its header', async () => {
    const client = await reached({ apiVersion: '1.41', engineVersion: '4.3.1' });
    const headers = { 'Api-Version': '1.41', 'Libpod-Api-Version': '4.3.1' };
    const ping: Recording = { ...recordingOf('OK'), headers };
    engine.serve(ping, '/_ping');

    expect(await client.connect(signal)).toMatchObject({ isPodman: true, product: 'Podman 4.3.1' });
  });

  test.each([
    [404, 'No such container: x', 'gone'],
    [409, 'can not get logs from container which is dead or marked for removal', 'gone'],
    [500, 'open /var/lib/docker/containers/x/x-json.log: no such file or directory', 'gone'],
    [501, 'configured logging driver does not support reading', 'not_readable'],
    [500, 'configured logging driver does not support reading', 'not_readable'],
    [500, 'oops', 'failed'],
    [409, 'is paused', 'failed'],
  ])('%i "%s" means %s', async (status, message, kind) => {
    const client = await reached({});
    engine.fault('logs', { status, message });

    const asking = client.logs('ab', { follow: true }, signal);

    await expect(asking).rejects.toMatchObject({
      kind,
      message: `reading a log: the engine answers ${status} "${message}"`,
    });
  });

  test('no socket and a reset are an engine that cannot be reached', async () => {
    const client = await reached({});
    engine.fault('list', { connection: 'reset' });
    await expect(client.list(signal)).rejects.toMatchObject({ kind: 'unreachable' });

    await engine.stop();

    await expect(client.list(signal)).rejects.toMatchObject({
      kind: 'unreachable',
      message: `asking for /containers/json: no answer at unix://${engine.socketPath} (ENOENT)`,
    });
  });

  test('an answer that breaks off, or is no JSON, is an error that says so', async () => {
    const client = await reached({});
    engine.fault('list', { connection: 'reset', afterBytes: 1 });
    await expect(client.list(signal)).rejects.toMatchObject({ kind: 'unreachable' });

    engine.serve(recordingOf('<html>'), '/containers/json');

    await expect(client.list(signal)).rejects.toMatchObject({
      kind: 'failed',
      message: 'asking for /containers/json: the answer is not JSON',
    });
  });

  test('an aborted question ends with the signal’s reason', async () => {
    const client = await reached({});
    engine.fault('list', { connection: 'hang' });
    const aborting = new AbortController();
    const reason = new Error('stopping');

    const asking = client.list(aborting.signal);
    aborting.abort(reason);

    await expect(asking).rejects.toBe(reason);
  });

  test('a sample is asked for without the one before it, as far as the engine knows how', async () => {
    const client = await reached({ apiVersion: '1.41' });
    const { id } = engine.container({ name: 'web' }).start();
    await client.connect(signal);

    await client.stats(id, signal);

    expect(engine.requests.at(-1)).toMatch(/stats\?.*stream=false.*one-shot=true/);
  });
});
