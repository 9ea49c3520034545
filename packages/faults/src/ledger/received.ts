import { type LineName, parseLine, type Stream } from '../printed-line.ts';

/** One connection or request, and what became of it. Times are milliseconds since the Unix epoch. */
export interface Delivery {
  readonly openedAt: number;
  /** 0 while it is open. */
  endedAt: number;
  records: number;
  repeated: number;
  /** `answered`: the agent may take all of it for delivered. `refused`: answered with a failure. */
  outcome: 'open' | 'answered' | 'refused' | 'broken';
  /** The fault that was put upon it first. */
  fault?: number;
  /** Above 1: the agent says that it sends this again. */
  attempt?: number;
}

/** What was received of one run of one container. */
export interface ReceivedRun {
  readonly containerId: string;
  readonly writer: number;
  readonly stream: Stream;
  readonly run: number;
  /** How often each number came, at most 255. */
  counts: Uint8Array;
  /** The delivery that brought each number last. */
  last: Uint32Array;
  /** Hashes of the record ids: the same line has the same id whenever it is read. */
  ids: Uint32Array;
}

/** A text that is no line of a writer. */
export interface ReceivedFragment {
  readonly containerId: string;
  readonly stream: string;
  readonly text: string;
  readonly id: string;
  last: number;
}

/** Lines that `again` brought once more after `prior`. */
export interface Repeat {
  readonly prior: number;
  readonly again: number;
  lines: number;
  /** When the youngest of them was printed, in milliseconds since the Unix epoch. */
  newestAt: number;
}

/** All that a receiver wrote down. */
export interface ReceivedLedger {
  /** Records of any kind, repeated ones too. */
  readonly records: number;
  readonly runs: readonly ReceivedRun[];
  readonly fragments: readonly ReceivedFragment[];
  readonly repeats: readonly Repeat[];
  readonly deliveries: readonly Delivery[];
  /** First receipts of a line behind one that was printed later. */
  readonly disordered: number;
  readonly disorder: readonly string[];
  /** Lines that came again under another id. */
  readonly renamed: number;
  /** Some of them, with the later id. */
  readonly renames: readonly string[];
  /** What was no record at all. */
  readonly unreadable: number;
  readonly unread: readonly string[];
}

const mostExamples = 20;
const mostFragments = 20_000;

/** Writes down what a receiver has read completely. */
export class ReceiptBook {
  readonly deliveries: Delivery[] = [];
  readonly #runs = new Map<string, ReceivedRun>();
  readonly #fragments = new Map<string, ReceivedFragment>();
  readonly #newest = new Map<string, LineName>();
  readonly #repeats = new Map<string, Repeat>();
  readonly #distinct = new Map<string, number>();
  readonly #disorder: string[] = [];
  readonly #renames: string[] = [];
  readonly #unread: string[] = [];
  #records = 0;
  #disordered = 0;
  #renamed = 0;
  #unreadable = 0;

  /** The number of a delivery that begins now. */
  open(openedAt: number, attempt?: number): number {
    const delivery: Delivery = { openedAt, endedAt: 0, records: 0, repeated: 0, outcome: 'open' };
    return this.deliveries.push(attempt === undefined ? delivery : { ...delivery, attempt }) - 1;
  }

