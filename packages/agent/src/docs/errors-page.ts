import { engineReasons, gapReasons, laneStatuses } from '@tallyman/core';
import { dropReasons } from '@tallyman/sdk';
import type { SinkCatalogue } from '../config/catalogue.ts';
import { problemKinds } from '../config/problem.ts';
import { findingCodes } from '../doctor/finding.ts';
import { headingAnchor } from './headings.ts';
import {
  dropMeanings,
  findingHeadings,
  gapMeanings,
  type Meaning,
  statusMeanings,
} from './meanings.ts';
import { mistakes, refusalOf } from './mistakes.ts';
import { alignedTable } from './table.ts';

/** The reference page of everything that goes by a name when it goes wrong. Ends with a newline. */
export async function errorsPage(catalogue: SinkCatalogue): Promise<string> {
  return `<!-- Written by \`pnpm reference\` from where these are defined. Change packages/agent/src/docs/meanings.ts and mistakes.ts instead. -->

# Errors and reasons

What the agent says by a fixed word when something is wrong, with what it means and what to do: [findings of the check](#findings-of-the-check), [mistakes in the configuration](#mistakes-in-the-configuration), [drops](#why-records-are-dropped), [gaps](#why-lines-may-be-missing), [states of a sink](#states-of-a-sink), [logs that are read from the engine](#why-a-log-is-read-from-the-engine). Words keep their meaning; a new meaning has a new word. [Troubleshoot](../guides/troubleshoot.md) begins with what one sees instead.

## Findings of the check

\`tallyman check --connect\` names each finding by its code. The guide says of each what it means and what to do.

${findingTable()}

## Mistakes in the configuration

All mistakes of a file are printed at once, one a line, as \`FILE:LINE:COLUMN  path: what is wrong; what to write\`. The exit code is 2, and nothing is started; at a [reload](../specs/config.md#reload) the agent goes on as it was. These are the kinds there are, each with an example and what the program says to it.

${(await Promise.all(problemKinds.map((kind) => mistakeText(kind, catalogue)))).join('\n')}
## Why records are dropped

\`Records were dropped.\` says for which sink, how many and why. The account at the end, [\`tallyman_sink_records_dropped_total\`](metrics.md) and the state have the sums. What is dropped is not read again after a restart.

${meaningTable('reason', dropReasons, dropMeanings)}

## Why lines may be missing

A warning says so, an event of action \`gap\` goes to the sinks that take the container's events, with these words as its attribute \`reason\`, and [\`tallyman_log_gaps_total\`](metrics.md) counts it; the last one is counted as \`tallyman_log_unread_containers_total\`. Reading goes on with what is there.

${gapTable()}

## States of a sink

In [the state](../guides/operate.md#the-state) and as label of [\`tallyman_sink_status\`](metrics.md).

${meaningTable('status', laneStatuses, statusMeanings)}

## Why a log is read from the engine

\`Reading logs.\` at the start counts the logs by these words in \`fromEngine\`. Nothing is lost by it; the engine has more to do. [The guide](../guides/troubleshoot.md#logs-are-read-from-the-engine-not-from-its-files) has more.

${alignedTable([['reason', ''], ...Object.entries(engineReasons).map(([name, words]) => [`\`${name}\``, words])])}
`;
}

function findingTable(): string {
  const headings = [...new Set(Object.values(findingHeadings))];
  const rows = headings.map((heading) => {
    const areas = Object.entries(findingHeadings).filter(([, at]) => at === heading);
    const codes = areas.flatMap(([area]) =>
      findingCodes.filter((code) => code.startsWith(`${area}.`)),
    );
    const link = `[${heading}](../guides/troubleshoot.md#${headingAnchor(heading)})`;
    return [link, codes.map((code) => `\`${code}\``).join(', ')];
  });
  return alignedTable([['about', 'findings'], ...rows]);
}

async function mistakeText(kind: keyof typeof mistakes, catalogue: SinkCatalogue): Promise<string> {
  const { title, meaning, example } = mistakes[kind];
  const refusal = await refusalOf(mistakes[kind], catalogue);
  const shown =
    example === undefined
      ? []
      : 'yaml' in example
        ? [`<!-- mistake -->\n\`\`\`yaml\n${example.yaml}\n\`\`\``]
        : [`\`\`\`sh\n${example.command}\n\`\`\``];
  const said = refusal === undefined ? [] : [`\`\`\`text\n${refusal.message}\n\`\`\``];
  return `${[`### ${title}`, meaning, ...shown, ...said].join('\n\n')}\n`;
}

function meaningTable<const Word extends string>(
  head: string,
  words: readonly Word[],
  meanings: Readonly<Record<Word, Meaning>>,
): string {
  const rows = words.map((word) => [`\`${word}\``, meanings[word].meaning, meanings[word].todo]);
  return alignedTable([[head, 'what it means', 'what to do'], ...rows]);
}

function gapTable(): string {
  const rows = Object.entries(gapMeanings).map(([name, { meaning, todo }]) => {
    const words = Object.entries(gapReasons).find(([reason]) => reason === name)?.[1]('TIME');
    return [`\`${words}\``, meaning, todo];
  });
  return alignedTable([['words', 'what it means', 'what to do'], ...rows]);
}
