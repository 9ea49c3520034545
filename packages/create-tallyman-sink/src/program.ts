import { Command, CommanderError, Option } from 'commander';
import { destinations, tokens } from './choices.ts';
import type { Said } from './settled.ts';
import { version } from './version.ts';

/** What the command line asks for. */
export interface Asked {
  readonly said: Said;
  /** `defaults`: for whatever is not said; `ask` on a terminal. */
  readonly otherwise: 'ask' | 'defaults';
}

/** Reads the command line. Throws a `CommanderError` on wrong usage, and where it was asked for help or version. */
export function readCommandLine(args: readonly string[]): Asked {
  const program = programOf();
  program.parse([...args], { from: 'user' });
  const [named] = program.args;
  const { yes, typescript, name = named, ...words } = program.opts<Flags>();
  if (named !== undefined && name !== named)
    program.error(`error: the sink is called "${named}" and --name "${name}"; leave one out`);
  const language =
    typescript === undefined ? {} : { language: typescript ? 'typescript' : 'javascript' };
  return {
    said: { ...words, ...language, ...(name === undefined ? {} : { name }) },
    otherwise: yes === true ? 'defaults' : 'ask',
  };
}

interface Flags extends Omit<Said, 'language'> {
  readonly yes?: true;
  readonly typescript?: boolean;
}

function programOf(): Command {
  return new Command('create-tallyman-sink')
    .description(
      'Starts the package of a Tallyman sink, whose tests pass at once. Asks for what is not said.',
    )
    .version(version)
    .argument('[name]', "the sink's name, or its package's: kafka, @acme/tallyman-sink-kafka")
    .option('--name <name>', 'the same as the argument')
    .option('--directory <folder>', "a new or empty one (default: the package's name)")
    .option('--kinds <kinds>', 'logs, stats, events, or several with commas (default: all)')
    .addOption(
      new Option('--token <need>', 'whether it needs a token (default: optional)').choices([
        ...tokens,
      ]),
    )
    .addOption(
      new Option('--destination <kind>', 'what it speaks (default: http)').choices([
        ...destinations,
      ]),
    )
    .option('--typescript', 'TypeScript, built by tsc (default: JavaScript, which needs no build)')
    .option('--no-typescript', 'JavaScript, without being asked')
    .option('-y, --yes', 'ask nothing, take the defaults')
    .allowExcessArguments(false)
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nBehind npm, flags follow a double dash: npm create tallyman-sink kafka -- --yes',
    );
}

export { CommanderError };
