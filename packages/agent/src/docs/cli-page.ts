import { predecessorFlags } from '../predecessors/flags.ts';
import { exitCodes, programOf } from '../program.ts';
import { alignedTable } from './table.ts';

type Command = ReturnType<typeof programOf>;

/** What the exit codes of a command mean, beside those that all have. */
export const commandEndings: Readonly<Record<string, string>> = {
  run: 'stopped by SIGTERM or SIGINT: 0, whatever is left undelivered; the last line has the account. Stopped at once by a second signal, or not started (the state directory is in use, the address of `admin.listen` is taken, with `--strict` a sink does not open): 1',
  check: 'with `--connect`: a finding that is a problem: 1',
  sinks: 'something that was found cannot be used, or with a name: that sink cannot: 1',
  schema: '',
  health: 'the agent is well, or `admin.listen` is `none`: 0; it is not, or does not answer: 1',
  top: 'no agent answers, or it refuses the token: 1',
  tap: 'no agent answers, or it refuses the token: 1',
  demo: 'as `run`',
};

/** The reference page of the command line, from the program itself. Ends with a newline. */
export function cliPage(): string {
  const program = programOf(() => {});
  const { commands } = program;
  const list = commands.map((command) => {
    const name = command.name();
    return [`[\`${name}\`](#tallyman-${name})`, command.description()];
  });
  const exits = [
    [`${exitCodes.clean}`, 'clean'],
    [`${exitCodes.failure}`, 'failure'],
    [`${exitCodes.usage}`, 'the configuration or the command line is wrong; nothing was started'],
  ];
  return `<!-- Written by \`pnpm reference\` from the commands. Change packages/agent/src/program.ts instead. -->

# The command line

${program.description()} \`tallyman COMMAND --help\` prints what is here. Without a command: \`run\`.

${alignedTable([['command', ''], ...list])}

Durations are written as in [the configuration](config.md): \`500ms\`, \`10s\`, \`1.5m\`. The variables that count instead of flags are [there](config.md#environment-variables).

${commands.map(commandText).join('\n')}
## The program itself

${optionTable(program)}

## Exit codes

${alignedTable([['code', 'meaning'], ...exits])}
`;
}

function commandText(command: Command): string {
  const name = command.name();
  const usage = `tallyman ${name} ${command.usage()}`;
  const ending = commandEndings[name] ?? '';
  const parts = [
    `## \`tallyman ${name}\``,
    `${sentence(command.description())}`,
    `\`\`\`text\n${usage}\n\`\`\``,
    argumentTable(command),
    optionTable(command),
    noteOf(command),
    name === 'run' ? predecessorText() : '',
    ending === '' ? '' : `Exit code: ${ending}.`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function argumentTable(command: Command): string {
  const rows = command.createHelp().visibleArguments(command);
  if (rows.length === 0) return '';
  const help = command.createHelp();
  const cells = rows.map((one) => [`\`${help.argumentTerm(one)}\``, help.argumentDescription(one)]);
  return alignedTable([['argument', ''], ...cells]);
}

function optionTable(command: Command): string {
  const rows = command
    .createHelp()
    .visibleOptions(command)
    .map(({ flags, description, argChoices = [], defaultValue, defaultValueDescription }) => {
      const choices = argChoices.map((choice) => `\`${choice}\``).join(', ');
      const fallback =
        defaultValueDescription ?? (defaultValue === undefined ? '' : `${defaultValue}`);
      const isOff = fallback === 'false';
      return [
        `\`${flags}\``,
        [description, choices].filter((part) => part !== '').join(': '),
        isOff ? '' : fallback,
      ];
    });
  return alignedTable([['flag', '', 'default'], ...rows]);
}

/** What a command's help says behind its options. */
function noteOf(command: Command): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help.slice(command.helpInformation().length).trim();
}

function predecessorText(): string {
  const rows = predecessorFlags.map(({ spelling, occurs }) => [
    `\`${spelling}\``,
    occurs === 'often' ? 'may be given several times' : '',
  ]);
  return `What these flags come to is in the guide to [migrating](../guides/migrate.md#from-docker-logentries).\n\n${alignedTable([['flag of docker-logentries', ''], ...rows])}`;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
