import { expect, test } from '@jest/globals';
import { type DockerClient, describeEngine } from '@tallyman/testkit/docker';
import { Checkup } from '../support/checkup.ts';
import { canMakeRoot, OtherRoot } from '../support/other-root.ts';

const testInRoot = canMakeRoot() ? test : test.skip;

/** Does what `docker update` of this command does. */
async function update(client: DockerClient, id: string, command: string): Promise<void> {
  const [, megabytes = ''] =
    /^docker update --memory (\d+)m --memory-swap \1m /.exec(command) ?? [];
  const bytes = Number(megabytes) * 1024 ** 2;
  await client.json('POST', `/containers/${id}/update`, {
    body: { Memory: bytes, MemorySwap: bytes },
  });
}

describeEngine('the doctor, on the agent’s own container', (client) => {
  testInRoot.each([
    ['no memory limit', 'agent.memory_unlimited', {}],
    ['too little memory', 'agent.memory_low', { Memory: 64 * 1024 ** 2 }],
  ] as const)(
    '%s: gone with the command that is named',
    async (_how, code, hostConfig) => {
      const name = code.replace('agent.', 'own-');
      const id = await client().run({ name, command: 'exec sleep 600', hostConfig });
      await using root = await OtherRoot.make();
      root.becomeContainer(id);
      const select = { include: [{ name: client().nameOf(name) }] };
      using checkup = new Checkup({
        socketPath: client().socketPath,
        config: { select, state: { directory: '/tmp/tallyman-none' } },
      });

      const before = await checkup.run({ root });
      await update(client(), id, before.todo(code));
      const after = await checkup.run({ root });

      expect(before.get(code)).toMatchObject({
        severity: 'warning',
        where: [client().nameOf(name)],
      });
      expect(before.todo(code)).toContain(` ${client().nameOf(name)};`);
      expect(before.bad).toContain(code);
      expect(after.bad).not.toContain(code);
      expect(after.get('agent.own_logs').what).toContain('its logs and events are not collected');
    },
    60_000,
  );
});
