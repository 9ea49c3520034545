import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { logRecord } from '@tallyman/testkit';
import { harmful, hostile } from '../live/hostile.ts';
import { AdminEndpoint } from '../support/admin-endpoint.ts';
import { agentState, containerState, laneState, manyContainers } from '../support/sample-state.ts';
import { hasTerminal, TerminalWindow } from '../support/terminal-window.ts';
import { until } from '../support/until.ts';

const testOnTerminal = hasTerminal ? test : test.skip;

const crowd = agentState({ containers: manyContainers(200) });

/** The names of the containers on the screen, from above. */
function namesOn(rows: readonly string[]): string[] {
  return rows.flatMap((row) => /^(?:web|job)-\d{3}(?= )/.exec(row) ?? []);
}

testOnTerminal(
  'at 80 columns 200 containers are sorted, filtered and scrolled by keys',
  async () => {
    await using endpoint = await new AdminEndpoint().start();
    endpoint.state = crowd;
    using window = new TerminalWindow({ columns: 80, rows: 24 });

    window.run(['top', '--admin', endpoint.url]);
    const first = await window.showing(/^job-199 /);
    window.keys('m');
    const byMemory = await window.showing(/^web-000 /);
    window.keys('n');
    const byName = await window.showing(/^CONTAINERS .* by name/);
    window.keys('NPage');
    const nextPage = await window.showing(/^CONTAINERS (?!1-)/);
    window.keys('/', 'w', 'e', 'b', '-', '1', '9');
    const filtered = await window.showing(/^filter: web-19▏/);
    window.keys('Enter', 'r');
    const reversed = await window.showing(/by name, reversed {2}named web-19/);

    expect(first[0]).toMatch(/^tallyman on quay {2}Docker Engine 28\.5\.2 {2}cpu /);
    expect(first.join('\n')).toContain('\nNAME ');
    expect(first.find((row) => row.startsWith('NAME'))).toMatch(/CPU%▼ .*LINES\/S {2}HEALTH/);
    expect(namesOn(first).slice(0, 3)).toEqual(['job-199', 'web-198', 'job-197']);
    expect(namesOn(byMemory).slice(0, 2)).toEqual(['web-000', 'job-001']);
    expect(namesOn(byName)[0]).toBe('job-001');
    expect(namesOn(nextPage)[0]).not.toBe('job-001');
    expect(namesOn(filtered)).toEqual(['web-190', 'web-192', 'web-194', 'web-196', 'web-198']);
    expect(namesOn(reversed)[0]).toBe('web-198');
  },
);

testOnTerminal('at 200 columns all columns are there, and a resize is followed', async () => {
  await using endpoint = await new AdminEndpoint().start();
  endpoint.state = crowd;
  using window = new TerminalWindow({ columns: 200, rows: 50 });

  window.run(['top', '--admin', endpoint.url, '--sort', 'lines', '--filter', 'web-*']);
  await window.showing(/^web-000 /);
  endpoint.show({ ...crowd, time: '2026-01-01T01:00:01Z', containers: manyContainers(200, 1) });
  const wide = await window.showing(/^web-198 /);
  window.resize(60, 12);
  const narrow = await window.showing(/^CONTAINERS 1-\d of 100/);

  expect(wide.find((row) => row.startsWith('NAME'))).toMatch(
    /CPU%▼? .*MEM .*LIMIT .*MEM% .*RX\/S .*TX\/S .*READ\/S .*WRITE\/S .*PIDS .*LINES\/S▼ .*LOG\/S .*HEALTH .*SINKS$/,
  );
  expect(wide.find((row) => row.startsWith('SINK'))).toMatch(/TYPE .*RECORDS .*RETRIES .*DROPPED$/);
  expect(wide.find((row) => row.startsWith('CONTAINERS'))).toContain(
    'of 100  by lines  named web-*',
  );
  expect(narrow.find((row) => row.startsWith('NAME'))).toMatch(/^NAME +CPU% +MEM +.*LINES\/S▼$/);
});

