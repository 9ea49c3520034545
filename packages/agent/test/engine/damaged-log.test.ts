import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { type DockerClient, describePrivateEngine } from '@tallyman/testkit/docker';
import { AgentLives, livesLimitMs } from '../support/agent-lives.ts';
import { compared, sound } from '../support/compared.ts';
import { engineEntries } from '../support/engine-log.ts';
import { idle, print } from '../support/numbered.ts';
import { laneOf } from '../support/said.ts';

const damageBytes = 4_096;

/** What a power cut leaves of a log, with entries numbered from 0, and whether lines are lost that nobody had read. */
interface Damage {
  readonly name: string;
  readonly done: (log: Buffer, ends: readonly number[]) => Buffer;
  /** How often a gap is said. */
  readonly gaps: readonly number[];
}

/** Entries from one up to another, it excluded, become zeros, and with them the newlines. */
function zeroed(from: number, to: number): Damage['done'] {
  return (log, ends) => Buffer.from(log).fill(0, from === 0 ? 0 : ends[from - 1], ends[to - 1]);
}

// The agent has read 50 lines, and is away for another 50.
const damages: readonly Damage[] = [
  // Nobody can tell whether there were lines where the zeros are.
  {
    name: 'appended',
    done: (log) => Buffer.concat([log, Buffer.alloc(damageBytes)]),
    gaps: [0, 1],
  },
  { name: 'read', done: zeroed(10, 20), gaps: [0] },
  { name: 'last-read', done: zeroed(40, 50), gaps: [0, 1] },
];
const damagesOfUnread: readonly Damage[] = [{ name: 'unread', done: zeroed(70, 80), gaps: [1] }];

describePrivateEngine('a log in which a power cut left zeros', (engine) => {
  test.each([
    ['an agent that runs on', 'running', 'engine', damages],
    ['an agent that was away', 'away', 'engine', [...damages, ...damagesOfUnread]],
    ['one that runs on and reads files', 'running-file', 'file', damages],
    ['one that was away and reads files', 'away-file', 'file', [...damages, ...damagesOfUnread]],
  ] as const)(
    '%s reads every line that the engine can give, once, and says a gap only where a line may be lost',
    async (_, agent, reader, kinds) => {
      const { client } = engine();
      await using lives = AgentLives.logsOnly(client, `${agent}-*`, { reader });
      await lives.start();
      const logs = await Promise.all(
        kinds.map(async (damage) => {
          const id = await client.run({ name: `${agent}-${damage.name}`, command: idle });
          return { damage, id, printed: await print(client, id, 'first', 50) };
        }),
      );
      await lives.until(() => logs.every(({ id }) => lives.logsOf(id).length === 50), 'lines came');

      if (agent.startsWith('away')) {
        await lives.present.stop();
        for (const { id, printed } of logs) printed.push(...(await print(client, id, 'next', 50)));
      }
      const paths = await Promise.all(
        logs.map(async ({ id }) => (await client.inspect(id)).logPath),
      );
      await engine().stop();
      for (const [at, { damage }] of logs.entries()) damageLog(paths[at] ?? '', damage);
      await engine().start();
      await Promise.all(logs.map(({ id }) => client.start(id)));
      for (const { id, printed } of logs) printed.push(...(await print(client, id, 'last', 50)));
      if (agent.startsWith('away')) await lives.start();
      const readable = await Promise.all(logs.map(({ id }) => readableLines(client, id)));
      // A connection that an engine has stuck at a damaged place is given up after 20 to 40 s, and again.
      await lives.present.until(
        () => logs.every(({ id }) => lives.messagesOf(id).includes('last 50')),
        'the last lines have arrived',
        110_000,
      );
      const { exitCode, account } = await lives.present.stop();
      // What it had when it was printed may not be readable any more.
      const due = logs.map(({ id, printed }, at) => {
        const torn = new Set(tornEntries(paths[at] ?? ''));
        const whole = (readable[at] ?? []).filter((line) => !torn.has(line));
        const had = new Set([...lives.messagesOf(id), ...whole]);
        return printed.filter((line) => had.has(line));
      });

      const gapsOf = (id: string) =>
        lives.events.filter(({ action, container }) => action === 'gap' && container?.id === id);
      const found = logs.map(({ damage: { name, gaps }, id }, at) => ({
        name,
        ...compared(lives.messagesOf(id), due[at] ?? []),
        isGapDue: gaps.includes(gapsOf(id).length),
      }));
      expect(found).toEqual(kinds.map(({ name }) => ({ name, ...sound, isGapDue: true })));
      expect(exitCode).toBe(0);
      expect(laneOf(account)).toMatchObject({ dropped: {}, held: 0 });
    },
    livesLimitMs,
  );
});

function damageLog(path: string, { done }: Damage): void {
  const log = readFileSync(path);
  const ends: number[] = [];
  for (let at = log.indexOf(0x0a); at >= 0; at = log.indexOf(0x0a, at + 1)) ends.push(at + 1);
  writeFileSync(path, done(log, ends));
}

/** Texts of entries that follow zeros on the same line: asked twice for one of them, 20.10 may give it or not. */
function tornEntries(path: string): string[] {
  const torn = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes('\0') && line.endsWith('}'));
  return torn.map((line) => {
    const { log }: { log: string } = JSON.parse(line.slice(line.lastIndexOf('\0') + 1));
    return log.trimEnd();
  });
}

/** What any question brings: the engine ends its answer at the first place that it cannot read. */
async function readableLines(client: DockerClient, id: string): Promise<string[]> {
  const tails = ['all', ...Array.from({ length: 150 }, (_, index) => `${index + 1}`)];
  const lines: string[] = [];
  for (const tail of tails)
    lines.push(...(await engineEntries(client, id, { tail })).map(({ text }) => text.trimEnd()));
  return [...new Set(lines)];
}
