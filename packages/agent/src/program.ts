import { messageOf } from '@tallyman/sdk';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { complain, write } from './commands/output.ts';
import { SinkUnavailable } from './config/catalogue.ts';
import { ConfigError } from './config/problem.ts';
import { durationFix, durationMs } from './config/units.ts';
import { logFormats, logLevels } from './diagnostics/diagnostics.ts';
import { AdminError } from './live/admin-error.ts';
import { sortKeys, type TapKind, tapFormats, tapKinds } from './live/choices.ts';
import { UsageError } from './live/usage-error.ts';
import { type FlagValues, hideCommandLine, predecessorFlags } from './predecessors/flags.ts';
import { predecessorSettings } from './predecessors/settings.ts';
import { version } from './version.ts';

/** Of the process: 0 clean, 1 failure, 2 bad configuration or usage. */
export const exitCodes = { clean: 0, failure: 1, usage: 2 } as const;

// Each command is imported when it is asked for: an agent that runs for months needs nothing of the others.

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
export function withDefaultCommand(args: readonly string[]): string[] {
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
  if (error instanceof AdminError) complain(error.help.map((line) => `  ${line}`));
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failure;
}

type Exit = (code: number) => void;

/** The command line. `exit` is told the exit code of the command that ran. */
export function programOf(exit: Exit): Command {
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
  addHealth(program, exit);
  addTop(program, exit);
  addTap(program, exit);
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
      const { run } = await import('./commands/run.ts');
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
      new Option(
        '--connect',
        'also examine the engine, the sinks, the state and the containers, and say what to do',
      ).default(false),
    )
    .addOption(new Option('--json', 'print one JSON object, for machines').default(false))
    .action(async (options) => {
      const { check } = await import('./commands/check.ts');
      exit(await check(options));
    });
}

function addSinks(program: Command, exit: Exit): void {
  finding(program.command('sinks'))
    .description('list the sinks that a configuration can choose, or show one with its options')
    .argument('[name]', 'of the sink, or of its npm package')
    .addOption(new Option('--json', 'print one JSON object, for machines').default(false))
    .action(async (name: string | undefined, options) => {
      const { sinks } = await import('./commands/sinks.ts');
      exit(await sinks({ ...options, name }));
    });
}

function addSchema(program: Command, exit: Exit): void {
  finding(program.command('schema'))
    .description('print the JSON schema of the configuration, for editors')
    .action(async (options) => {
      const { schema } = await import('./commands/schema.ts');
      exit(await schema(options));
    });
}

function addHealth(program: Command, exit: Exit): void {
  withConfig(program.command('health'))
    .description('ask the agent that runs here how it is, for the health check of a container')
    .action(async (options) => {
      const { health } = await import('./commands/health.ts');
      exit(await health(options));
    });
}

function addTop(program: Command, exit: Exit): void {
  asking(program.command('top'))
    .description('show live what a running agent does and how its containers fare')
    .addOption(
      new Option('--sort <by>', 'what the containers are sorted by')
        .choices([...sortKeys])
        .default('cpu'),
    )
    .option(
      '--filter <glob>',
      'only containers of this name; without wildcards, with it in their name',
    )
    .option('--sink <name>', 'only this sink, and the containers whose records it gets')
    .addOption(
      new Option('--once', 'print one table; also where there is no terminal').default(false),
    )
    .addOption(new Option('--json', 'print the states as JSON, one a line').default(false))
    .action(async ({ token, ...options }) => {
      refuseTokenInSight(token);
      const { top } = await import('./commands/top.ts');
      exit(await top(options));
    });
}

function addTap(program: Command, exit: Exit): void {
  asking(program.command('tap'))
    .description(
      'show live the records that a running agent collects; filters may be given several times',
    )
    .addOption(
      new Option('--kinds <kinds>', `${tapKinds.join(', ')}, or several with commas`)
        .argParser(kindsIn)
        .default(['logs'] as const, 'logs'),
    )
    .addOption(repeatable('--name <glob>', 'of containers whose name matches'))
    .addOption(repeatable('--image <glob>', 'of containers whose image matches'))
    .addOption(repeatable('--label <key=value>', 'of containers with this label'))
    .addOption(repeatable('--compose <project>', 'of containers of this compose project'))
    .addOption(repeatable('--sink <name>', 'that this sink gets'))
    .addOption(repeatable('--stream <name>', 'lines of stdout, stderr or console'))
    .addOption(repeatable('--grep <text>', 'lines with this text in them'))
    .addOption(
      new Option('--format <format>', 'default: pretty on a terminal, json otherwise').choices([
        ...tapFormats,
      ]),
    )
    .option('--limit <count>', 'end after so many records', count)
    .option('--for <duration>', 'end after so long', duration)
    .action(async ({ token, for: forMs, ...options }) => {
      refuseTokenInSight(token);
      const { tap } = await import('./commands/tap.ts');
      exit(await tap({ ...options, ...(forMs === undefined ? {} : { forMs }) }));
    });
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([], 'any');
}

/** Options of commands that ask a running agent. */
function asking(command: Command) {
  return command
    .option(
      '-c, --config <file>',
      "the agent's configuration file: its admin.listen and admin.token count",
    )
    .option(
      '--admin <url>',
      'address of its admin endpoint (default: $TALLYMAN_ADMIN, else the file)',
    )
    .addOption(new Option('--token [token]').hideHelp())
    .addHelpText('after', '\nThe token is read from $TALLYMAN_ADMIN_TOKEN, else from the file.\n');
}

function refuseTokenInSight(token: unknown): void {
  if (token !== undefined)
    throw new UsageError(
      'a token on the command line is seen by every process of the machine; set the variable TALLYMAN_ADMIN_TOKEN, or name the file with --config',
    );
}

function kindsIn(text: string): readonly TapKind[] {
  const kinds = tapKinds.filter((kind) => text.split(',').includes(kind));
  if (kinds.length !== text.split(',').length)
    throw new InvalidArgumentError(`Allowed are ${tapKinds.join(', ')}, with commas between them.`);
  return kinds;
}

function count(text: string): number {
  const amount = Number(text);
  if (!Number.isSafeInteger(amount) || amount <= 0)
    throw new InvalidArgumentError('write a whole number, 1 at least');
  return amount;
}

function addDemo(program: Command, exit: Exit): void {
  withRunOptions(finding(program.command('demo')))
    .description('show the main job without a configuration, on an embedded engine if need be')
    .addOption(new Option('--for <duration>', 'end by itself after so long').argParser(duration))
    .action(async ({ stopTimeout, for: forMs, ...options }) => {
      const { demo } = await import('./commands/demo.ts');
      exit(
        await demo({ ...options, stopTimeoutMs: stopTimeout, strict: false, watch: false, forMs }),
      );
    });
}

function common(command: Command): Command {
  return finding(withConfig(command));
}

function withConfig(command: Command): Command {
  return command.option(
    '-c, --config <file>',
    'configuration file (default: $TALLYMAN_CONFIG, else /etc/tallyman/config.yaml, else the environment)',
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
    .addOption(
      new Option('--log-level <level>', 'what is said on standard error, from this level on')
        .choices([...logLevels])
        .default('info'),
    )
    .addOption(
      new Option('--log-format <format>', 'of what is said; auto: pretty on a terminal, else json')
        .choices([...logFormats])
        .default('auto'),
    );
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
