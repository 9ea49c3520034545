import { entryGrammar, grammar, matcher, type Schema } from '../config/grammar.ts';
import { reservedKeys } from '../config/grammar-sink.ts';
import { printedTree } from '../config/print.ts';
import { unitNames } from '../config/units.ts';
import { containerLabelTable } from './container-labels.ts';
import {
  ownVariableTable,
  predecessorManners,
  predecessorVariableTable,
} from './environment-variables.ts';
import { headingAnchor } from './headings.ts';
import { exampleOf, type Option, type OptionSection, sectionsOf } from './options.ts';
import { optionRow } from './schema-words.ts';
import { alignedTable } from './table.ts';

/** What the rules are about that docs/specs/config.md has, by section and heading. */
export const rules: Readonly<Record<string, readonly string[]>> = {
  engine: ['The engine'],
  'collect.logs': ['Where reading starts', 'How logs are read'],
  'collect.stats': ['How stats are read'],
  collect: ['Labels on containers'],
  select: ['Which containers: matchers'],
  state: ['The state directory'],
  admin: ['The admin endpoint'],
  'sinks.NAME': ['Tokens'],
  'sinks.NAME.match': ['Which containers: matchers'],
  'sinks.NAME.batch': ['Values'],
  'sinks.NAME.queue': ['The queue of a sink'],
  'sinks.NAME.retry': ['Values'],
};

/** The reference page of the configuration file, from its grammar. Ends with a newline. */
export function configPage(sinkTypes: readonly string[]): string {
  const { sinks, ...sections } = grammar.properties;
  const names = [...Object.keys(sections), 'sinks'].map((name) => `[\`${name}\`](#${name})`);
  const reserved = [...reservedKeys].map((key) => `\`${key}\``).join(', ');
  return `<!-- Written by \`pnpm reference\` from the grammar. Change packages/agent/src/config/grammar.ts instead. -->

# The configuration file

Every option of \`/etc/tallyman/config.yaml\`, in the order of [config/config.yaml](../../config/config.yaml), which shows all defaults at once. [The rules](../specs/config.md) say how values are written, where the file is looked for, and how the options act together. \`tallyman check\` says what is wrong with a file.

Sections: ${names.join(', ')}. Beside the file: [labels of containers](#labels-of-containers), [environment variables](#environment-variables), [help in editors](#help-in-editors).

- **Durations** are a number with a unit: ${unitNames.duration.join(', ')}. **Sizes** too: ${unitNames.size.join(', ')}. **Globs** know \`*\`, \`?\` and \`{a,b}\`; quote them.
- Every value may hold variables: [\`\${VAR}\`, \`\${VAR:-default}\`, \`\${file:/path}\`](../specs/config.md#variables). **Secrets** are never shown.
- Only a sink is required. An option without a default is off, unless its text says what counts then.
- All options are there from version 0.1.0 on, and all have an effect. Reserved for later versions, and refused until then: ${reserved}.

${Object.entries(sections).map(sectionText).join('\n')}
${sinksText(sinks, sinkTypes)}
## Matchers

What containers are chosen by. All keys that a matcher gives have to match; one of several matchers is enough. [The rules](../specs/config.md#which-containers-matchers) have the details.

${optionTable(Object.entries(matcher.properties).map(([path, schema]) => ({ path, schema, need: '' })))}

## Labels of containers

Labels of a container only narrow what the file sends; \`collect.label_overrides: false\` turns them off. [The rules](../specs/config.md#labels-on-containers).

${containerLabelTable()}

## Environment variables

${ownVariableTable()}

Where there is no file, these choose what is sent where, [as with the predecessors](../guides/migrate.md):

${predecessorVariableTable()}

${predecessorManners()}

## Help in editors

[config/tallyman.schema.json](../../config/tallyman.schema.json) is this page for editors: they complete names and values, show descriptions, and underline mistakes. \`tallyman schema > tallyman.schema.json\` writes one that also knows the sinks that are installed beside the agent.

The file names it in a comment, which the [YAML language server](https://github.com/redhat-developer/yaml-language-server) heeds. In Visual Studio Code that is the extension \`redhat.vscode-yaml\`. Helix starts it by itself once it is installed: \`npm install --global yaml-language-server\`.

\`\`\`yaml
# yaml-language-server: $schema=./tallyman.schema.json
sinks:
  stdout: {}
\`\`\`

The path counts from the file that names it; a URL is as good.
`;
}

function sectionText([name, schema]: readonly [string, Schema]): string {
  const example = exampleBlock({ [name]: exampleOf(schema) }, 'part');
  return sectionTables('##', sectionsOf(name, schema), example);
}

function sinksText({ description = '' }: Schema, sinkTypes: readonly string[]): string {
  const pages = sinkTypes.map((type) => `[\`${type}\`](sink-${type}.md)`).join(', ');
  const example = exampleBlock({ sinks: { shop: exampleOf(entryGrammar) } });
  return `## \`sinks\`

${description} With the agent come ${pages}: their pages have their options. \`NAME\` is any name; it is the type, too, where the entry gives none.

${sectionTables('###', sectionsOf('sinks.NAME', entryGrammar), example)}`;
}

/** A section with an example and its options, then those below it. */
function sectionTables(
  level: '##' | '###',
  [first, ...below]: readonly OptionSection[],
  example: string,
): string {
  if (first === undefined) return '';
  const texts = below.map((section) => sectionTable('###', section));
  return [sectionTable(level, first, [example]), ...texts].join('\n');
}

function sectionTable(
  level: '##' | '###',
  { path, description, options }: OptionSection,
  between: readonly string[] = [],
): string {
  const heading = `${level} \`${path}\``;
  const said = [description, ...ruleLinks(path)].join(' ');
  const table = options.length === 0 ? [] : [optionTable(options)];
  return `${[heading, said, ...between, ...table].join('\n\n')}\n`;
}

function ruleLinks(path: string): readonly string[] {
  const links = (rules[path] ?? []).map(
    (heading) => `[${heading}](../specs/config.md#${headingAnchor(heading)})`,
  );
  return links.length === 0 ? [] : [`Rules: ${links.join(', ')}.`];
}

function exampleBlock(tree: unknown, note = ''): string {
  const comment = note === '' ? '' : `<!-- ${note} -->\n`;
  return `${comment}\`\`\`yaml\n${printedTree(tree).trimEnd()}\n\`\`\``;
}

function optionTable(options: readonly Option[]): string {
  const rows = options.map(({ path, schema, need }) => {
    const [name = '', ...rest] = optionRow(path, schema, need);
    // The headings of sections are anchors already.
    return [path.includes('.') ? `<a id="${path}"></a>${name}` : name, ...rest];
  });
  return alignedTable([['option', 'value', 'default', ''], ...rows]);
}