testOnTerminal.each([
  ['q', (window: TerminalWindow) => window.keys('q')],
  ['Ctrl-C', (window: TerminalWindow) => window.keys('C-c')],
  ['SIGTERM', (window: TerminalWindow) => void process.kill(window.pid, 'SIGTERM')],
  ['SIGHUP', (window: TerminalWindow) => void process.kill(window.pid, 'SIGHUP')],
])('%s gives the terminal back as it was, with exit 0', async (_, end) => {
  await using endpoint = await new AdminEndpoint().start();
  using window = new TerminalWindow({ columns: 80, rows: 24 });
  window.run(['top', '--admin', endpoint.url]);
  await window.showing(/^web-1 /);
  const during = window.says('#{alternate_on} #{cursor_flag} #{wrap_flag}');

  end(window);
  const after = await window.showing(/^ended with 0/);
  window.keys('-l', 'echo typed is shown');
  await window.showing(/echo typed is shown/);

  expect(during).toBe('1 0 0');
  expect(after.join('\n')).not.toContain('CONTAINERS');
  expect(window.says('#{alternate_on} #{cursor_flag} #{wrap_flag}')).toBe('0 1 1');
});

testOnTerminal.each(['throw', 'reject'])(
  'an error that nobody expected is seen, with the terminal given back: %s',
  async (how) => {
    const program = fileURLToPath(new URL('./programs/broken-screen.ts', import.meta.url));
    using window = new TerminalWindow({ columns: 100, rows: 24 });
    window.run([how], program);
    await window.showing(/^about to break/);

    window.keys('x');
    const rows = await window.showing(/^ended with 1/);

    expect(rows.join('\n')).toContain('Error: broken');
    expect(window.says('#{alternate_on} #{cursor_flag} #{wrap_flag}')).toBe('0 1 1');
  },
);

testOnTerminal('a terminal that is closed ends it', async () => {
  await using endpoint = await new AdminEndpoint().start();
  using window = new TerminalWindow({ columns: 80, rows: 24 });
  window.run(['top', '--admin', endpoint.url]);
  await window.showing(/^web-1 /);
  const { pid } = window;

  window[Symbol.dispose]();

  await until(() => !existsSync(`/proc/${pid}`), 'the process is gone');
  await until(() => endpoint.streams === 0, 'its connection is closed');
});

testOnTerminal(
  'an agent that answers nonsense ends it with the terminal given back, and says why',
  async () => {
    await using endpoint = await new AdminEndpoint().start();
    using window = new TerminalWindow({ columns: 100, rows: 24 });
    window.run(['top', '--admin', endpoint.url]);
    await window.showing(/^web-1 /);

    endpoint.send('state', { lanes: 'none' });
    const rows = await window.showing(/^ended with 1/);

    expect(rows.join('\n')).toContain(
      'tallyman: the state does not look like one: time is no string',
    );
    expect(window.says('#{alternate_on} #{cursor_flag}')).toBe('0 1');
  },
);

testOnTerminal('an agent that goes away is said, and shown again when it is back', async () => {
  await using endpoint = await new AdminEndpoint().start();
  using window = new TerminalWindow({ columns: 120, rows: 24 });
  window.run(['top', '--admin', endpoint.url]);
  await window.showing(/^web-1 /);

  await endpoint.stop();
  const away = await window.showing(/^Figures are \d+s old: .*nothing listens there/);
  endpoint.state = agentState({ containers: [containerState({ name: 'back-again' })] });
  await endpoint.start();
  const back = await window.showing(/^back-again /);

  expect(away.join('\n')).toMatch(/^web-1 /m);
  expect(back.join('\n')).not.toContain('Figures are');
});

testOnTerminal('Ctrl-Z gives the terminal back, and fg takes it again', async () => {
  await using endpoint = await new AdminEndpoint().start();
  using window = new TerminalWindow({ columns: 80, rows: 24 });
  window.run(['top', '--admin', endpoint.url]);
  await window.showing(/^web-1 /);

  window.keys('C-z');
  await until(() => window.says('#{alternate_on} #{cursor_flag}') === '0 1', 'it is given back');
  window.keys('-l', 'fg; echo "then $?"');
  window.keys('Enter');
  await window.showing(/^web-1 /);
  window.keys('q');

  await window.showing(/^then 0/);
});

