import { messageOf, type SinkDefaults, type SinkDefinition } from '@tallyman/sdk';
import { type SinkCatalogue, SinkUnavailable, unknownTypeWords } from './catalogue.ts';
import type { ChosenSink } from './chosen-sink.ts';
import { entryGrammar } from './grammar.ts';
import { limitsOf } from './limits.ts';
import type { SinkConfig } from './model.ts';
import { optionsOf } from './options.ts';
import { under } from './pointer.ts';
import type { Report } from './report.ts';
import { settledAs } from './settle.ts';
import { admissionTo } from './tokens.ts';
import { isMapping } from './typed.ts';
import { durationText, sizeText } from './units.ts';

/** Loads the definitions of the sinks that the file names, and reports those that cannot be had. */
export async function chosenSinks(
  tree: unknown,
  catalogue: SinkCatalogue,
  report: Report,
): Promise<readonly ChosenSink[]> {
  const entries = isMapping(tree) && isMapping(tree.sinks) ? Object.entries(tree.sinks) : [];
  reportLookalikes(
    entries.map(([name]) => name),
    report,
  );
  const chosen: ChosenSink[] = [];
  for (const [name, entry] of entries) {
    if (!isMapping(entry)) continue;
    const type = 'type' in entry ? entry.type : name;
    if (typeof type !== 'string' || type === '') continue;
    const definition = await definitionOf(type, name, catalogue, report);
    if (definition !== undefined) chosen.push({ name, type, definition, entry });
  }
  return chosen;
}

/** One sink as the lane needs it; undefined where something is wrong with it, which is then reported. */
export function sinkFrom(
  chosen: ChosenSink,
  report: Report,
): { readonly sink: SinkConfig; readonly notes: readonly string[] } | undefined {
  const { name, type, definition } = chosen;
  const pointer = under('/sinks', name);
  const options = optionsOf(chosen, report);
  const written = soundParts(chosen.entry, pointer, report);
  const entry = settledAs(entryGrammar, belowFile(definition.defaults ?? {}, written));
  const limits = limitsOf(entry, { written, definition, pointer, report });
  const isAdmissionSound = ['token', 'tokens', 'match'].every((key) =>
    report.isClean(under(pointer, key)),
  );
  if (!isAdmissionSound) return undefined;
  const { notes, ...admission } = admissionTo(name, definition, entry, report);
  if (!report.isClean(pointer) || options === undefined) return undefined;

  const { include, exclude } = entry.match;
  return {
    sink: { name, type, definition, options, ...admission, include, exclude, ...limits },
    notes,
  };
}

async function definitionOf(
  type: string,
  name: string,
  catalogue: SinkCatalogue,
  report: Report,
): Promise<SinkDefinition | undefined> {
  try {
    return await catalogue.definition(type);
  } catch (error) {
    const pointer = under('/sinks', name);
    const named = report.placeOf(under(pointer, 'type'));
    const message = unavailableWords(error, { type, filledIn: named?.filledIn }, catalogue);
    if (named !== undefined) report.atValue(under(pointer, 'type'), 'sink', message);
    else report.atKey(pointer, 'sink', `${message} (the type defaults to the name)`);
    return undefined;
  }
}

interface WrittenType {
  readonly type: string;
  /** What was filled in for it may be a secret at the wrong place. */
  readonly filledIn: string | undefined;
}

function unavailableWords(
  error: unknown,
  { type, filledIn }: WrittenType,
  catalogue: SinkCatalogue,
): string {
  if (!(error instanceof SinkUnavailable) || error.reason === 'refused') return messageOf(error);
  return filledIn === undefined
    ? unknownTypeWords(type, catalogue.names(), error.remarks)
    : unknownTypeWords(filledIn, catalogue.names());
}

/** Names are used in labels and as directories: they have to differ in more than capitals. */
function reportLookalikes(names: readonly string[], report: Report): void {
  for (const [index, name] of names.entries()) {
    const earlier = names.slice(0, index).find((other) => isSameFolded(other, name));
    if (earlier !== undefined)
      report.atKey(
        under('/sinks', name),
        'name',
        `differs from ${earlier} in capitals only; rename one`,
      );
  }
}

function isSameFolded(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The parts of an entry with which nothing is wrong, so that the others' mistakes are found too. */
function soundParts(
  entry: Readonly<Record<string, unknown>>,
  pointer: string,
  report: Report,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(entry).filter(([key]) => report.isClean(under(pointer, key))),
  );
}

/** The entry with the sink's own defaults where the file says nothing. */
function belowFile(
  { maxRecords, maxBytes, maxWaitMs, concurrency }: SinkDefaults,
  entry: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const batch = {
    ...(maxRecords !== undefined && { max_records: maxRecords }),
    ...(maxBytes !== undefined && { max_bytes: sizeText(maxBytes) }),
    ...(maxWaitMs !== undefined && { max_wait: durationText(maxWaitMs) }),
  };
  const queue = concurrency === undefined ? {} : { concurrency };
  return {
    ...entry,
    batch: { ...batch, ...(isMapping(entry.batch) ? entry.batch : {}) },
    queue: { ...queue, ...(isMapping(entry.queue) ? entry.queue : {}) },
  };
}
