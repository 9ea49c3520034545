import { verdictRows } from '../budgets.ts';
import { figure, markdownTableOf } from '../figures.ts';
import type { Machine } from '../measure/machine.ts';
import type { Result } from '../result.ts';

export const plotFile = 'growth.svg';

/** The page of figures, from what benchmarks have measured. Ends with a newline. */
export function benchmarksPage(results: readonly Result[]): string {
  const [first] = results;
  if (first === undefined) throw new Error('writing the page of benchmarks: there are no results');
  const verdicts = results.flatMap(({ verdicts: of = [] }) => of);
  const parts = [
    '<!-- Written by `pnpm bench docs --from FILE` from what benchmarks have measured. Run them again instead of editing. -->',
    '# Benchmarks',
    'Ratios and CPU seconds are what to trust: all that is compared ran in turn on one machine, and each figure is the median of the counted rounds, three unless the command says otherwise. Where the load is high, others used the machine as well. CPU is user and system time; that of the engine is of `dockerd` and `containerd`, without containers and their shims, and with whatever else the engine did meanwhile.',
    `## Machine\n\n${markdownTableOf(machineRows(first.machine))}`,
    ...(verdicts.length > 0 ? [`## Budgets\n\n${markdownTableOf(verdictRows(verdicts))}`] : []),
    ...results.map(section),
  ];
  return `${parts.join('\n\n')}\n`;
}

function machineRows(machine: Machine): string[][] {
  return [
    ['', ''],
    ['CPU', `${machine.cores} cores, ${machine.cpu}`],
    ['memory', `${machine.memoryGiB} GiB`],
    ['kernel', machine.kernel],
    ['engine', `${machine.engine}, cgroup ${machine.cgroup}`],
    ['Node', machine.node],
    ['`fs.inotify.max_user_instances`', figure(machine.inotifyInstances, 0)],
  ];
}

function section({ name, about, date, command, tables, notes = [], ...rest }: Result): string {
  const { charts = [], failures = [] } = rest;
  const parts = [
    `## ${name}`,
    `${capitalised(about)}. ${date.slice(0, 10)}, \`${command}\``,
    ...tables.map(({ title, rows }) => `**${title}**\n\n${markdownTableOf(rows)}`),
    ...(charts.length > 0
      ? [`![${charts.map(({ title }) => title).join('; ')}](${plotFile})`]
      : []),
    ...(notes.length > 0 ? [listOf(notes)] : []),
    // Behind the notes, with a sentence between: two lists in a row would be one.
    ...(failures.length > 0 ? [`Failed:\n\n${listOf(failures)}`] : []),
  ];
  return parts.join('\n\n');
}

function listOf(lines: readonly string[]): string {
  return lines.map((line) => `- ${line.replace(/\s+/g, ' ')}`).join('\n');
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
