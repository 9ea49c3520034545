import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { describeEngine, describePrivateEngine } from '../../src/docker/jest.ts';

describeEngine('a client of the engine', (client) => {
  test('runs a container and reads what it wrote', async () => {
    const id = await client().run({ command: 'echo out; exit 3' });

    const exitCode = await client().wait(id);

    expect(exitCode).toBe(3);
    const log = (await client().logs(id)).toString('latin1');
    expect(log).toBe('\x01\0\0\0\0\0\0\x04out\n');
  });

  test('passes on name, labels, environment and terminal', async () => {
    const id = await client().run({
      name: 'asked',
      command: 'echo $COLOUR; sleep 60',
      env: { COLOUR: 'green' },
      labels: { team: 'blue' },
      tty: true,
    });

    const details = await client().inspect(id);

    expect(details).toMatchObject({ name: client().nameOf('asked'), running: true });
    expect(details.raw).toMatchObject({ Config: { Tty: true, Labels: { team: 'blue' } } });
  });

  test('runs a command inside a container', async () => {
    const id = await client().run({ command: ['sleep', '60'] });

    const result = await client().exec(id, 'echo fine; echo bad >&2; exit 4');

    expect(result).toEqual({ exitCode: 4, stdout: 'fine\n', stderr: 'bad\n' });
  });

  test('leaves no container behind after a cleanup', async () => {
    await client().run({ command: ['sleep', '60'] });
    const gone = await client().run({ command: 'true', autoRemove: true });
    await client()
      .wait(gone)
      .catch(() => undefined);

    await client().cleanup();

    const own = (await client().list()).filter(({ name }) => name.startsWith(client().prefix));
    expect(own).toEqual([]);
  });
});

describePrivateEngine('an engine of the test’s own', (engine) => {
  test('keeps its containers and images through a restart', async () => {
    const id = await engine().client.run({
      command: ['sleep', '600'],
      hostConfig: { RestartPolicy: { Name: 'always' } },
    });
    const before = await engine().client.inspect(id);

    await engine().restart();

    const after = await engine().client.inspect(id);
    expect(after).toMatchObject({ name: before.name, imageId: before.imageId, running: true });
    expect(after.startedAt > before.startedAt).toBe(true);
  });

  test('comes back from a kill', async () => {
    await engine().kill();
    expect(engine().running).toBe(false);
    await expect(engine().client.ping()).rejects.toThrow(/no answer/);

    await engine().start();

    expect((await engine().client.version()).engine).toMatch(/^\d+\./);
  });

  test('leaves no file behind', async () => {
    await engine().dispose();

    expect(existsSync(engine().folder)).toBe(false);
  });
});

describePrivateEngine(
  'an engine with live-restore',
  (engine) => {
    test('finds its containers running after a kill', async () => {
      const id = await engine().client.run({ command: ['sleep', '600'] });
      const before = await engine().client.inspect(id);

      await engine().kill();
      await engine().start();

      const after = await engine().client.inspect(id);
      expect(after).toMatchObject({ running: true, pid: before.pid, startedAt: before.startedAt });
    });
  },
  { arguments: ['--live-restore'] },
);
