import { messageOf } from '@tallyman/sdk';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { check } from './commands/check.ts';
import { demo } from './commands/demo.ts';
import { complain, write } from './commands/output.ts';
import { run } from './commands/run.ts';
import { schema } from './commands/schema.ts';
import { sinks } from './commands/sinks.ts';
import { SinkUnavailable } from './config/catalogue.ts';
import { ConfigError } from './config/problem.ts';
import { durationFix, durationMs } from './config/units.ts';
import { logFormats, logLevels } from './diagnostics/diagnostics.ts';
import { type FlagValues, hideCommandLine, predecessorFlags } from './predecessors/flags.ts';
import { predecessorSettings } from './predecessors/settings.ts';
import { version } from './version.ts';

/** Of the process: 0 clean, 1 failure, 2 bad configuration or usage. */
const exitCodes = { clean: 0, failure: 1, usage: 2 } as const;

/** Runs the command line. Resolves to the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.clean;
  const program = programOf((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(withDefaultCommand(args), { from: 'user' });
    return exitCode;
  } catch (error) {
    return explainedFailure(error);
  }
}

/**
 * `run` is what happens without a command. commander's own default command would answer a misspelt command
 * with "too many arguments for 'run'".
 */
function withDefaultCommand(args: readonly string[]): string[] {
  const [first] = args;
  const isRootFlag = first !== undefined && ['-h', '--help', '-V', '--version'].includes(first);
  return first === undefined || (first.startsWith('-') && !isRootFlag)
    ? ['run', ...args]
    : [...args];
}

function explainedFailure(error: unknown): number {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.clean : exitCodes.usage;
  if (error instanceof ConfigError) {
    complain(error.message.split('\n'));
    return exitCodes.usage;
  }
  if (error instanceof SinkUnavailable) {
    complain(error.message.split('\n'));
    return exitCodes.usage;
  }
  complain([`tallyman: ${messageOf(error)}`]);
  return exitCodes.failure;
}

type Exit = (code: number) => void;

function programOf(exit: Exit): Command {
  const program = new Command('tallyman')
    .description("Delivers every container's logs, stats and events to pluggable sinks.")
    .version(version)
    .configureOutput({
      writeOut: (text) => write(1, text),
      writeErr: (text) => write(2, text),
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .showSuggestionAfterError();
  const runCommand = addRun(program, exit);
  addCheck(program, exit);
  addSinks(program, exit);
  addSchema(program, exit);
  addDemo(program, exit);
  program.addHelpText(
    'after',
    () => `\nWithout a command: run.\n\n${runCommand.helpInformation()}${ofPredecessors}`,
  );
  return program;
}

const ofPredecessors =
  "\nWithout a file, docker-logentries' flags (-t, --token …) and the variables of its kind count.\n";

function addRun(program: Command, exit: Exit): Command {
  return takePredecessorFlags(withRunOptions(common(program.command('run'))))
    .description('collect until stopped (the default)')
    .addOption(new Option('--strict', 'refuse to start when a sink does not open').default(false))
    .addOption(
      new Option('--watch', 'read the configuration again when its files change').default(false),
    )
    .addHelpText('after', ofPredecessors)
    .action(async (given, command: Command) => {
      const { stopTimeout, ...options } = withoutPredecessorFlags(given);
      const flags = predecessorSettings(givenPredecessorFlags(command));
      if (flags !== undefined) hideCommandLine();
      exit(await run({ ...options, flags, stopTimeoutMs: stopTimeout }));
    });
}

const ofPredecessor = new Set<string>(predecessorFlags.map(({ name }) => name));

/** Makes a command take docker-logentries' flags, without a word in its help. */
export function takePredecessorFlags<Taker extends Command>(command: Taker): Taker {
  for (const { spelling, occurs } of predecessorFlags) {
    const option = new Option(spelling).hideHelp();
    if (occurs === 'often')
      option.argParser((value: string, before?: readonly string[]) => [...(before ?? []), value]);
    command.addOption(option);
  }
  return command;
}

/** Those of docker-logentries' flags that are on the command line. */
export function givenPredecessorFlags(command: Command): FlagValues {
  const all = Object.entries(command.opts<FlagValues>());
  const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
  return Object.fromEntries(all.filter(([name]) => ofPredecessor.has(name) && isGiven(name)));
}

/** A command's options without docker-logentries' flags. */
function withoutPredecessorFlags<Options extends object>(options: Options): Options {
  const own = Object.entries(options).filter(([name]) => !ofPredecessor.has(name));
  return Object.fromEntries(own) as Options;
}

function addCheck(program: Command, exit: Exit): void {
  common(program.command('check'))
    .description('validate the configuration and explain what goes where, container by container')
    .addOption(
      new Option('--connect', 'also open every sink, and insist on the engine').default(false),
    )
    .action(async (options) => exit(await check(options)));
}

function addSinks(program: Command, exit: Exit): void {
  finding(program.command('sinks'))
    .description('list the sinks that a configuration can choose')
    .action(async (options) => exit(await sinks(options)));
}

function addSchema(program: Command, exit: Exit): void {
  finding(program.command('schema'))
    .description('print the JSON schema of the configuration, for editors')
    .action(async (options) => exit(await schema(options)));
}

function addDemo(program: Command, exit: Exit): void {
  withRunOptions(finding(program.command('demo')))
    .description('show the main job without a configuration, on an embedded engine if need be')
    .addOption(new Option('--for <duration>', 'end by itself after so long').argParser(duration))
    .action(async ({ stopTimeout, for: forMs, ...options }) =>
      exit(
        await demo({ ...options, stopTimeoutMs: stopTimeout, strict: false, watch: false, forMs }),
      ),
    );
}

function common(command: Command): Command {
  return finding(
    command.option(
      '-c, --config <file>',
      'configuration file (default: $TALLYMAN_CONFIG, else /etc/tallyman/config.yaml, else the environment)',
    ),
  );
}

/** Options of commands that read no configuration. */
function finding(command: Command): Command {
  return command
    .addOption(
      new Option('--sinks-dir <folder>', 'more sinks; may be given several times')
        .argParser((folder: string, before: readonly string[]) => [...before, folder])
        .default([], 'none beside /etc/tallyman/sinks'),
    )
    .addOption(new Option('--log-level <level>').choices([...logLevels]).default('info'))
    .addOption(new Option('--log-format <format>').choices([...logFormats]).default('auto'));
}

function withRunOptions(command: Command): Command {
  return command.addOption(
    new Option('--stop-timeout <duration>', 'from the wish to stop to the exit')
      .argParser(duration)
      .default(8_000, '8s'),
  );
}

function duration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new InvalidArgumentError(durationFix(text));
  return ms;
}
