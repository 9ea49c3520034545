import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit';
import { AgentProcess, program } from '../support/agent-process.ts';

const nobody = 65_534;

/** Whether this process may become another user, and that one can read the program. */
function canRunAsNobody(): boolean {
  const isOpen = (path: string): boolean =>
    (statSync(path).mode & constants.S_IXOTH) !== 0 && (path === '/' || isOpen(dirname(path)));
  accessSync(program);
  return process.getuid?.() === 0 && isOpen(dirname(program)) && isOpen(dirname(process.execPath));
}

const testAsNobody = canRunAsNobody() ? test : test.skip;

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
