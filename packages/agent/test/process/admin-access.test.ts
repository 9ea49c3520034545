import { hostname } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { anyPort } from '../support/admin-client.ts';
import { asked } from './asked.ts';
import { sinkFile } from './sink-file.ts';

describe('who is answered by the admin endpoint', () => {
  test('with a token, everything but /health asks for it', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, {
      config: { admin: { ...anyPort, token: 'tok-quay-91' } },
    });
    await using _agent = agent;
    const paths = [
      '/ready',
      '/metrics',
      '/api/state',
      '/api/stream',
      '/nothing',
      '/health/',
      '//health',
    ];
    const bearing = (authorization: string) => ({ headers: { authorization } });

    const bare = await Promise.all(paths.map((path) => admin.get(path)));
    const wrong = await admin.get('/api/state', bearing('Bearer tok-quay-9'));
    const basic = await admin.get('/api/state', bearing('Basic tok-quay-91'));
    const right = await admin.get('/api/state', bearing('Bearer tok-quay-91'));
    const elsewhere = await admin.get('/ready', {
      headers: { authorization: 'bearer tok-quay-91', host: 'quay.example' },
    });
    const health = await admin.get('/health', { headers: { host: 'quay.example' } });

    for (const { status, headers, json } of [...bare, wrong, basic]) {
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toMatch(/^Bearer/);
      expect(json).toEqual({
        error: expect.any(String),
        help: expect.stringContaining('admin.token'),
      });
    }
    expect([right.status, elsewhere.status, health.status]).toEqual([200, 200, 200]);
    const answers = [...bare, wrong, basic, right].map(({ text }) => text).join();
    expect(answers + agent.stderr).not.toContain('tok-quay-91');
  });

  test('without one, only who asks by a name of this machine', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine);
    await using _agent = agent;
    const by = async (host: string) =>
      (await admin.get('/api/state', { headers: { host } })).status;

    const own = [
      'localhost',
      'LOCALHOST:9180',
      '127.0.0.1:1',
      '127.9.9.9',
      '[::1]:9180',
      hostname(),
    ];
    const strange = [
      'quay.example',
      'quay.example:9180',
      'localhost.quay.example',
      '127.0.0.1.quay.example',
      '[::2]',
      'user@localhost',
    ];

    expect(await Promise.all(own.map(by))).toEqual(own.map(() => 200));
    expect(await Promise.all(strange.map(by))).toEqual(strange.map(() => 421));
    const { json } = await admin.get('/health', { headers: { host: 'quay.example' } });
    expect(json).toEqual({
      error: expect.any(String),
      help: expect.stringContaining('http://127.0.0.1'),
    });
  });

  test('only for looking: other methods, unknown paths and queries are refused as JSON', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine);
    await using _agent = agent;
    const status = async (path: string, method = 'GET') => {
      const answer = await admin.get(path, { method });
      if (method !== 'HEAD' && answer.status !== 200)
        expect(answer.json).toEqual({ error: expect.any(String), help: expect.any(String) });
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      return answer.status;
    };

    expect(await status('/api/state', 'POST')).toBe(405);
    expect(await status('/nothing', 'DELETE')).toBe(405);
    expect(await status('/api/state', 'OPTIONS')).toBe(405);
    expect(await status('/')).toBe(404);
    expect(await status('/%')).toBe(400);
    expect(await status('/api/stream?state=1ms')).toBe(400);
    expect(await status('/api/stream?records=log')).toBe(400);
    expect(await status('/api/stream?records=logs&sink=nobody')).toBe(400);
    expect(await status('/api/stream?grep=x')).toBe(400);
    expect(await status('/api/stream?state=off')).toBe(400);
    for (const path of ['/health', '/ready', '/metrics', '/api/state', '/api/stream'])
      expect(await status(path, 'HEAD')).toBe(200);
  });

  test('no token of a sink, whatever its errors say', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, {
      files: {
        'telling.mjs': sinkFile(
          'telling',
          `open: async () => { throw context.sdk.retryable('posting to https://x/?t=' + context.token('log').reveal()); }`,
          { token: 'required' },
        ),
      },
      config: { sinks: { telling: { token: 'tok-sink-4d1f' } } },
    });
    await using _agent = agent;

    const { lanes } = await admin.untilState(
      ({ lanes: [lane] }) => lane?.error !== undefined,
      'the sink fails',
    );
    const answers = await Promise.all(
      ['/health', '/ready', '/metrics', '/api/state'].map((path) => admin.get(path)),
    );

    expect(lanes[0]?.error).toBe('posting to https://x/?t=[secret]');
    expect(answers.map(({ text }) => text).join()).not.toContain('tok-sink-4d1f');
  });
});