  /** Takes a record as its sink wrote it. */
  take(json: string, delivery: number): void {
    const record = recordIn(json);
    const open = this.deliveries[delivery];
    if (open) open.records++;
    this.#records++;
    if (record === undefined) {
      this.#unreadable++;
      if (this.#unread.length < mostExamples) this.#unread.push(json.slice(0, 200));
      return;
    }
    const name = parseLine(record.message);
    if (name === undefined || name.stream !== record.stream) this.#takeFragment(record, delivery);
    else this.#takeLine(record, name, delivery);
  }

  /** Distinct lines and fragments by container. */
  distinct(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#distinct);
  }

  get records(): number {
    return this.#records;
  }

  ledger(): ReceivedLedger {
    return {
      records: this.#records,
      runs: [...this.#runs.values()],
      fragments: [...this.#fragments.values()],
      repeats: [...this.#repeats.values()],
      deliveries: this.deliveries,
      disordered: this.#disordered,
      disorder: this.#disorder,
      renamed: this.#renamed,
      renames: this.#renames,
      unreadable: this.#unreadable,
      unread: this.#unread,
    };
  }

  #takeLine({ containerId, id, time }: LogRecord, name: LineName, delivery: number): void {
    const run = this.#runOf(containerId, name);
    const { number } = name;
    const hash = hashOf(id);
    if (run.counts.length <= number) grow(run, number);
    const count = run.counts[number] ?? 0;
    if (count === 0) {
      this.#first(containerId);
      this.#follow(containerId, name);
      run.ids[number] = hash;
    } else {
      this.#repeat(run.last[number] ?? 0, delivery, time);
      if (run.ids[number] !== hash) this.#rename(name, id);
    }
    run.counts[number] = Math.min(255, count + 1);
    run.last[number] = delivery;
  }

  #takeFragment(record: LogRecord, delivery: number): void {
    const { containerId, stream, message, id, time } = record;
    const known = this.#fragments.get(id);
    if (known?.text === message) {
      this.#repeat(known.last, delivery, time);
      known.last = delivery;
      return;
    }
    this.#first(containerId);
    if (this.#fragments.size >= mostFragments) return;
    const key = known === undefined ? id : `${id} ${this.#fragments.size}`;
    this.#fragments.set(key, { containerId, stream, text: message, id, last: delivery });
  }

  /** A first receipt has to stand behind all that its stream printed before. */
  #follow(containerId: string, name: LineName): void {
    const key = `${containerId} ${name.stream}`;
    const newest = this.#newest.get(key);
    if (newest === undefined || isBehind(name, newest)) {
      this.#newest.set(key, name);
      return;
    }
    this.#disordered++;
    if (this.#disorder.length < mostExamples)
      this.#disorder.push(`${titleOf(name)} after ${titleOf(newest)}`);
  }

  #repeat(prior: number, again: number, time: string): void {
    const delivery = this.deliveries[again];
    if (delivery) delivery.repeated++;
    const key = `${prior}:${again}`;
    const repeat = this.#repeats.get(key);
    const printedAt = Date.parse(time);
    if (repeat === undefined) {
      this.#repeats.set(key, { prior, again, lines: 1, newestAt: printedAt });
      return;
    }
    repeat.lines++;
    repeat.newestAt = Math.max(repeat.newestAt, printedAt);
  }

  #rename(name: LineName, id: string): void {
    this.#renamed++;
    if (this.#renames.length < mostExamples) this.#renames.push(`${titleOf(name)} again as ${id}`);
  }

  #first(containerId: string): void {
    this.#distinct.set(containerId, (this.#distinct.get(containerId) ?? 0) + 1);
  }

  #runOf(containerId: string, { writer, stream, run }: LineName): ReceivedRun {
    const key = `${containerId} ${writer} ${stream} ${run}`;
    const known = this.#runs.get(key);
    if (known) return known;
    const made: ReceivedRun = {
      containerId,
      writer,
      stream,
      run,
      counts: new Uint8Array(1_024),
      last: new Uint32Array(1_024),
      ids: new Uint32Array(1_024),
    };
    this.#runs.set(key, made);
    return made;
  }
}

/** For messages: which line. */
export function titleOf({ writer, run, stream, number }: LineName): string {
  return `w${writer} r${run} ${stream} ${number}`;
}

interface LogRecord {
  readonly id: string;
  readonly containerId: string;
  readonly stream: string;
  readonly message: string;
  readonly time: string;
}

function recordIn(json: string): LogRecord | undefined {
  try {
    const { kind, id, time, container, stream, message } = JSON.parse(json);
    const texts = [id, time, container?.id, stream, message];
    if (kind !== 'log' || texts.some((text) => typeof text !== 'string')) return undefined;
    return { id, time, containerId: container.id, stream, message };
  } catch {
    return undefined;
  }
}

function isBehind(name: LineName, other: LineName): boolean {
  return name.run > other.run || (name.run === other.run && name.number > other.number);
}

function grow(run: ReceivedRun, number: number): void {
  const length = Math.max(run.counts.length * 2, number + 1);
  const [counts, last, ids] = [run.counts, run.last, run.ids];
  run.counts = new Uint8Array(length);
  run.last = new Uint32Array(length);
  run.ids = new Uint32Array(length);
  run.counts.set(counts);
  run.last.set(last);
  run.ids.set(ids);
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
