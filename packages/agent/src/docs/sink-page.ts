import type { SinkDefinition } from '@tallyman/sdk';
import type { SinkCatalogue } from '../config/catalogue.ts';
import { loadConfig } from '../config/load.ts';
import { printedLane, printedTree } from '../config/print.ts';
import { kindWords } from '../config/tokens.ts';
import { optionRow } from './schema-words.ts';
import { alignedTable } from './table.ts';

/** The reference page of a built-in sink, as far as its definition says it. Ends with a newline. */
export async function sinkPage(type: string, catalogue: SinkCatalogue): Promise<string> {
  const definition = await catalogue.definition(type);
  const { summary, stability, accepts, token, options } = definition;
  const kinds = accepts.map((kind) => kindWords[kind]).join(', ');
  const rows = Object.entries(options.properties ?? {}).map(([name, schema]) =>
    optionRow(name, schema, options.required?.includes(name) ? 'required' : ''),
  );
  return `<!-- Written by \`pnpm reference\` from the sink's definition. Change packages/sink-${type}/src instead. -->

# The sink \`${type}\`

${summary} How it behaves is in [its README](../../packages/sink-${type}/README.md), what it promises in [delivery](../specs/delivery.md).

${alignedTable([
  ['', ''],
  ['accepts', kinds],
  ['token', tokenWords[token]],
  ['stability', stability],
])}

\`\`\`yaml
${printedTree(leastTree(definition)).trimEnd()}
\`\`\`

## Options

Under \`sinks.NAME.options\`.

${alignedTable([['option', 'value', 'default', ''], ...rows])}

## Batches, queue and retries

What counts where the file says nothing:

<!-- part of sinks.${type} -->
\`\`\`yaml
${(await laneDefaults(definition, catalogue)).trimEnd()}
\`\`\`
`;
}

const tokenWords: Readonly<Record<SinkDefinition['token'], string>> = {
  required:
    'required: `token`, or `tokens.logs`, `tokens.stats`, `tokens.events`; a kind without one is not sent',
  optional: 'optional: `token`, or `tokens.logs`, `tokens.stats`, `tokens.events`',
  none: 'none',
};

/** The least that a file has to say. */
function leastTree({ type, token }: SinkDefinition): unknown {
  const entry = token === 'required' ? { token: `\${${tokenVariable(type)}}` } : {};
  return { sinks: { [type]: entry } };
}

function tokenVariable(type: string): string {
  return `${type.toUpperCase()}_TOKEN`;
}

/** The part of the entry in which sinks differ by their defaults, from a file that leaves all of it out. */
async function laneDefaults(definition: SinkDefinition, catalogue: SinkCatalogue): Promise<string> {
  const config = await loadConfig({
    path: definition.type,
    text: printedTree(leastTree(definition)),
    env: { [tokenVariable(definition.type)]: 'a' },
    catalogue,
  });
  return config.sinks.map(printedLane).join('');
}
