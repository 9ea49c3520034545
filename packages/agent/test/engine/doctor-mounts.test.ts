import { expect, test } from '@jest/globals';
import { describeEngine } from '@tallyman/testkit/docker';
import { Checkup } from '../support/checkup.ts';
import { canMakeRoot, OtherRoot } from '../support/other-root.ts';

const testInRoot = canMakeRoot() ? test : test.skip;

/** The folders that `-v` names in what is to be done. */
function mountsIn(todo: string): string[] {
  return [...todo.matchAll(/-v (\/[^:]+):\1:ro/g)].map(([, path = '']) => path);
}

describeEngine('the doctor, in a container without the host’s folders', (client) => {
  testInRoot(
    'names the mounts that files and control groups take: gone with them',
    async () => {
      const logOptions = { 'max-size': '10m', 'max-file': '3' };
      const command = 'echo hello; exec sleep 600';
      await client().run({ name: 'seen', command, logDriver: 'json-file', logOptions });
      const own = await client().run({
        name: 'agent',
        command,
        hostConfig: { Memory: 256 * 1024 ** 2 },
      });
      const { DockerRootDir: root } = Object(await client().json('GET', '/info'));
      await using container = await OtherRoot.make();
      container.becomeContainer(own);
      for (const path of [`${root}/containers`, '/sys/fs/cgroup'])
        container.run(`mkdir -p ${path}; mount -t tmpfs none ${path}`);
      const configOf = (logs: string, stats: string) => ({
        select: { include: [{ name: client().nameOf('seen') }] },
        collect: { logs: { reader: logs }, stats: { reader: stats } },
        state: { directory: '/tmp/tallyman-none' },
      });
      const { socketPath } = client();
      using checkup = new Checkup({ socketPath, config: configOf('auto', 'auto') });

      const auto = await checkup.run({ root: container });
      checkup.configure({ socketPath, config: configOf('file', 'cgroup') });
      const before = await checkup.run({ root: container });
      const told = [before.todo('log.file_unreachable'), before.todo('stat.cgroup_unreachable')];
      for (const path of told.flatMap(mountsIn)) {
        container.run(`umount ${path}`);
        container.mountFromHost(path);
      }
      const after = await checkup.run({ root: container });
      checkup.configure({ socketPath, config: configOf('auto', 'auto') });
      const better = await checkup.run({ root: container });

      expect(told.flatMap(mountsIn)).toEqual([`${root}/containers`, '/sys/fs/cgroup']);
      expect([auto.todo('log.reader'), auto.todo('stat.reader')].flatMap(mountsIn)).toEqual([
        `${root}/containers`,
        '/sys/fs/cgroup',
      ]);
      expect([before.exitCode, after.exitCode]).toEqual([1, 0]);
      expect(after.bad).not.toContain('log.file_unreachable');
      expect(after.bad).not.toContain('stat.cgroup_unreachable');
      expect([better.todo('log.reader'), better.todo('stat.reader')]).toEqual(['', '']);
    },
    60_000,
  );
});
