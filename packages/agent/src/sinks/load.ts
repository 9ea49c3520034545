import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import type { SinkDefinition } from '@tallyman/sdk';
import { messageOf } from '@tallyman/sdk';
import { checkDefinition } from './check-definition.ts';
import type { FoundSink } from './manifest.ts';
import { refusal } from './refusal.ts';
import { sdkMismatch } from './sdk-range.ts';
import { sdkName } from './supply-sdk.ts';

/** Imports a sink that does not come with the agent. This is the first moment that code of its runs. */
export async function loadSink({ type, file, manifest }: FoundSink): Promise<SinkDefinition> {
  const mismatch = manifest?.sdkRange && sdkMismatch(manifest.sdkRange, ownSdkVersion());
  if (mismatch) throw refusal(`loading the sink "${type}" from ${manifest.file}: ${mismatch}`);

  const exported = await importDefault(type, file);
  const checked = checkDefinition(type, exported);
  if ('definition' in checked) return checked.definition;
  throw refusal(`loading the sink "${type}" from ${file}: ${checked.faults.join('; ')}`);
}

async function importDefault(type: string, file: string): Promise<unknown> {
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(file).href);
    return module.default;
  } catch (cause) {
    throw refusal(
      `importing the sink "${type}" from ${file}: ${messageOf(cause)}${placeOf(cause, file)}`,
      cause,
    );
  }
}

/** ` (FILE:LINE:COLUMN)`: the first place that the stack names. */
function placeOf(thrown: unknown, file: string): string {
  if (!types.isNativeError(thrown)) return '';
  const place = /file:[^\s)]+/.exec(thrown.stack ?? '')?.[0];
  if (place !== undefined) return ` (${place})`;
  // Node keeps the line of a syntax error in a module to itself.
  return thrown.name === 'SyntaxError' ? ` (to see where: node --check ${file})` : '';
}

function ownSdkVersion(): string {
  const file = findPackageJSON(sdkName, import.meta.url);
  if (file === undefined)
    throw new Error(`looking for the agent's own ${sdkName}: it is not installed`);
  return String(JSON.parse(readFileSync(file, 'utf8')).version);
}
