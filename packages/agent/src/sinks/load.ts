import { pathToFileURL } from 'node:url';
import { type Clock, type SinkDefinition, systemClock } from '@tallyman/sdk';
import { SinkUnavailable } from '../config/catalogue.ts';
import { optionCheck } from '../config/options.ts';
import { checkDefinition } from './check-definition.ts';
import { importFailure } from './import-failure.ts';
import type { FoundSink } from './manifest.ts';
import { refusal } from './refusal.ts';
import { standingFault } from './standing-fault.ts';

// A module that waits for something at its top level would keep the agent from starting, without a word.
const importLimitMs = 30_000;

/** Imports a sink that does not come with the agent. This is the first moment that code of its runs. */
export async function loadSink(
  sink: FoundSink,
  clock: Clock = systemClock,
): Promise<SinkDefinition> {
  const { type, file } = sink;
  const standing = standingFault(sink);
  if (standing !== undefined) throw refusal(`loading the sink "${type}": ${standing}`);

  const checked = checkDefinition(type, await importDefault(sink, clock));
  const faults = 'faults' in checked ? checked.faults : schemaFaults(checked.definition);
  if ('definition' in checked && faults.length === 0) return checked.definition;
  throw refusal(`loading the sink "${type}" from ${file}: ${faults.join('; ')}`);
}

function schemaFaults(definition: SinkDefinition): readonly string[] {
  const check = optionCheck(definition);
  return typeof check === 'string' ? [check] : [];
}

async function importDefault(sink: FoundSink, clock: Clock): Promise<unknown> {
  const doing = `importing the sink "${sink.type}" from ${sink.file}`;
  const imported = new AbortController();
  const late = clock.sleep(importLimitMs, imported.signal).then(
    () => {
      throw refusal(
        `${doing}: it has not ended within ${importLimitMs / 1_000} s; a sink waits for nothing at its top level, but in open()`,
      );
    },
    () => undefined,
  );
  try {
    return await Promise.race([late, defaultOf(sink.file)]);
  } catch (cause) {
    if (cause instanceof SinkUnavailable) throw cause;
    throw refusal(`${doing}: ${importFailure(cause, sink)}`, cause);
  } finally {
    imported.abort();
  }
}

async function defaultOf(file: string): Promise<unknown> {
  const module: { readonly default?: unknown } = await import(pathToFileURL(file).href);
  return isCompiledModule(module.default) ? module.default.default : module.default;
}

/** What compilers make of an ES module for `require`. */
function isCompiledModule(exported: unknown): exported is { readonly default: unknown } {
  const isObject = typeof exported === 'object' && exported !== null;
  return isObject && '__esModule' in exported && 'default' in exported;
}
