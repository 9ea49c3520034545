import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeEngine } from '@tallyman/testkit/docker';
import { AgentProcess } from '../support/agent-process.ts';
import { isRecord, jsonIn } from '../support/said.ts';
import { until } from '../support/until.ts';

const sink = `const { appendFile } = process.getBuiltinModule('node:fs/promises');
export default {
  type: 'journal', summary: 'Appends records to a file.',
  stability: 'beta', contract: 1,
  accepts: ['log', 'event'],
  token: 'none',
  options: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  create: ({ path }, { sdk }) => ({
    write: (batch, signal) =>
      appendFile(path, sdk.encodeJsonLines(batch), { signal }),
  }),
};
`;

describeEngine('a sink in one file', (client) => {
  test('chosen by its name in the configuration, it receives what a real container prints', async () => {
    await using agent = await AgentProcess.start({
      socketPath: client().socketPath,
      files: { 'journal.mjs': sink },
      flags: ['--sinks-dir', '.'],
      config: {
        select: { include: [{ name: client().nameOf('journal-*') }] },
        sinks: {
          journal: { options: { path: 'FOLDER/journal.jsonl' }, batch: { max_wait: '0s' } },
        },
      },
    });
    await agent.ready();
    const id = await client().run({ name: 'journal-1', command: 'echo "to be kept"; exit 4' });
    const journal = async () =>
      jsonIn(await readFile(join(agent.folder, 'journal.jsonl'), 'utf8').catch(() => '')).filter(
        isRecord,
      );

    await until(async () => {
      const kept = await journal();
      const hasDied = kept.some((record) => record.kind === 'event' && record.action === 'die');
      return hasDied && kept.some(({ kind }) => kind === 'log');
    }, 'its line and its end are in the file');
    const { account } = await agent.stop();

    const records = await journal();
    expect(sink.trimEnd().split('\n')).toHaveLength(12);
    expect(records.find(({ kind }) => kind === 'log')).toMatchObject({
      container: { id, name: client().nameOf('journal-1') },
      stream: 'stdout',
      message: 'to be kept',
    });
    expect(records.some(({ kind }) => kind === 'stat')).toBe(false);
    expect(account).toEqual({
      journal: { offered: records.length, delivered: records.length, dropped: {}, held: 0 },
    });
    expect(agent.stdout).toBe('');
  });
});
