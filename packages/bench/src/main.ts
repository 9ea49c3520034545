import { writeFile } from 'node:fs/promises';
import { messageOf, systemClock } from '@tallyman/sdk';
import {
  canStartEngines,
  DockerClient,
  engineAnswers,
  engineSocket,
  PrivateEngine,
} from '@tallyman/testkit/docker';
import { remarks } from './agent.ts';
import { benchmarks } from './benchmarks.ts';
import { writePage } from './docs/write-page.ts';
import { thisMachine } from './measure/machine.ts';
import { type Command, commandFrom, usage } from './options.ts';
import { reportText } from './report-text.ts';
import { type Result, type ResultFile, resultsFrom } from './result.ts';

process.exitCode = await main(process.argv.slice(2));

/** Resolves with the exit code: 0 where nothing failed, 1 where something did, 2 for a wrong command line. */
async function main(args: readonly string[]): Promise<number> {
  let command: Command;
  try {
    command = commandFrom(
      args,
      benchmarks.map(({ name }) => name),
    );
  } catch (thrown) {
    process.stderr.write(`${messageOf(thrown)}\n${usage}`);
    return 2;
  }
  switch (command.kind) {
    case 'list':
      process.stdout.write(`${usage}\n`);
      for (const { name, about } of benchmarks)
        process.stdout.write(`${name.padEnd(10)} ${about}\n`);
      return 0;
    case 'docs':
      await writePage(await resultsFrom(command.from), command.folder);
      return 0;
    case 'run':
      return run(command, commandLineOf(args));
  }
}

/** As the page shows it: where the result went is nobody's concern. */
function commandLineOf(args: readonly string[]): string {
  return `pnpm bench ${args.join(' ')}`.replace(/ --json(?:[= ]\S*[./]\S*)?/, '');
}

type RunCommand = Extract<Command, { kind: 'run' }>;

async function run(command: RunCommand, commandLine: string): Promise<number> {
  if (command.ownEngine) {
    if (!canStartEngines()) {
      process.stderr.write('starting an engine of its own needs root, a dockerd and namespaces\n');
      return 1;
    }
    const engine = new PrivateEngine();
    onInterruption(() => engine.dispose());
    try {
      await engine.start();
      return await runOn(engine.client, command, commandLine);
    } finally {
      await engine.dispose();
    }
  }
  const socket = engineSocket();
  if (socket === undefined || !engineAnswers(socket)) {
    process.stderr.write('no Docker engine answers; benchmarks need a real one\n');
    return 1;
  }
  const client = new DockerClient(socket);
  onInterruption(() => client.cleanup());
  return runOn(client, command, commandLine);
}

/** Leaves nothing behind on a machine that others measure on. */
function onInterruption(cleanup: () => Promise<void>): void {
  const stop = () => {
    process.stderr.write('interrupted: removing what was started\n');
    cleanup().then(
      () => process.exit(130),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
}

async function runOn(
  client: DockerClient,
  { names, settings, json }: RunCommand,
  commandLine: string,
): Promise<number> {
  await client.ensureImage();
  const machine = await thisMachine(client);
  const tell = (text: string) => void process.stderr.write(`${text}\n`);
  const results: Result[] = [];
  for (const benchmark of benchmarks.filter(({ name }) => names.includes(name))) {
    const { name, about } = benchmark;
    tell(`${name}: ${about}`);
    const date = new Date(systemClock.now()).toISOString();
    try {
      remarks.clear();
      const report = await benchmark.run(client, { ...settings, tell });
      const said = [...remarks].map((remark) => `the agent says: ${remark}`);
      const notes = [...(report.notes ?? []), ...said];
      results.push({ name, about, date, command: commandLine, machine, ...report, notes });
    } finally {
      await client.cleanup();
    }
    // Also after the first of several: the next may fail.
    await put({ tallymanBench: 1, results }, json);
  }
  return results.some(({ failures = [] }) => failures.length > 0) ? 1 : 0;
}

async function put(file: ResultFile, json: RunCommand['json']): Promise<void> {
  const last = file.results.at(-1);
  if (last === undefined) return;
  const text = `${JSON.stringify(file, undefined, 1)}\n`;
  if (json?.file !== undefined) await writeFile(json.file, text);
  process.stdout.write(json !== undefined && json.file === undefined ? text : reportText(last));
  for (const failure of last.failures ?? []) process.stderr.write(`${failure}\n`);
}