testOnTerminal('nothing that a container or sink is called acts on the terminal', async () => {
  await using endpoint = await new AdminEndpoint().start();
  const name = `x${hostile}`;
  endpoint.state = agentState({
    agent: { ...agentState().agent, host: name },
    containers: [
      containerState({
        name,
        image: name,
        health: name,
        sinks: { log: [name], stat: [], event: [] },
      }),
      containerState({ id: '2', name: 'y'.repeat(1_048_576) }),
      containerState({ id: '3', name: 'web-3' }),
    ],
    lanes: [laneState({ sink: name, type: name, status: 'retrying', error: name })],
  });
  using window = new TerminalWindow({ columns: 160, rows: 24 });
  const title = window.says('#{pane_title}');

  window.run(['top', '--admin', endpoint.url, '--sort', 'name']);
  const rows = await window.showing(/^web-3 /);

  expect(rows[0]).toMatch(/^tallyman on x\\x1b\[2J/);
  expect(rows.some((row) => row.startsWith('x\\x1b[2J\\x1b]0;owned\\x07\\rfake\\x9b31m'))).toBe(
    true,
  );
  expect(rows.some((row) => row.startsWith('yyyy') && row.includes('…  12.3%'.slice(0, 1)))).toBe(
    true,
  );
  expect(harmful.exec(rows.join(''))).toBeNull();
  expect(window.says('#{pane_title} #{window_bell_flag}')).toBe(`${title} 0`);
  window.keys('q');
  await window.showing(/^ended with 0/);
});

testOnTerminal('NO_COLOR is heeded, and a dumb terminal gets one plain table', async () => {
  await using endpoint = await new AdminEndpoint().start();
  using plain = new TerminalWindow({ columns: 80, rows: 24, env: { NO_COLOR: '1' } });
  using coloured = new TerminalWindow({ columns: 80, rows: 24 });
  using dumb = new TerminalWindow({ columns: 80, rows: 24 });

  for (const window of [plain, coloured]) {
    window.run(['top', '--admin', endpoint.url]);
    await window.showing(/^web-1 /);
  }
  dumb.keys('-l', 'export TERM=dumb');
  dumb.keys('Enter');
  dumb.run(['top', '--admin', endpoint.url]);
  await dumb.showing(/^ended with 0/);

  expect(plain.styled).not.toContain('\u001b[');
  expect(coloured.styled).toContain('\u001b[32m');
  expect(dumb.rows.join('\n')).toMatch(/^web-1 /m);
});

testOnTerminal(
  'tap shows what a container prints, and nothing of it acts on the terminal',
  async () => {
    await using endpoint = await new AdminEndpoint().start();
    using window = new TerminalWindow({ columns: 100, rows: 30 });
    const title = window.says('#{pane_title}');
    const labels = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [`l${n}${hostile}`, hostile]),
    );
    const { container } = logRecord();

    window.run(['tap', '--admin', endpoint.url]);
    await until(() => endpoint.streams === 1, 'it is connected');
    endpoint.record(
      logRecord({ message: 'z'.repeat(1_048_576), container: { ...container, labels } }),
    );
    endpoint.record(
      logRecord({ message: hostile, container: { ...container, name: `n${hostile}` } }),
    );
    endpoint.record(logRecord({ message: 'and on it goes', stream: 'stderr' }));
    const rows = await window.showing(/and on it goes/);
    window.keys('C-c');
    await window.showing(/^\^?C?ended with 0/);

    const text = rows.join('');
    expect(text).toContain('\\x1b[2J\\x1b]0;owned\\x07\\rfake\\x9b31m\\u202e\\u2028名前');
    expect(text).toMatch(/z … cut/);
    expect(text).toMatch(/web-1 +! and on it goes/);
    expect(window.says('#{pane_title} #{window_bell_flag} #{alternate_on}')).toBe(`${title} 0 0`);
  },
);
