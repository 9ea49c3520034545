import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { AdminClient } from '../support/admin-client.ts';
import { AgentProcess } from '../support/agent-process.ts';

const defaultPort = 9180;

describe('where the admin endpoint listens', () => {
  test('an address that is taken keeps the agent from starting, where the file names it', async () => {
    await using taken = await listening(0);
    await using agent = await AgentProcess.start({
      config: { admin: { listen: `127.0.0.1:${taken.port}` } },
    });

    const { exitCode } = await agent.ended();

    expect(exitCode).toBe(1);
    expect(agent.said('The admin endpoint cannot listen, not starting.')).toEqual([
      expect.objectContaining({
        level: 'error',
        address: `127.0.0.1:${taken.port}`,
        advice: expect.stringContaining(`ss -ltnp 'sport = :${taken.port}'`),
      }),
    ]);
  });

  test('the default address that is taken is a warning, and the agent goes on', async () => {
    // Where another agent of this machine has it, that does as well.
    await using _taken = await listening(defaultPort);
    await using engine = await new EmbeddedEngine().start();
    await using agent = await AgentProcess.start({
      socketPath: engine.socketPath,
      config: { admin: {} },
    });

    const warning = await agent.saying('The admin endpoint cannot listen, going on without it.');
    await agent.ready();
    const { exitCode } = await agent.stop();

    expect(warning).toMatchObject({ level: 'warn', address: `127.0.0.1:${defaultPort}` });
    expect(exitCode).toBe(0);
  });

  test('all addresses without a token are a mistake, exit 2', async () => {
    await using agent = await AgentProcess.start({ config: { admin: { listen: '0.0.0.0:0' } } });

    const { exitCode } = await agent.ended();

    expect(exitCode).toBe(2);
    expect(agent.stderr).toMatch(
      /admin\.listen: other machines may reach 0\.0\.0\.0:0, .* set admin\.token/,
    );
  });

  test('a unix socket works, also where a killed agent has left one', async () => {
    await using engine = await new EmbeddedEngine().start();
    const config = { admin: { listen: 'unix://FOLDER/admin.sock' } };
    await using first = await AgentProcess.start({ socketPath: engine.socketPath, config });
    await first.saying('The admin endpoint listens.');
    const admin = new AdminClient({ socketPath: join(first.folder, 'admin.sock') });
    const before = await admin.get('/health', { headers: { host: 'tallyman' } });
    await first.stop('SIGKILL');

    await using second = await AgentProcess.start({ folder: first.folder });
    await second.saying('The admin endpoint listens.');
    const after = await admin.get('/health');
    await using third = await AgentProcess.start({
      socketPath: engine.socketPath,
      config: { admin: { listen: `unix://${first.folder}/admin.sock` } },
    });
    const { exitCode } = await third.ended();

    expect([before.status, after.status]).toEqual([200, 200]);
    expect(exitCode).toBe(1);
    expect((await admin.get('/health')).status).toBe(200);
  });

  test('none: nothing listens', async () => {
    await using engine = await new EmbeddedEngine().start();
    await using agent = await AgentProcess.start({
      socketPath: engine.socketPath,
      config: { admin: { listen: 'none' } },
    });
    await agent.ready();
    await agent.stop();

    expect(agent.diagnostics.filter(({ msg }) => String(msg).includes('admin'))).toEqual([]);
  });
});

/** A server on this port of loopback; where somebody else has it already, none. */
async function listening(port: number): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer();
  const at = await new Promise<number>((resolve) => {
    server.once('error', () => resolve(port));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
  return {
    port: at,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
