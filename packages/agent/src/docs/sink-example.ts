import type { SinkDefinition } from '@tallyman/sdk';
import type { SinkCatalogue } from '../config/catalogue.ts';
import type { Schema } from '../config/grammar.ts';
import { loadConfig } from '../config/load.ts';
import { printedLane, printedTree } from '../config/print.ts';
import { ConfigError } from '../config/problem.ts';

/** The least that a file has to say of a sink, with values that are made up where the sink names none. */
export interface SinkExample {
  /** A whole file. */
  readonly yaml: string;
  /** What counts of batches, queue and retries, as YAML. */
  readonly lane: string;
  /** What a person has to put in before the file loads. Empty where it does as it stands. */
  readonly open: readonly string[];
}

/** The example of a sink that a configuration chooses by this name. It is loaded, to see that it can be. */
export async function sinkExample(
  name: string,
  definition: SinkDefinition,
  catalogue: SinkCatalogue,
): Promise<SinkExample> {
  const yaml = printedTree({ sinks: { [definition.type]: entryOf(name, definition) } });
  const variables = [...yaml.matchAll(/\$\{(\w+)\}/g)].map(([, variable = '']) => variable);
  const env = Object.fromEntries(variables.map((variable) => [variable, madeUpSecret]));
  try {
    const { sinks } = await loadConfig({ path: name, text: yaml, env, catalogue });
    return { yaml, lane: sinks.map(printedLane).join(''), open: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const open = error.problems.map(({ path, message }) => `${path}: ${message}`);
    return { yaml, lane: '', open };
  }
}

const madeUpSecret = '0123456789abcdef0123456789abcdef';

function entryOf(name: string, { type, token, options }: SinkDefinition): object {
  const required = sampleOf(options, variableOf(type));
  return {
    ...(name === type ? {} : { type: name }),
    ...(token === 'required' ? { token: filledIn(`${variableOf(type)}_TOKEN`) } : {}),
    ...(options.required?.length ? { options: required } : {}),
  };
}

const textSamples: Readonly<Record<string, string>> = {
  duration: '10s',
  size: '1MiB',
  uri: 'https://example.com',
  email: 'ops@example.com',
  hostname: 'example.com',
  regex: '.*',
};

/** A value that the schema takes. `variable`: what a secret is filled in from. */
function sampleOf(schema: Schema, variable: string): unknown {
  const { type, format = '', properties = {}, required = [], items = {} } = schema;
  const [said] = [...(schema.examples ?? []), ...(schema.enum ?? [])];
  if (format === 'secret') return filledIn(variable);
  if (said !== undefined || schema.default !== undefined) return said ?? schema.default;
  switch (type) {
    case 'object': {
      const named = required.map((key) => [
        key,
        sampleOf(properties[key] ?? {}, `${variable}_${variableOf(key)}`),
      ]);
      return Object.fromEntries(named);
    }
    case 'array':
      return [sampleOf(items, variable)];
    case 'integer':
    case 'number':
      return schema.minimum ?? schema.maximum ?? 1;
    case 'boolean':
      return true;
    default:
      return textSamples[format] ?? 'text';
  }
}

function variableOf(name: string): string {
  return name.toUpperCase().replace(/\W/g, '_');
}

function filledIn(variable: string): string {
  return `\${${variable}}`;
}
