import { pathToFileURL } from 'node:url';
import type { SinkDefinition } from '@tallyman/sdk';
import { optionCheck } from '../config/options.ts';
import { checkDefinition } from './check-definition.ts';
import { importFailure } from './import-failure.ts';
import type { FoundSink } from './manifest.ts';
import { refusal } from './refusal.ts';
import { standingFault } from './standing-fault.ts';

/** Imports a sink that does not come with the agent. This is the first moment that code of its runs. */
export async function loadSink(sink: FoundSink): Promise<SinkDefinition> {
  const { type, file } = sink;
  const standing = standingFault(sink);
  if (standing !== undefined) throw refusal(`loading the sink "${type}": ${standing}`);

  const checked = checkDefinition(type, await importDefault(sink));
  const faults = 'faults' in checked ? checked.faults : schemaFaults(checked.definition);
  if ('definition' in checked && faults.length === 0) return checked.definition;
  throw refusal(`loading the sink "${type}" from ${file}: ${faults.join('; ')}`);
}

function schemaFaults(definition: SinkDefinition): readonly string[] {
  const check = optionCheck(definition);
  return typeof check === 'string' ? [check] : [];
}

async function importDefault(sink: FoundSink): Promise<unknown> {
  const { type, file } = sink;
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(file).href);
    return isCompiledModule(module.default) ? module.default.default : module.default;
  } catch (cause) {
    throw refusal(
      `importing the sink "${type}" from ${file}: ${importFailure(cause, sink)}`,
      cause,
    );
  }
}

/** What compilers make of an ES module for `require`. */
function isCompiledModule(exported: unknown): exported is { readonly default: unknown } {
  const isObject = typeof exported === 'object' && exported !== null;
  return isObject && '__esModule' in exported && 'default' in exported;
}
