import { racingOutputs } from './cases.ts';
import { bodyOf, type Recording, sha256 } from './recording.ts';

/** In which way a recording's body is compared. */
type Kind = 'log' | 'events' | 'stats' | 'engine' | 'other';

/**
 * A recording without what differs between two takes of the same: times, ids, addresses, counters. Everything
 * else stays: status, headers, frames with their payloads, which pieces share a time, keys, absences, zero times.
 */
export function normalised(recording: Recording): unknown {
  const { status, headers } = recording;
  const body = bodyOf(recording);
  return {
    status,
    headers: stableHeaders(headers),
    body: normalisedBody(body, kindOf(recording), recording.name),
  };
}

function kindOf({ request, status }: Recording): Kind {
  const path = new URL(request, 'http://docker').pathname;
  if (status !== 200) return 'other';
  if (path.endsWith('/logs')) return 'log';
  if (path.endsWith('/stats')) return 'stats';
  if (path === '/events') return 'events';
  return path === '/info' || path === '/version' ? 'engine' : 'other';
}

function stableHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  // Go sends a length where the body is short, node where it is known.
  const volatile = ['Date', 'Content-Length', 'Transfer-Encoding'];
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !volatile.includes(name))
      .map(([name, value]) => [name, value.replace(/^Docker\/(\d+\.\d+)\S*/, 'Docker/$1')])
      .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  );
}

function normalisedBody(body: Buffer, kind: Kind, name: string): unknown {
  const text = body.toString('utf8');
  switch (kind) {
    case 'log':
      return normalisedLog(body, racingOutputs.includes(name) ? 'per-output' : 'exact');
    case 'events':
      return normalisedEvents(text);
    case 'stats':
      return normalisedJson(JSON.parse(text), 'counters');
    case 'engine':
      return typesOf(JSON.parse(text));
    case 'other':
      return text.startsWith('{') || text.startsWith('[') ? normalisedJson(JSON.parse(text)) : text;
  }
}

/**
 * `stop` is told by who asked for it, `die` by who watches: side by side, either may come first. `pause` and
 * `unpause` are told by both, the second time only where the watcher came too late (moby daemon/monitor.go).
 */
function normalisedEvents(lines: string): unknown {
  const events = lines
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  for (const [at, event] of events.entries())
    if (event.Action === 'stop' && events[at + 1]?.Action === 'die')
      events.splice(at, 2, events[at + 1], event);
  const toldTwice = (action: string, at: number) =>
    ['pause', 'unpause'].includes(action) &&
    events.findIndex((event) => event.Action === action) < at;
  return events
    .filter((event, at) => !toldTwice(event.Action, at))
    .map((event) => normalisedJson(event));
}

/** One entry per frame, or the pieces of a terminal's output; times by order of appearance within an output. */
function normalisedLog(body: Buffer, order: 'exact' | 'per-output'): unknown {
  const isFramed = body.length >= 8 && [1, 2].includes(body[0] ?? 0) && body.readUIntBE(1, 3) === 0;
  const pieces = isFramed ? framesOf(body) : [{ output: 'console', payload: body }];
  const payloadsOf = Object.fromEntries(
    ['stdout', 'stderr', 'console'].map((output) => {
      const own = pieces.filter((piece) => piece.output === output);
      return [output, timesNumbered(own.map(({ payload }) => payload.toString('latin1')))];
    }),
  );
  return { ...payloadsOf, ...(order === 'exact' && { order: pieces.map(({ output }) => output) }) };
}

function framesOf(body: Buffer): readonly { output: string; payload: Buffer }[] {
  const frames = [];
  for (let at = 0; at < body.length; ) {
    const end = at + 8 + body.readUInt32BE(at + 4);
    if (end > body.length) throw new Error(`reading frames: the one at ${at} is cut off`);
    frames.push({
      output: body[at] === 1 ? 'stdout' : 'stderr',
      payload: body.subarray(at + 8, end),
    });
    at = end;
  }
  return frames;
}

function timesNumbered(payloads: readonly string[]): readonly string[] {
  const seen = new Map<string, string>();
  const name = (time: string) => {
    const known = seen.get(time) ?? `T${seen.size}`;
    seen.set(time, known);
    return known;
  };
  return payloads.map((payload) => {
    const text = payload.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z/g, name);
    return text.length > 400
      ? `${text.slice(0, 40)}… ${text.length} ${sha256(Buffer.from(text))}`
      : text;
  });
}

const placeholders: readonly (readonly [RegExp, string])[] = [
  [/sha256:[0-9a-f]{64}/g, 'DIGEST'],
  [/[0-9a-f]{64}/g, 'ID'],
  [/^[0-9a-f]{12}$|(?<=netns\/)[0-9a-f]{12}$/g, 'SHORTID'],
  [/tallyman-test-[0-9a-f]{8}-/g, ''],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, 'TIME'],
  [/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/g, 'MAC'],
  [/^\d+\.\d+\.\d+\.\d+$/g, 'ADDRESS'],
  [/^\/.*(?=\/containers\/ID)/g, 'ROOT'],
  [/^\/.*(?=\/netns\/)/g, 'EXEC_ROOT'],
  [/^(Up|Exited \(\d+\)) .*$/g, '$1 AGO'],
];
const zeroTime = '0001-01-01T00:00:00Z';
const volatileNumbers = ['time', 'timeNano', 'Created', 'Pid'];
// Lists that packaging, kernel and timing decide.
const volatileLists = ['MaskedPaths', 'ReadonlyPaths', 'Log'];

/** With `counters` every number is one. */
function normalisedJson(
  value: unknown,
  numbers: 'counters' | 'exact' = 'exact',
  key = '',
): unknown {
  if (key === 'GraphDriver' || (volatileLists.includes(key) && Array.isArray(value)))
    return 'VOLATILE';
  if (key === 'execDuration') return 'SECONDS';
  if (typeof value === 'number')
    return numbers === 'counters' || volatileNumbers.includes(key) ? 'NUMBER' : value;
  if (typeof value === 'string')
    return value === zeroTime
      ? value
      : placeholders.reduce((text, [what, by]) => text.replace(what, by), value);
  if (Array.isArray(value))
    // Counters per core or per device: as many as the machine has.
    return numbers === 'counters'
      ? 'LIST'
      : value.map((each: unknown) => normalisedJson(each, numbers));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, normalisedJson(each, numbers, name)]),
  );
}

/** What an engine says of its machine: only the keys and the types stay. */
function typesOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  if (Array.isArray(value)) return 'list';
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [
        key,
        typeof each === 'object' && each !== null ? 'object' : typesOf(each),
      ]),
  );
}
