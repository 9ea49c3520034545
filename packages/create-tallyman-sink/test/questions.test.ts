import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { answered } from '../src/questions.ts';
import type { Said } from '../src/settled.ts';

/** Answers as somebody types them, a line at a time, each once it is asked for. */
function conversation(lines: readonly string[]) {
  const input = new PassThrough();
  const output = new PassThrough();
  const left = [...lines];
  let shown = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (!text.endsWith(' ')) return;
    const line = left.shift();
    if (line === undefined) input.end();
    else input.write(`${line}\n`);
  });
  return { terminal: { input, output }, shown: () => shown };
}

const all: Said = {
  name: 'kafka',
  directory: 'tallyman-sink-kafka',
  kinds: 'logs,stats,events',
  token: 'optional',
  destination: 'http',
  language: 'javascript',
};

describe('the questions', () => {
  test('are answered with the enter key by what is usual', async () => {
    const { terminal, shown } = conversation(['kafka', '', '', '', '', '']);

    expect(await answered({}, terminal)).toEqual(all);
    expect(shown()).toContain('In which folder? [tallyman-sink-kafka] ');
    expect(shown()).toContain('What does it take? (logs, stats, events) [logs,stats,events] ');
  });

  test('are those that the flags left open', async () => {
    const { terminal, shown } = conversation(['none', 'tcp']);
    const given = {
      name: 'kafka',
      directory: 'tallyman-sink-kafka',
      kinds: 'logs',
      language: 'javascript',
    };

    expect(await answered(given, terminal)).toEqual({
      ...given,
      token: 'none',
      destination: 'tcp',
    });
    expect(shown().match(/\?/g)).toHaveLength(2);
  });

  test('are asked again after an answer that cannot be, which is explained', async () => {
    const { terminal, shown } = conversation([
      '',
      'stdout',
      'kafka',
      '',
      'traces',
      'logs',
      '',
      '',
      '',
    ]);

    expect(await answered({}, terminal)).toEqual({ ...all, kinds: 'logs' });
    expect(shown()).toContain('  the name cannot be ""; write lower-case letters');
    expect(shown()).toContain(
      '  the name cannot be "stdout": a sink of that name comes with the agent',
    );
    expect(shown()).toContain('  kinds cannot be "traces"; write logs, stats, events');
  });

  test('are not asked where what the flags say cannot be', async () => {
    const { terminal, shown } = conversation([]);

    await expect(answered({ name: 'stdout' }, terminal)).rejects.toThrow('comes with the agent');
    await expect(answered({ directory: import.meta.dirname }, terminal)).rejects.toThrow(
      'is not empty',
    );
    expect(shown()).toBe('');
  });

  test('end without an answer where the input ends', async () => {
    const { terminal } = conversation(['kafka', '']);

    expect(await answered({}, terminal)).toBeUndefined();
  });
});
