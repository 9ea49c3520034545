import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeEngine, valueAt } from '@tallyman/testkit/docker';
import { AgentLives, livesLimitMs } from '../support/agent-lives.ts';
import { compared, sound } from '../support/compared.ts';
import { engineLines, type LogEntry } from '../support/engine-log.ts';
import { laneOf } from '../support/said.ts';

describeEngine('an agent that is killed in the middle of a load', (client) => {
  // Both streams at once, in each a line of 40 KiB now and then, until somebody makes /enough.
  const numbering = (to: string) =>
    `n=0; while [ ! -e /enough ]; do seq $n $((n+49)) | sed "s/^/${to} /;\\$s/$/ $LONG/"; n=$((n+50)); usleep 50000; done`;
  const load = `LONG=$(head -c 40960 /dev/zero | tr '\\0' x); (${numbering('out')}) & (${numbering('err')}) >&2 & wait`;

  test(
    'misses no line, and repeats only what it had not yet saved as delivered',
    async () => {
      await using lives = AgentLives.logsOnly(client(), 'load-*');
      await lives.start();
      const ids = await Promise.all(
        ['a', 'b', 'c'].map((name) => client().run({ name: `load-${name}`, command: load })),
      );

      const kills: { readonly positions: unknown; readonly arrived: number }[] = [];
      for (let kill = 0; kill < 3; kill++) {
        const life = lives.present;
        await lives.until(() => ids.every((id) => life.logsOf(id).length > 1_000), 'lines arrive');
        await lives.kill();
        kills.push({ positions: savedPositions(lives.folder), arrived: lives.logs.length });
        await lives.start();
      }
      await Promise.all(ids.map((id) => client().exec(id, 'touch /enough')));
      await Promise.all(ids.map((id) => client().wait(id)));
      const printed = await Promise.all(ids.map((id) => engineLines(client(), id)));
      const all = printed.reduce((sum, { length }) => sum + length, 0);
      const distinct = () => new Set(lives.logs.map(({ id }) => id)).size;
      await lives.until(() => distinct() >= all, 'all lines have arrived');
      const { exitCode, account } = await lives.present.stop();

      for (const [at, id] of ids.entries())
        for (const stream of ['stdout', 'stderr'] as const) {
          const lines = (printed[at] ?? []).filter((line) => line.stream === stream);
          const texts = lines.map(({ text }) => text);
          expect(compared(lives.messagesOf(id, stream), texts)).toEqual({
            ...sound,
            repeated: expect.anything(),
          });
        }
      for (const [at, id] of ids.entries())
        for (const { positions, arrived } of kills) {
          const lines = printed[at] ?? [];
          const settled = new Set(lines.slice(0, settledLines(positions, id, lines)).map(keyOf));
          const again = lives.logs.slice(arrived).filter((log) => log.container.id === id);
          expect(again.filter((log) => settled.has(keyOf(log)))).toHaveLength(0);
        }
      expect(exitCode).toBe(0);
      expect(laneOf(account)).toMatchObject({ dropped: {}, held: 0 });
    },
    livesLimitMs,
  );

  test(
    'gives every line as it is and the same id each time, whatever its form',
    async () => {
      const until = (command: string) =>
        `n=0; while [ ! -e /enough ]; do n=$((n+1)); ${command}; done`;
      const long = `B=$(head -c 100000 /dev/zero | tr '\\0' x)`;
      const bytes = until('printf "$n \\0\\001\\377\\376 \\033[1m \\342\\202 x\\n"; usleep 5000');
      await using lives = AgentLives.logsOnly(client(), 'form-*');
      await lives.start();
      const ids = await Promise.all([
        client().run({
          name: 'form-long',
          command: `${long}; ${until('echo $n $B; usleep 50000')}`,
        }),
        client().run({ name: 'form-bytes', command: bytes }),
        client().run({ name: 'form-tty', command: until('echo $n; usleep 5000'), tty: true }),
      ]);

      for (let kill = 0; kill < 2; kill++) {
        const life = lives.present;
        await lives.until(() => ids.every((id) => life.logsOf(id).length > 30), 'lines arrive');
        await lives.kill();
        await lives.start();
      }
      await Promise.all(ids.map((id) => client().exec(id, 'touch /enough')));
      await Promise.all(ids.map((id) => client().wait(id)));
      const printed = await Promise.all(ids.map((id) => printedBy(id)));
      await lives.until(
        () =>
          ids.every((id, at) => new Set(lives.messagesOf(id)).size >= (printed[at] ?? []).length),
        'all lines have arrived',
      );
      const { account } = await lives.present.stop();

      for (const [at, id] of ids.entries()) {
        const idsAndMessages = new Set(lives.logsOf(id).map((log) => `${log.id} ${log.message}`));
        expect(compared(lives.messagesOf(id), printed[at] ?? [])).toEqual({
          ...sound,
          repeated: expect.anything(),
        });
        expect(idsAndMessages.size).toBe(printed[at]?.length);
      }
      expect(lives.events.filter(({ action }) => action === 'gap')).toEqual([]);
      expect(laneOf(account)).toMatchObject({ dropped: {}, held: 0 });
    },
    livesLimitMs,
  );

  /** The lines of a container that has stopped, as the engine has them; those of a terminal come without frames. */
  async function printedBy(id: string): Promise<string[]> {
    const { raw } = await client().inspect(id);
    if (valueAt(raw, 'Config', 'Tty') !== true)
      return (await engineLines(client(), id)).map(({ text }) => text);
    return (await client().logs(id)).toString().trimEnd().split('\r\n');
  }

  function savedPositions(folder: string): unknown {
    const path = join(folder, 'state', 'lanes', 'stdout', 'positions.json');
    return JSON.parse(readFileSync(path, 'utf8'));
  }

  /** How many lines of a log are before the last one that is saved as delivered, it included. */
  function settledLines(saved: unknown, containerId: string, lines: readonly LogEntry[]): number {
    const containers = valueAt(saved, 'containers');
    const marks = Array.isArray(containers)
      ? containers.map((one) => valueAt(one, 'delivered'))
      : [];
    const mark = marks.find((one) => valueAt(one, 'containerId') === containerId);
    const after = valueAt(mark, 'position', 'after');
    return (
      lines.findIndex(
        ({ stream, time }) =>
          stream === valueAt(after, 'stream') && time === valueAt(after, 'time'),
      ) + 1
    );
  }

  /** No two lines of a stream have the same time there. */
  function keyOf({ stream, time }: { readonly stream: string; readonly time: string }): string {
    return `${stream} ${time}`;
  }
});
