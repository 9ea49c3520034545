import { alignedTable } from './table.ts';

/** The first page of the reference. Ends with a newline. */
export function indexPage(
  sinks: readonly { readonly type: string; readonly summary: string }[],
): string {
  const rows = [
    [
      '[The configuration file](config.md)',
      'Every option, labels of containers, environment variables, help in editors.',
    ],
    ['[The command line](cli.md)', 'Every command and flag, exit codes.'],
    ...sinks.map(({ type, summary }) => [`[The sink \`${type}\`](sink-${type}.md)`, summary]),
    ['[The metrics](metrics.md)', 'What `/metrics` answers.'],
    [
      '[Errors and reasons](errors.md)',
      'What the agent says when something is wrong, and what to do.',
    ],
    ['[Benchmarks](benchmarks.md)', 'What the agent costs, measured.'],
  ];
  return `<!-- Written by \`pnpm reference\`. Change packages/agent/src/docs instead. -->

# Reference

${alignedTable([['page', ''], ...rows])}

All but the benchmarks is written from the code by \`pnpm reference\`, and a test compares it. [The specifications](../specs) have the rules and promises, [the guides](../guides) the way to get something done.
`;
}
