import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import {
  ChoiceError,
  defaults,
  destinations,
  kindsFrom,
  languages,
  tokens,
  wordFrom,
} from './choices.ts';
import { directoryFor, namesFrom } from './names.ts';
import type { Said } from './settled.ts';
import { assertUsable } from './write.ts';

/** A terminal, or what plays one. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

interface Question {
  readonly about: keyof Said;
  readonly text: string;
  /** What an empty answer says. */
  readonly otherwise?: (said: Said) => string;
  /** Throws a {@link ChoiceError} on what cannot be. */
  readonly check: (answer: string) => unknown;
}

const questions: readonly Question[] = [
  {
    about: 'name',
    text: 'What is the sink called? (kafka, or a package: @acme/tallyman-sink-kafka)',
    check: namesFrom,
  },
  {
    about: 'directory',
    text: 'In which folder?',
    otherwise: ({ name = '' }) => directoryFor(namesFrom(name).packageName),
    check: assertUsable,
  },
  {
    about: 'kinds',
    text: 'What does it take? (logs, stats, events)',
    otherwise: () => defaults.kinds.map((kind) => `${kind}s`).join(','),
    check: kindsFrom,
  },
  {
    about: 'token',
    text: `Does it need a token? (${tokens.join(', ')})`,
    otherwise: () => defaults.token,
    check: (answer) => wordFrom(answer, tokens, 'the token'),
  },
  {
    about: 'destination',
    text: `How does it reach its destination? (${destinations.join(', ')})`,
    otherwise: () => defaults.destination,
    check: (answer) => wordFrom(answer, destinations, 'the destination'),
  },
  {
    about: 'language',
    text: `In which language? (${languages.join(', ')})`,
    otherwise: () => defaults.language,
    check: (answer) => wordFrom(answer, languages, 'the language'),
  },
];

/**
 * Asks for what was not said yet; again where an answer cannot be. Undefined where the user breaks off. Throws a
 * {@link ChoiceError} before the first question where something that was said cannot be.
 */
export async function answered(given: Said, terminal: Terminal): Promise<Said | undefined> {
  for (const { about, check } of questions) {
    const said = given[about];
    if (said !== undefined) check(said);
  }
  const lines = createInterface({ ...terminal, terminal: isTerminal(terminal.output) });
  const over = new AbortController();
  lines.once('close', () => over.abort());
  const ask = (text: string) => lines.question(text, { signal: over.signal });
  try {
    let said = given;
    for (const question of questions)
      if (said[question.about] === undefined)
        said = { ...said, [question.about]: await answerTo(question, said, ask, terminal.output) };
    return said;
  } catch (error) {
    if (!over.signal.aborted) throw error;
    terminal.output.write('\n');
    return undefined;
  } finally {
    lines.close();
  }
}

type Ask = (text: string) => Promise<string>;

async function answerTo(
  { text, otherwise, check }: Question,
  said: Said,
  ask: Ask,
  output: Writable,
): Promise<string> {
  const usual = otherwise?.(said) ?? '';
  for (;;) {
    const answer = (await ask(`${text}${usual && ` [${usual}]`} `)).trim() || usual;
    try {
      check(answer);
      return answer;
    } catch (error) {
      if (!(error instanceof ChoiceError)) throw error;
      output.write(`  ${error.message}\n`);
    }
  }
}

function isTerminal(output: Writable): boolean {
  return 'isTTY' in output && output.isTTY === true;
}
