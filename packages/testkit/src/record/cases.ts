import type { Step } from './steps.ts';

/** What is done with an engine and which of its answers are kept. */
export interface RecordingCase {
  readonly name: string;
  readonly steps: readonly Step[];
}

const logs = '/containers/{id}/logs?stdout=1&stderr=1&timestamps=1';
const oneShot = '/containers/{id}/stats?stream=false&one-shot=true';
const events =
  '/events?since={since}&until={until}&filters=%7B%22type%22%3A%5B%22container%22%5D%2C%22container%22%3A%5B%22{id}%22%5D%7D';

// 40 KiB of which no two places look alike, so that a piece lost or joined wrongly shows.
const longLine = 'seq -s, 1 9000 | head -c 40960';
const filler = (bytes: number) => `head -c ${bytes} /dev/zero | tr "\\0" a`;
const mib = 1024 ** 2;

/** Runs a script to its end and keeps the log. */
function logOf(
  name: string,
  script: string,
  options: { tty?: true; logDriver?: string } = {},
): RecordingCase {
  const run = { name, command: script, ...options };
  return { name, steps: [{ run }, { act: 'wait' }, { record: name, get: logs }] };
}

const logCases: readonly RecordingCase[] = [
  logOf('logs-plain', 'echo one; echo two; echo three'),
  logOf(
    'logs-both-outputs',
    'for i in 1 2 3; do echo out $i; sleep 0.1; echo err $i >&2; sleep 0.1; done',
  ),
  logOf(
    'logs-tty',
    'echo one; sleep 0.1; echo two >&2; sleep 0.1; printf "\\033[31mred\\033[0m\\n"',
    { tty: true },
  ),
  logOf('logs-long-line', `${longLine}; echo; echo after`),
  logOf('logs-long-lines-at-once', `line=$(${longLine}); echo "$line" & echo "$line" >&2; wait`),
  logOf('logs-16384-bytes', `${filler(16_384)}; echo; echo after`),
  logOf('logs-empty-lines', 'echo; echo; echo text; echo'),
  logOf('logs-odd-bytes', 'printf "latin \\351 cut \\342\\202 nul \\000 tab \\t end\\r\\n"'),
  logOf('logs-character-on-border', `${filler(16_383)}; printf "\\342\\202\\254 after\\n"`),
  logOf('logs-no-newline', 'echo first; printf unfinished'),
  logOf('logs-tty-long-line', `${longLine}; echo; sleep 0.1; echo after`, { tty: true }),
  logOf(
    'logs-local-driver',
    `printf "latin \\351 nul \\000\\n"; ${longLine}; echo; printf unfinished`,
    { logDriver: 'local' },
  ),
  {
    name: 'logs-no-newline-restart',
    steps: [
      { run: { name: 'logs-no-newline-restart', command: 'echo first; printf unfinished' } },
      { act: 'wait' },
      { act: 'start' },
      { act: 'wait' },
      { record: 'logs-no-newline-restart', get: logs },
    ],
  },
  {
    name: 'logs-follow',
    steps: [
      {
        run: {
          name: 'logs-follow',
          command: 'for i in 1 2 3 4; do echo line $i; sleep 0.4; done',
        },
      },
      { record: 'logs-follow', get: `${logs}&follow=1` },
    ],
  },
  {
    name: 'logs-refused',
    steps: [
      { run: { name: 'logs-refused', command: 'echo lost', logDriver: 'none' } },
      { act: 'wait' },
      { record: 'logs-driver-none', get: logs },
      { record: 'logs-no-stream', get: '/containers/{id}/logs' },
      { record: 'logs-no-container', get: '/containers/nobody/logs?stdout=1' },
    ],
  },
];

const limits = { Memory: 32 * mib, NanoCpus: 500_000_000, PidsLimit: 64 };
const busy = 'while true; do :; done & while true; do cat /etc/hosts > /dev/null; sleep 0.1; done';

