import { isWithin, parentOf, pathOf, segmentsOf } from './pointer.ts';
import { ConfigError, type Problem, type ProblemKind } from './problem.ts';

/** Where a value was written, as offsets in the text. */
export interface Place {
  /** Of its key; absent for list items and the root. */
  readonly key?: number;
  readonly value: number;
  /** The scalar's text as it stands in the source, variables filled in. Absent for mappings and lists. */
  readonly text?: string;
  /** What was filled in, e.g. `${CLUSTER_NAME}`. Absent where nothing was. */
  readonly filledIn?: string;
}

/**
 * Collects the problems of one file while it is read, and knows where each value was written. A value with a
 * problem of its own is a hole: what else is said about it would be noise and is not kept.
 */
export class Report {
  readonly #file: string;
  readonly #text: string;
  readonly #places = new Map<string, Place>();
  readonly #holes = new Set<string>();
  readonly #found = new Map<string, { readonly pointer: string; readonly problem: Problem }>();

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  /** Remembers where a value was written. */
  place(pointer: string, place: Place): void {
    this.#places.set(pointer, place);
  }

  /** Where a value was written, if it is in the file. */
  placeOf(pointer: string): Place | undefined {
    return this.#places.get(pointer);
  }

  /** Nothing more is said about this value. */
  hole(pointer: string): void {
    this.#holes.add(pointer);
  }

  /** A problem with a key, or with a value as a whole. What is not in the file is reported at what would hold it. */
  atKey(pointer: string, kind: ProblemKind, message: string): void {
    const offset = this.#nearest(pointer, (place) => place.key ?? place.value);
    this.#add(offset, pointer, kind, message);
  }

  /** A problem with a value. */
  atValue(pointer: string, kind: ProblemKind, message: string): void {
    const place = this.#places.get(pointer);
    if (place === undefined) this.atKey(pointer, kind, message);
    else this.#add(place.value, pointer, kind, message);
  }

  /** A problem at a place in the text. */
  at(offset: number, pointer: string, kind: ProblemKind, message: string): void {
    this.#add(offset, pointer, kind, message);
  }

  /** Where a text stands next in the file, or -1. */
  indexOf(text: string, from: number): number {
    return this.#text.indexOf(text, from);
  }

  /** The line of an offset, from 1. */
  lineOf(offset: number): number {
    return this.#text.slice(0, offset).split('\n').length;
  }

  /** Whether nothing is wrong with a value or anything below it. */
  isClean(pointer: string): boolean {
    const pointers = [...this.#found.values()].map((found) => found.pointer);
    return [...pointers, ...this.#holes].every((at) => !isWithin(at, pointer));
  }

  /** All problems with a value and what is below it, as one error. */
  error(pointer = ''): ConfigError {
    const within = [...this.#found.values()].filter((found) => isWithin(found.pointer, pointer));
    const problems = within.map(({ problem }) => problem);
    return new ConfigError(problems.sort((a, b) => a.line - b.line || a.column - b.column));
  }

  /** Throws {@link Report.error} if there are problems. */
  throwIfAny(pointer = ''): void {
    const error = this.error(pointer);
    if (error.problems.length > 0) throw error;
  }

  #add(offset: number, pointer: string, kind: ProblemKind, message: string): void {
    if ([...this.#holes].some((hole) => isWithin(pointer, hole))) return;
    // What is written once behind an anchor is found wherever its alias stands: one mistake, one problem.
    const key = `${offset} ${segmentsOf(pointer).at(-1)} ${message}`;
    if (this.#found.has(key)) return;
    const line = this.lineOf(offset);
    const column = offset - this.#text.lastIndexOf('\n', offset - 1);
    const problem = { file: this.#file, line, column, path: pathOf(pointer), kind, message };
    this.#found.set(key, { pointer, problem });
  }

  #nearest(pointer: string, offsetOf: (place: Place) => number): number {
    const place = this.#places.get(pointer);
    if (place !== undefined) return pointer === '' ? 0 : offsetOf(place);
    return pointer === '' ? 0 : this.#nearest(parentOf(pointer), offsetOf);
  }
}
