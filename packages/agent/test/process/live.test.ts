import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { eventRecord, logRecord, statRecord } from '@tallyman/testkit';
import { harmful, hostile } from '../live/hostile.ts';
import { AdminEndpoint } from '../support/admin-endpoint.ts';
import { AgentProcess } from '../support/agent-process.ts';
import { jsonIn } from '../support/said.ts';
import { agentState, containerState, manyContainers } from '../support/sample-state.ts';
import { until } from '../support/until.ts';

const testWithJq = spawnSync('jq', ['--version']).status === 0 ? test : test.skip;

/** Starts a command that asks this agent. */
function asking(
  endpoint: AdminEndpoint,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<AgentProcess> {
  return AgentProcess.start({ args, env: { TALLYMAN_ADMIN: endpoint.url, ...env } });
}

async function ran(...command: Parameters<typeof asking>) {
  await using agent = await asking(...command);
  const { exitCode } = await agent.ended();
  return { exitCode, stdout: agent.stdout, stderr: agent.stderr };
}

describe('top', () => {
  test('prints one table without escape codes where there is no terminal', async () => {
    await using endpoint = await new AdminEndpoint().start();
    endpoint.state = agentState({ containers: manyContainers(200) });

    const { exitCode, stdout, stderr } = await ran(endpoint, ['top', '--sort', 'memory']);

    const lines = stdout.split('\n');
    expect(lines.at(0)).toMatch(/^tallyman on quay {2}Docker Engine 28\.5\.2/);
    const names = lines.flatMap((line) => /^(?:web|job)-\d+/.exec(line) ?? []);
    expect(names).toHaveLength(200);
    expect(names.slice(0, 2)).toEqual(['web-000', 'job-001']);
    expect(lines.find((line) => line.startsWith('NAME'))).toMatch(/SINKS$/);
    expect(/(?!\n)\p{Cc}/u.exec(stdout)).toBeNull();
    expect(endpoint.requests).toEqual(['GET /api/state', 'GET /api/state']);
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  test('fits the columns that COLUMNS says, and takes filters', async () => {
    await using endpoint = await new AdminEndpoint().start();
    endpoint.state = agentState({ containers: manyContainers(20) });

    const { stdout } = await ran(endpoint, ['top', '--once', '--filter', 'job-*'], {
      COLUMNS: '60',
    });

    const lines = stdout.trimEnd().split('\n');
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
    expect(lines.filter((line) => /^(web|job)-/.test(line))).toHaveLength(10);
    expect(stdout).not.toContain('web-');
  });

  test('--json --once is the state as one line, with what this program does not know', async () => {
    await using endpoint = await new AdminEndpoint().start();
    const state = agentState({ containers: [containerState({ name: hostile })] });
    endpoint.state = { ...state, later: { version: 'adds' } } as typeof state;

    const { exitCode, stdout } = await ran(endpoint, ['top', '--json', '--once']);

    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual(endpoint.state);
    expect(harmful.exec(stdout.trimEnd().replace(/\p{Cf}/gu, ''))).toBeNull();
    expect([exitCode, endpoint.requests]).toEqual([0, ['GET /api/state']]);
  });

  test('ends with 0 and without a word when it is told to between two looks', async () => {
    await using endpoint = await new AdminEndpoint().start();
    await using agent = await asking(endpoint, ['top', '--once']);
    await until(() => endpoint.requests.length === 1, 'it has looked once');

    const { exitCode } = await agent.stop('SIGINT');

    expect([exitCode, agent.stdout, agent.stderr]).toEqual([0, '', '']);
  });

  test('--json prints a line a state until SIGTERM, also after the agent was away', async () => {
    await using endpoint = await new AdminEndpoint().start();
    await using agent = await asking(endpoint, ['top', '--json']);
    const times = () => jsonIn(agent.stdout).map((state) => (state as { time: string }).time);
    await agent.until(() => times().length === 1, 'there is a first state');

    await endpoint.stop();
    await agent.until(() => agent.stderr.includes('trying again.'), 'it says so');
    endpoint.state = agentState({ time: '2026-01-01T02:00:00Z' });
    await endpoint.start();
    await agent.until(() => times().length === 2, 'there is another state');
    const { exitCode } = await agent.stop();

    expect(times()).toEqual(['2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z']);
    expect(exitCode).toBe(0);
  });

  test('ends with 0 once nobody reads its JSON any more', async () => {
    await using endpoint = await new AdminEndpoint().start();
    await using agent = await asking(endpoint, ['top', '--json']);
    await agent.until(() => agent.stdout.includes('\n'), 'there is a first state');

    agent.closeStdout();
    endpoint.show(agentState({ time: '2026-01-01T01:00:01Z' }));
    const { exitCode } = await agent.ended();

    expect([exitCode, agent.stderr]).toEqual([0, '']);
  });

  testWithJq('its JSON can be piped into jq', async () => {
    await using endpoint = await new AdminEndpoint().start();
    endpoint.state = agentState({ containers: manyContainers(200) });
    const { stdout } = await ran(endpoint, ['top', '--json', '--once']);

    const jq = spawnSync('jq', ['-r', '.containers | max_by(.stat.cpuPercent) | .name'], {
      input: stdout,
      encoding: 'utf8',
    });

    expect([jq.status, jq.stdout, jq.stderr]).toEqual([0, 'job-199\n', '']);
  });

  test.each([[['top']], [['top', '--json']], [['tap']]])(
    '%j: an agent that was never reached is exit 1, with what to do',
    async (args) => {
      const endpoint = await new AdminEndpoint().start();
      await endpoint.stop();

      const { exitCode, stdout, stderr } = await ran(endpoint, args);

      expect(stderr).toContain(`asking the agent at ${endpoint.url}: nothing listens there`);
      expect(stderr).toMatch(/from TALLYMAN_ADMIN.*admin\.listen.*docker exec -it CONTAINER/s);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect([exitCode, stdout]).toEqual([1, '']);
    },
  );

  test('what the agent refuses it says, with its help, and the token is nowhere', async () => {
    await using endpoint = await new AdminEndpoint().start();
    endpoint.refusal = {
      status: 401,
      body: JSON.stringify({ error: `this token is not the one${hostile}`, help: 'look it up' }),
    };

    const { exitCode, stderr } = await ran(endpoint, ['top'], { TALLYMAN_ADMIN_TOKEN: 'sesame' });

    expect(endpoint.authorizations).toEqual(['Bearer sesame']);
    expect(stderr).toMatch(
      /: this token is not the one\\x1b.* \(401 Unauthorized\)\n {2}look it up\n$/,
    );
    expect(/(?!\n)\p{Cc}/u.exec(stderr)).toBeNull();
    expect(stderr).not.toContain('sesame');
    expect(exitCode).toBe(1);
  });

  test.each([
    [['top', '--token', 'sesame'], /seen by every process.*TALLYMAN_ADMIN_TOKEN/],
    [['tap', '--token=sesame'], /seen by every process.*TALLYMAN_ADMIN_TOKEN/],
    [['top', '--sort', 'size'], /Allowed choices are name, cpu/],
    [['top', '--sink', 'elsewhere'], /has no such sink; it has everything/],
    [['top', '--admin', 'ftp://x'], /expected the address of the admin endpoint/],
    [['tap', '--kinds', 'logs,metrics'], /Allowed are logs, stats, events/],
    [['tap', '--limit', '0'], /write a whole number, 1 at least/],
    [['tap', '--for', '30'], /write 30s/],
    [['tap', '--format', 'raw', '--kinds', 'stats'], /only logs have/],
  ])('%j is refused with what to do and exit 2', async (args, said) => {
    await using endpoint = await new AdminEndpoint().start();

    const { exitCode, stdout, stderr } = await ran(endpoint, args);

    expect(stderr).toMatch(said);
    expect(stderr).not.toContain('sesame');
    expect([exitCode, stdout]).toEqual([2, '']);
  });
});

describe('tap', () => {
  test('prints records as JSON where there is no terminal, as many as it is asked for', async () => {
    await using endpoint = await new AdminEndpoint().start();
    const records = [logRecord({ message: hostile }), statRecord(), eventRecord(), logRecord()];
    const args = 'tap --kinds logs,stats,events --limit 3'.split(' ');
    await using agent = await asking(endpoint, args);
    await until(() => endpoint.streams === 1, 'it is connected');

    for (const record of records) endpoint.record(record);
    const { exitCode } = await agent.ended();

    expect(agent.records).toEqual(records.slice(0, 3));
    expect([exitCode, agent.stderr]).toEqual([0, '']);
  });

  test('asks for what its filters say', async () => {
    await using endpoint = await new AdminEndpoint().start();
    const containers = '--name web-* --name api --image nginx --compose shop'.split(' ');
    const lines = ['--label', 'a=b c', '--sink', 'everything', '--stream', 'stderr'];
    await using agent = await asking(endpoint, ['tap', ...containers, ...lines, '--grep', 'GET &']);
    await until(() => endpoint.streams === 1, 'it is connected');
    const { exitCode } = await agent.stop('SIGINT');

    const query = new URL(endpoint.requests[0]?.split(' ')[1] ?? '', endpoint.url).searchParams;
    expect([...query]).toEqual([
      ['state', 'off'],
      ['records', 'logs'],
      ['name', 'web-*'],
      ['name', 'api'],
      ['image', 'nginx'],
      ['label', 'a=b c'],
      ['compose', 'shop'],
      ['sink', 'everything'],
      ['stream', 'stderr'],
      ['contains', 'GET &'],
    ]);
    expect([exitCode, agent.stderr]).toEqual([0, '']);
  });

  test.each([
    ['pretty', /^\d\d:\d\d:20\.123 web-1 \| GET \/ 200\n$/],
    ['logfmt', /^time=2023-11-14T22:13:20\.123456789Z kind=log .*msg="GET \/ 200"\n$/],
    ['raw', /^GET \/ 200\n$/],
  ])('--format %s', async (format, printed) => {
    await using endpoint = await new AdminEndpoint().start();
    await using agent = await asking(endpoint, ['tap', '--format', format, '--limit', '1']);
    await until(() => endpoint.streams === 1, 'it is connected');

    endpoint.record(logRecord());
    await agent.ended();

    expect(agent.stdout).toMatch(printed);
  });

  test('says on standard error what was dropped, and that it was away', async () => {
    await using endpoint = await new AdminEndpoint().start();
    await using agent = await asking(endpoint, ['tap']);
    await until(() => endpoint.streams === 1, 'it is connected');

    endpoint.send('dropped', { count: 17 });
    await agent.until(() => agent.stderr.includes('17 records are not shown'), 'it says so');
    await endpoint.stop();
    await agent.until(() => agent.stderr.includes('trying again.'), 'it says so');
    await endpoint.start();
    await agent.until(() => agent.stderr.includes('connected again'), 'it says so');
    endpoint.record(logRecord());
    await agent.until(() => agent.records.length === 1, 'it goes on');
    const { exitCode } = await agent.stop('SIGINT');

    expect(exitCode).toBe(0);
  });

  test('ends by itself after --for', async () => {
    await using endpoint = await new AdminEndpoint().start();

    const { exitCode, stderr } = await ran(endpoint, ['tap', '--for', '200ms']);

    expect([exitCode, stderr]).toEqual([0, '']);
  });

  test('ends with 0 once nobody reads it any more', async () => {
    await using endpoint = await new AdminEndpoint().start();
    await using agent = await asking(endpoint, ['tap']);
    await until(() => endpoint.streams === 1, 'it is connected');

    agent.closeStdout();
    endpoint.record(logRecord());
    const { exitCode } = await agent.ended();

    expect([exitCode, agent.stderr]).toEqual([0, '']);
  });

  test('ends when it is told to although its reader stalls', async () => {
    await using endpoint = await new AdminEndpoint().start();
    await using agent = await AgentProcess.start({
      args: ['tap', '--admin', endpoint.url],
      stdout: 'stalled',
    });
    await until(() => endpoint.streams === 1, 'it is connected');

    for (let sent = 0; sent < 20; sent++)
      endpoint.record(logRecord({ message: 'x'.repeat(100_000) }));
    const { exitCode } = await agent.stop('SIGTERM');

    expect(exitCode).toBe(0);
  });

  test('a record that is none ends it with what is wrong', async () => {
    await using endpoint = await new AdminEndpoint().start();
    await using agent = await asking(endpoint, ['tap']);
    await until(() => endpoint.streams === 1, 'it is connected');

    endpoint.send('record', { kind: 'log', id: 7 });
    const { exitCode } = await agent.ended();

    expect(agent.stderr).toContain('a record does not look like one: id is no string');
    expect(exitCode).toBe(1);
  });
});
