import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type DockerClient, describeEngine } from '@tallyman/testkit/docker';
import { AgentLives, livesLimitMs } from '../support/agent-lives.ts';
import { agentFor } from '../support/collected.ts';
import { compared, sound } from '../support/compared.ts';
import { engineLines } from '../support/engine-log.ts';
import { idle, isLogged, numbered, print } from '../support/numbered.ts';
import { laneOf } from '../support/said.ts';
import { until } from '../support/until.ts';

/** Tells the agent how to read logs, from its next start on. */
function setReader(lives: AgentLives, reader: 'file' | 'engine'): void {
  const path = join(lives.folder, 'config.yaml');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  config.collect.logs = { ...config.collect.logs, reader };
  writeFileSync(path, JSON.stringify(config));
}

const livesOf = (client: DockerClient, names: string) =>
  AgentLives.logsOnly(client, names, { reader: 'file' });

const gaps = (lives: AgentLives) => lives.events.filter(({ action }) => action === 'gap');

const ids = (lines: readonly { readonly id: string }[]) => lines.map(({ id }) => id);

describeEngine('logs that are read from their files', (client) => {
  test('the agent says that they are', async () => {
    await using lives = livesOf(client(), 'said-*');
    const id = await client().run({ name: 'said-1', command: 'echo line; sleep 600' });
    await lives.start();
    await lives.until(() => lives.logsOf(id).length === 0, 'it runs');
    await lives.present.saying('Reading logs.');

    expect(lives.present.said('Reading logs.')).toEqual([
      expect.objectContaining({ fromFiles: 1, fromEngine: {} }),
    ]);
  });

  test('are read so by another user than root who may read everything', async () => {
    await client().run({ name: 'reader-1', command: 'sleep 600' });
    const group = statSync(client().socketPath).gid;
    const rights = ['--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search'];
    const user = ['--reuid', '65534', '--regid', '65534', '--groups', `${group}`];
    await using agent = await agentFor(client(), 'reader-*', {
      through: ['setpriv', ...user, ...rights],
      config: { state: {}, collect: { stats: { enabled: false } } },
    });

    const said = await agent.saying('Reading logs.');

    expect(said).toMatchObject({ fromFiles: 1, fromEngine: {} });
  });

  test.each([
    // So many that a machine which is busy with something else does not decide.
    ['kept', { 'max-size': '64k', 'max-file': '12' }, 'json-file'],
    ['compressed', { 'max-size': '64k', 'max-file': '12', compress: 'true' }, 'json-file'],
    ['local', { 'max-size': '64k', 'max-file': '12' }, 'local'],
  ] as const)('lose nothing over rotations: %s', async (name, logOptions, logDriver) => {
    await using lives = livesOf(client(), `${name}-*`);
    await lives.start();

    const id = await client().run({
      name: `${name}-1`,
      logDriver,
      logOptions,
      command:
        'for i in $(seq 1 200); do seq 1 40 | sed "s/^/line $i of some length, to fill the file /"; sleep 0.02; done; exec sleep 600',
    });
    const printed = Array.from({ length: 200 }, (_, round) =>
      numbered(`line ${round + 1} of some length, to fill the file`, 40),
    ).flat();
    await lives.until(() => lives.messagesOf(id).includes(printed.at(-1) ?? ''), 'all came');
    const { account } = await lives.present.stop();

    expect(compared(lives.messagesOf(id), printed)).toEqual(sound);
    expect(gaps(lives)).toEqual([]);
    expect(laneOf(account)).toMatchObject({ dropped: {}, held: 0 });
  });

  test(
    'have the same lines under the same names as the engine gives, of every kind of output',
    async () => {
      const long = "head -c 40960 /dev/zero | tr '\\0' x";
      const kinds = [
        ['plain', { command: 'seq 1 300; seq 301 600 >&2' }],
        ['long', { command: `echo a; ${long}; echo; ${long}; printf end` }],
        ['binary', { command: 'head -c 30000 /bin/busybox; echo; printf "a\\377\\0b\\n"' }],
        ['escaped', { command: 'printf "\\"q\\" <b>&amp; \\\\\\\\ \\t\\r\\n\\342\\200\\250\\n"' }],
        ['tty', { command: `seq 1 100; ${long}; echo; printf torn`, tty: true }],
        ['local', { command: `seq 1 300; ${long}; echo; printf end`, logDriver: 'local' }],
        [
          'attrs',
          {
            command: 'seq 1 100',
            labels: { team: 'a "b" <c>' },
            env: { STAGE: 'test' },
            logOptions: { labels: 'team', env: 'STAGE' },
          },
        ],
      ] as const;
      const made = await Promise.all(
        kinds.map(async ([kind, options]) => {
          const id = await client().run({ name: `kind-${kind}`, ...options });
          await client().wait(id);
          return { kind, id };
        }),
      );
      const read = async (reader: 'file' | 'engine') => {
        const logs = { reader, start_at: 'beginning' };
        await using lives = AgentLives.logsOnly(client(), 'kind-*', logs);
        await lives.start();
        const due = {
          plain: 600,
          long: 3,
          binary: 2,
          escaped: 2,
          tty: 102,
          local: 302,
          attrs: 100,
        };
        await lives.until(
          () => made.every(({ kind, id }) => lives.logsOf(id).length >= due[kind]),
          'all lines came',
        );
        await lives.present.stop();
        return made.map(({ kind, id }) => ({
          kind,
          lines: lives.logsOf(id).map((line) => ({ id: line.id, message: line.message })),
        }));
      };

      expect(await read('file')).toEqual(await read('engine'));
    },
    livesLimitMs,
  );

  test(
    'are read on by an agent that read from the engine before, and the other way round',
    async () => {
      await using lives = livesOf(client(), 'turns-*');
      const terminal = `n=0; trap 'n=$((n+1)); seq 1 50 | sed "s/^/round $n /"' USR1; echo up; while :; do sleep 0.1; done`;
      await lives.start();
      const [plain, local, tty] = await Promise.all([
        client().run({ name: 'turns-plain', command: idle }),
        client().run({ name: 'turns-local', command: idle, logDriver: 'local' }),
        client().run({ name: 'turns-tty', command: terminal, tty: true }),
      ]);
      const printed: string[] = [];
      const readers = ['engine', 'file', 'engine', 'file'] as const;

      for (const [round, reader] of readers.entries()) {
        const lines = await print(client(), plain, `round ${round}`, 3_000);
        printed.push(...lines);
        await print(client(), local, `round ${round}`, 3_000);
        await client().kill(tty, 'USR1');
        if (round % 2 === 0)
          await lives.until(() => lives.logsOf(local).length === printed.length, 'lines came');
        await lives.present.stop();
        setReader(lives, reader);
        await lives.start();
      }
      await lives.until(
        () =>
          lives.logsOf(local).length >= printed.length &&
          lives.logsOf(plain).length >= printed.length &&
          lives.logsOf(tty).length >= 201,
        'all lines came',
      );
      await lives.present.stop();

      expect(compared(lives.messagesOf(plain), printed)).toEqual(sound);
      expect(compared(lives.messagesOf(local), printed)).toEqual(sound);
      const rounds = [1, 2, 3, 4].flatMap((round) => numbered(`round ${round}`, 50));
      expect(compared(lives.messagesOf(tty), ['up', ...rounds])).toEqual(sound);
      const own = await engineLines(client(), plain);
      expect(new Set(ids(lives.logsOf(plain))).size).toBe(own.length);
      expect(gaps(lives)).toEqual([]);
    },
    livesLimitMs,
  );

  test('of containers that live 50 ms and remove themselves are whole, or said to be unread', async () => {
    await using lives = livesOf(client(), 'blink-*');
    const agent = await lives.start();
    const made = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const name = `blink-${index}`;
        const command = 'echo first; sleep 0.05; echo last';
        const id = await client().run({ name, command, autoRemove: true });
        return { id, name: client().nameOf(name) };
      }),
    );
    const unread = () => agent.said('A container was removed before its log was read to the end.');
    const isUnread = (name: string) => unread().some(({ container }) => container === name);

    await lives.until(
      () => made.every(({ id, name }) => lives.logsOf(id).length >= 2 || isUnread(name)),
      'each has arrived or is said to be unread',
    );
    await agent.stop();

    for (const { id, name } of made)
      expect(lives.messagesOf(id)).toEqual(isUnread(name) ? [] : ['first', 'last']);
    // An engine that is slow to say what a container is may have removed it by then.
    expect(unread().length).toBeLessThan(made.length);
  });

  test('of a container that is started again and again have each run once', async () => {
    await using lives = livesOf(client(), 'again-*');
    await lives.start();
    const id = await client().run({
      name: 'again-1',
      command:
        'n=$(cat /n 2>/dev/null || echo 0); echo $((n+1)) > /n; seq 1 100 | sed "s/^/run $n /"; printf "run $n end"; exec sleep 600',
    });
    await until(() => isLogged(client(), id, '100'), 'the first run has printed');
    for (let run = 1; run <= 4; run++) {
      await client().restart(id, 0);
      await until(() => isLogged(client(), id, `run ${run} 100`), 'the run has printed');
    }
    await client().stop(id);
    const runs = [0, 1, 2, 3, 4].flatMap((run) => [
      ...numbered(`run ${run}`, 100),
      `run ${run} end`,
    ]);
    await lives.until(() => lives.logsOf(id).length >= runs.length, 'all lines have arrived');
    await lives.present.stop();

    expect(compared(lives.messagesOf(id), runs)).toEqual(sound);
  });
});
