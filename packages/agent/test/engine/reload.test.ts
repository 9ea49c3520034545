import { expect, test } from '@jest/globals';
import { type DockerClient, describeEngine } from '@tallyman/testkit/docker';
import { AgentProcess, reloaded } from '../support/agent-process.ts';
import { compared, sound } from '../support/compared.ts';
import { engineLines } from '../support/engine-log.ts';
import { arrivedIn, logentriesTokens, Receivers } from '../support/receivers.ts';
import { messagesIn, recordingSinkFiles, takenBy } from '../support/recording-sink.ts';
import { laneOf } from '../support/said.ts';

// Some 1,000 numbered lines a second, until it is told to end.
const printing = `i=0; while [ ! -e /tmp/end ]; do i=$((i+1)); echo "$(hostname) line $i of the ledger"; [ $((i % 20)) = 0 ] && usleep 15000; done; echo "$(hostname) end"; sleep 600`;
const writers = ['ledger-1', 'ledger-2', 'ledger-3'];
const linesBetween = 300;
const rounds = 2;

const logs = { kinds: ['logs'] };
const recording = { type: 'recording', match: logs };
const files = {
  ...recordingSinkFiles,
  'twin.mjs': String(recordingSinkFiles['recording.mjs']).replace(
    "type: 'recording'",
    "type: 'twin'",
  ),
};

/** What a configuration says otherwise than the first one. */
interface Change {
  readonly token?: string;
  readonly tuned?: object;
  readonly turned?: object;
  readonly passing?: object;
  readonly excluded?: string;
  readonly other?: object;
}

const changes: readonly Change[] = [
  { token: logentriesTokens.stats, passing: {} },
  { token: logentriesTokens.stats, passing: {}, tuned: { batch: { max_records: 7 } } },
  { passing: {}, excluded: 'ledger-3', turned: { type: 'twin' } },
  {
    token: logentriesTokens.events,
    excluded: 'ledger-3',
    tuned: { queue: { memory: '2MiB', in_flight: '1MiB' } },
  },
  { passing: {}, other: { collect: { logs: { max_line: '64KiB' }, stats: { enabled: false } } } },
  { passing: { retry: { max_delay: '5s' } }, other: { fields: { cluster: 'eu' } } },
  { tuned: { queue: { disk: '20MiB' } }, turned: { type: 'twin' } },
  {},
];

describeEngine('a configuration that is reloaded under load', (client) => {
  test('at no sink is a line missing or repeated, however often sinks come, go and change', async () => {
    await using receivers = await Receivers.start();
    const configOf = ({ token, tuned, turned, passing, excluded, other }: Change) => ({
      collect: { stats: { enabled: false } },
      select: {
        include: [{ name: client().nameOf('ledger-*') }],
        exclude: excluded === undefined ? [] : [{ name: client().nameOf(excluded) }],
      },
      sinks: {
        steady: recording,
        rotated: {
          type: 'logentries',
          match: logs,
          token: token ?? logentriesTokens.logs,
          options: receivers.logentriesOptions,
        },
        tuned: { ...recording, ...tuned },
        turned: { ...recording, ...turned },
        ...(passing && { passing: { ...recording, ...passing } }),
      },
      ...other,
    });
    const { socketPath } = client();
    await using agent = await AgentProcess.start({
      socketPath,
      files,
      flags: ['--sinks-dir', '.'],
      config: configOf({}),
    });
    await agent.ready();
    const ids = await Promise.all(writers.map((name) => client().run({ name, command: printing })));
    const taken = (sink: string, id: string) => messagesIn(takenBy(agent.folder, sink), id);
    const [first = ''] = ids;

    for (const change of Array.from({ length: rounds }, () => changes).flat()) {
      const before = taken('steady', first).length;
      await agent.until(
        () => taken('steady', first).length >= before + linesBetween,
        'lines arrive',
      );
      await agent.reload({ socketPath, config: configOf(change) });
    }
    await agent.reload({ socketPath, config: configOf({ passing: {} }) });
    const printed = new Map<string, string[]>();
    for (const id of ids) printed.set(id, await printedTo(client(), id));
    for (const [id, lines] of printed)
      for (const sink of ['steady', 'tuned', 'turned', 'passing'])
        await agent.until(() => taken(sink, id).includes(lines.at(-1) ?? ''), `${sink} has all`);
    const { exitCode, account } = await agent.stop();
    const confirmed = arrivedIn(await receivers.logentries.ledger()).map(({ record }) => record);

    expect(exitCode).toBe(0);
    expect(agent.said(reloaded)).toHaveLength(rounds * changes.length + 1);
    for (const [id, lines] of printed) {
      for (const sink of ['steady', 'tuned', 'turned'])
        expect(compared(taken(sink, id), lines)).toEqual(sound);
      expect(compared(messagesIn(confirmed, id), lines)).toEqual(sound);
      // Added while the container printed, then removed and added again.
      const passed = taken('passing', id);
      const from = lines.indexOf(passed[0] ?? '');
      expect(compared(passed, lines.slice(from))).toEqual(sound);
    }
    for (const sink of ['steady', 'rotated', 'tuned', 'turned', 'passing'])
      expect(laneOf(account, sink)).toMatchObject({ dropped: {}, held: 0 });
    expect(agent.diagnostics.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

/** Has a writer end, and returns all that it printed, by the engine's own log. */
async function printedTo(client: DockerClient, id: string): Promise<string[]> {
  await client.exec(id, 'touch /tmp/end');
  let lines: string[] = [];
  while (!lines.at(-1)?.endsWith(' end'))
    lines = (await engineLines(client, id)).map(({ text }) => text);
  return lines;
}
