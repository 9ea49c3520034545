import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { harmful, hostile } from '../live/hostile.ts';
import { AgentProcess } from '../support/agent-process.ts';
import { hasTerminal, TerminalWindow } from '../support/terminal-window.ts';
import { until } from '../support/until.ts';

const testOnTerminal = hasTerminal ? test : test.skip;

const containers = 200;
const guarded = { listen: 'unix://FOLDER/admin.sock', token: 'sesame' };

/** An engine with many containers, the agent that reads it, and its file. */
class Quay implements AsyncDisposable {
  readonly engine = new EmbeddedEngine();
  #agent: AgentProcess | undefined;

  async start(): Promise<this> {
    await this.engine.start();
    for (let number = 0; number < containers; number++)
      this.engine
        .container({
          name: `${number % 2 === 0 ? 'web' : 'job'}-${String(number).padStart(3, '0')}`,
        })
        .start();
    this.#agent = await AgentProcess.start({
      socketPath: this.engine.socketPath,
      config: {
        admin: guarded,
        collect: { stats: { interval: '1s' }, logs: { start_at: 'beginning' } },
      },
    });
    await this.#agent.ready();
    const isMeasured = () =>
      new Set(
        this.agent.stats
          .filter(({ cpu }) => cpu.percent !== undefined)
          .map((stat) => stat.container.id),
      ).size === containers;
    await this.#agent.until(isMeasured, 'all are sampled twice');
    return this;
  }

  get agent(): AgentProcess {
    if (this.#agent === undefined) throw new Error('the agent was not started');
    return this.#agent;
  }

  get config(): string {
    return join(this.agent.folder, 'config.yaml');
  }

  /** Runs a command against the agent to its end. */
  async ran(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    await using command = await this.asking(args, env);
    const { exitCode } = await command.ended();
    return { exitCode, stdout: command.stdout, stderr: command.stderr };
  }

  asking(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return AgentProcess.start({ args: [...args, '--config', this.config], env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent?.[Symbol.asyncDispose]();
    await this.engine.close();
  }
}

describe('an agent with 200 containers', () => {
  const quay = new Quay();
  beforeAll(async () => void (await quay.start()));
  afterAll(() => quay[Symbol.asyncDispose]());

  test('is shown whole by top --once, with the address and the token of its file', async () => {
    const { exitCode, stdout, stderr } = await quay.ran(['top', '--once', '--sort', 'name']);

    const lines = stdout.trimEnd().split('\n');
    expect(lines.find((line) => line.startsWith('stdout '))).toMatch(/^stdout +stdout +healthy /);
    const rows = lines.filter((line) => /^(web|job)-\d{3} /.test(line));
    expect(rows).toHaveLength(containers);
    expect(rows[0]).toMatch(/^job-001 +[\d.]+% +[\d.]+[KM]iB .* stdout$/);
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  test('refuses another token, and top says what it says', async () => {
    const { exitCode, stderr } = await quay.ran(['top'], { TALLYMAN_ADMIN_TOKEN: 'mellon' });

    expect(stderr).toMatch(/admin\.sock: this token is not the one \(401 Unauthorized\)\n {2}\S/);
    expect(exitCode).toBe(1);
  });

  test('is tapped: what its sink gets, a tap gets, record by record', async () => {
    const container = quay.engine.container({ name: 'tapped' });
    container.start();
    await using tap = await quay.asking(['tap', '--name', 'tapped', '--limit', '3']);

    await tap.until(() => {
      if (tap.records.length < 3) container.print('stdout', `line ${hostile}\n`);
      return tap.records.length === 3;
    }, 'it prints');
    const { exitCode } = await tap.ended();

    const ids = tap.records.map(({ id }) => id);
    const same = () => quay.agent.records.filter(({ id }) => ids.includes(id));
    await quay.agent.until(() => same().length === 3, 'the sink has them, too');
    expect(tap.records).toEqual(same());
    expect(exitCode).toBe(0);
  });

  test('says what is wrong with a filter', async () => {
    const { exitCode, stderr } = await quay.ran(['tap', '--sink', 'elsewhere']);

    expect(stderr).toContain('sink=elsewhere is unknown (400 Bad Request)\n  there are stdout\n');
    expect(exitCode).toBe(1);
  });

  testOnTerminal.each([
    [80, 24, /HEALTH$/],
    [200, 50, /SINKS$/],
  ])(
    'is shown on a terminal of %i columns, sorted and filtered by keys',
    async (columns, rows, titles) => {
      using window = new TerminalWindow({ columns, rows });

      window.run(['top', '--config', quay.config]);
      const first = await window.showing(/^CONTAINERS 1-\d+ of 20\d {2}by cpu/);
      window.keys('n');
      const byName = await window.showing(/^NAME▲/);
      window.keys('/', 'w', 'e', 'b', '-', '0', '0', 'Enter');
      const filtered = await window.showing(/^CONTAINERS 1-5 of 5 {2}by name {2}named web-00/);
      window.keys('q');
      await window.showing(/^ended with 0/);

      expect(first[0]).toMatch(/^tallyman on \S+ {2}\S.* {2}cpu /);
      expect(byName.find((row) => row.startsWith('NAME▲'))).toMatch(titles);
      expect(
        filtered.filter((row) => /^(web|job)-/.test(row)).map((row) => row.slice(0, 7)),
      ).toEqual(['web-000', 'web-002', 'web-004', 'web-006', 'web-008']);
    },
  );

  testOnTerminal(
    'has a hostile one, and neither its name nor its lines act on the terminal',
    async () => {
      const container = quay.engine
        .container({
          name: `evil${hostile}`,
          image: hostile,
          labels: Object.fromEntries(
            Array.from({ length: 100 }, (_, n) => [`l${n}${hostile}`, hostile]),
          ),
        })
        .start();
      using window = new TerminalWindow({ columns: 120, rows: 30 });
      const title = window.says('#{pane_title}');

      window.run(['top', '--config', quay.config, '--filter', 'evil']);
      const table = await window.showing(/^evil\\x1b\[2J/);
      window.keys('q');
      await window.showing(/^ended with 0/);
      window.run(['tap', '--config', quay.config, '--name', 'evil*', '--limit', '6']);
      // Until it is connected, what is printed is not for it.
      const long = `${'z'.repeat(1_048_576)}\n`;
      const tapped = await until(() => {
        container.print('stdout', long).print('stderr', `${hostile}\n`);
        const { rows } = window;
        return rows.some((row) => row.startsWith('ended with 0')) && rows;
      }, 'it has shown its records');

      expect(table.filter((row) => row.startsWith('evil'))).toHaveLength(1);
      expect(harmful.exec(table.join(''))).toBeNull();
      expect(tapped.join('')).toMatch(
        /z … cut.*\\x1b\[2J\\x1b\]0;owned|\\x1b\[2J\\x1b\]0;owned.*z … cut/,
      );
      expect(window.says('#{pane_title} #{window_bell_flag} #{alternate_on}')).toBe(`${title} 0 0`);
    },
  );
});