const statCases: readonly RecordingCase[] = [
  {
    name: 'stats-running',
    steps: [
      { run: { name: 'stats-running', command: busy } },
      { sleep: 1 },
      { record: 'stats-running-first', get: oneShot },
      { sleep: 3 },
      { record: 'stats-running-second', get: oneShot },
      { record: 'stats-two-samples', get: '/containers/{id}/stats?stream=false' },
      { record: 'stats-refused', get: '/containers/{id}/stats?stream=true&one-shot=true' },
      { act: 'kill' },
      { act: 'wait' },
      { record: 'stats-stopped', get: oneShot },
    ],
  },
  {
    name: 'stats-host-network',
    steps: [
      {
        run: {
          name: 'stats-host-network',
          command: 'sleep 60',
          hostConfig: { NetworkMode: 'host' },
        },
      },
      { record: 'stats-host-network', get: oneShot },
    ],
  },
  {
    name: 'stats-limited',
    steps: [
      { run: { name: 'stats-limited', command: 'while true; do :; done', hostConfig: limits } },
      { sleep: 2 },
      { record: 'stats-limited', get: oneShot },
    ],
  },
  {
    name: 'stats-after-oom',
    steps: [
      // The child is killed, the shell lives on.
      {
        run: {
          name: 'stats-after-oom',
          command: 'tail /dev/zero; sleep 60',
          hostConfig: { Memory: 16 * mib },
        },
      },
      { sleep: 3 },
      { record: 'stats-after-oom', get: oneShot },
    ],
  },
];

const inspectCases: readonly RecordingCase[] = [
  {
    name: 'inspect',
    steps: [
      {
        create: {
          name: 'inspect',
          command: 'sleep 60',
          labels: {
            'com.docker.compose.project': 'shop',
            'com.docker.compose.service': 'web',
            team: 'qa',
          },
          hostConfig: { ...limits, RestartPolicy: { Name: 'always' } },
        },
      },
      { record: 'inspect-created', get: '/containers/{id}/json' },
      { record: 'logs-created-follow', get: `${logs}&follow=1` },
      { act: 'start' },
      { record: 'inspect-running', get: '/containers/{id}/json' },
      { record: 'list', get: '/containers/json?all=1&filters=%7B%22id%22%3A%5B%22{id}%22%5D%7D' },
      { act: 'pause' },
      { record: 'inspect-paused', get: '/containers/{id}/json' },
      { act: 'unpause' },
      { act: 'kill' },
      { act: 'wait' },
      { record: 'inspect-exited', get: '/containers/{id}/json' },
      { record: 'inspect-no-container', get: '/containers/nobody/json' },
      { record: 'no-such-page', get: '/nowhere' },
    ],
  },
  {
    name: 'engine',
    steps: [
      { record: 'ping', get: '/_ping' },
      { record: 'version', get: '/version' },
      { record: 'version-too-new', get: '/v1.99/version' },
      { record: 'info', get: '/info' },
    ],
  },
];

const healthCheck = { Healthcheck: { Test: ['CMD', 'true'], Interval: 1_000_000_000, Retries: 1 } };

const eventCases: readonly RecordingCase[] = [
  {
    name: 'events-life',
    steps: [
      {
        run: {
          name: 'events-life',
          command: 'trap "exit 3" TERM; while true; do sleep 0.1; done',
          labels: { team: 'qa' },
        },
      },
      { act: 'pause' },
      { act: 'unpause' },
      { rename: 'events-life-renamed' },
      { exec: 'exit 7' },
      { sleep: 0.5 },
      { act: 'restart' },
      // Until the shell has its trap again.
      { sleep: 0.5 },
      { act: 'stop' },
      { act: 'start' },
      { act: 'kill' },
      { act: 'wait' },
      { act: 'remove' },
      { sleep: 0.5 },
      { record: 'events-life', get: events },
    ],
  },
  {
    name: 'events-oom',
    steps: [
      {
        run: {
          name: 'events-oom',
          command: 'exec tail /dev/zero',
          hostConfig: { Memory: 16 * mib },
        },
      },
      { act: 'wait' },
      { sleep: 0.5 },
      { record: 'events-oom', get: events },
      { record: 'inspect-oom', get: '/containers/{id}/json' },
    ],
  },
  {
    name: 'events-health',
    steps: [
      { run: { name: 'events-health', command: 'sleep 60', config: healthCheck } },
      { sleep: 1.6 },
      { record: 'events-health', get: events },
      { record: 'inspect-health', get: '/containers/{id}/json' },
    ],
  },
];

/** Recordings whose outputs race inside the engine: their interleaving differs from take to take. */
export const racingOutputs: readonly string[] = ['logs-long-lines-at-once'];

/** Everything that `pnpm record` records. */
export const recordingCases: readonly RecordingCase[] = [
  ...logCases,
  ...statCases,
  ...inspectCases,
  ...eventCases,
];
