import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { AgentProcess } from '../support/agent-process.ts';
import { nobody, testAsNobody } from '../support/nobody.ts';

testAsNobody(
  'a user who may not open the socket is told about groups and SELinux, no stack',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tallyman-denied-'));
    chmodSync(folder, 0o755);
    const socketPath = join(folder, 'docker.sock');
    await using engine = await new EmbeddedEngine({ socketPath }).start();
    chmodSync(socketPath, 0o660);

    await using agent = await AgentProcess.start({
      socketPath,
      userId: nobody,
      config: { state: {} },
    });
    const waiting = await agent.saying('Waiting for the engine.');
    const { exitCode } = await agent.stop();
    await engine.close();
    rmSync(folder, { recursive: true });

    expect(waiting.error).toMatch(/may not be opened \(EACCES\)/);
    expect(waiting.advice).toMatch(
      /Its group is 0: .*--group-add 0, .*usermod -aG docker.*SELinux.*--privileged/,
    );
    expect(agent.stderr).not.toMatch(/\bat .*\.js:\d/);
    expect(exitCode).toBe(0);
  },
);
