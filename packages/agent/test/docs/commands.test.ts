import { describe, expect, test } from '@jest/globals';
import { programOf, withDefaultCommand } from '../../src/program.ts';
import { blocksIn, documents, proseOf } from './markdown.ts';
import { agentArguments, commandsIn } from './shell-words.ts';

interface Line {
  readonly at: string;
  readonly args: readonly string[];
}

const inBlocks = blocksIn('sh').flatMap(({ at, text }) => linesIn(at, text));
const inProse = documents.flatMap((document) =>
  [...proseOf(document).matchAll(/`(tallyman [^`\n]+)`/g)].flatMap(([, code = '']) =>
    linesIn(document, code),
  ),
);

describe('each command of the documents', () => {
  test('is found', () => {
    expect(inBlocks.length).toBeGreaterThan(15);
    expect(inProse.length).toBeGreaterThan(20);
  });

  test.each([...inBlocks, ...inProse])('$at: tallyman $args is understood', async ({ args }) => {
    const { complaint } = await parsed(args);

    expect(complaint).toBe('');
  });
});

test.each([['rnu'], ['run --wacth'], ['check --log-level loud'], ['tap --for 10']])(
  'what is not understood is noticed: tallyman %s',
  async (line) => {
    const { complaint } = await parsed(line.split(' '));

    expect(complaint).toMatch(/^error: /);
  },
);

test.each([
  ['A=1 tallyman run --strict | jq . # tallyman top', [['run', '--strict']]],
  [
    'npx tallyman sinks > list; node packages/agent/bin/tallyman.js schema',
    [['sinks'], ['schema']],
  ],
  ['docker run --name tallyman -v a:b \\\n  tallyman check --json', [['check', '--json']]],
  ['docker exec -it tallyman tallyman top && docker kill tallyman', [['top']]],
  ['tallyman tap --grep "a | b"', [['tap', '--grep', 'a | b']]],
  ['docker build -t tallyman .', []],
])('what a line gives to the agent is read as a shell does: %s', (line, args) => {
  expect(linesIn('', line).map((found) => found.args)).toEqual(args);
});

function linesIn(at: string, script: string): readonly Line[] {
  return commandsIn(script).flatMap((words) => {
    const args = agentArguments(words);
    return args === undefined ? [] : [{ at, args }];
  });
}

/** What the command line says to these arguments, without running a command. */
async function parsed(args: readonly string[]): Promise<{ readonly complaint: string }> {
  let complaint = '';
  const program = programOf(() => {});
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      writeOut: () => {},
      writeErr: (text) => {
        complaint += text;
      },
    });
    if (command !== program) command.action(() => {});
  }
  await program
    .parseAsync(withDefaultCommand(args), { from: 'user' })
    .catch((error: { readonly exitCode?: number }) => {
      if (error.exitCode !== 0 && complaint === '') throw error;
    });
  return { complaint };
}
