import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { type Interpolated, interpolated, type Lookup } from './interpolate.ts';
import { segmentsOf, under } from './pointer.ts';
import type { Report } from './report.ts';

// An alias is a few bytes and stands for whatever it names: seven levels of nine make five million values.
const mostAliasedValues = 10_000;

/** The values of a YAML document as plain JSON, aliases and merges resolved and variables filled in. */
export function treeOf(document: Document, lookup: Lookup, report: Report): unknown {
  return new Tree(document, lookup, report).value();
}

interface Step {
  readonly pointer: string;
  readonly keyOffset?: number;
  /** The mappings and lists that this value stands in, those reached through aliases included. */
  readonly within: readonly Node[];
  readonly isAliased: boolean;
  /** In a top-level `x-…` block, which is only there to be referred to. */
  readonly isSpare: boolean;
}

/** A key of a mapping, and from where it came into it. */
interface Entry {
  readonly pair: Pair;
  readonly step: Step;
}

class Tree {
  readonly #document: Document;
  readonly #lookup: Lookup;
  readonly #report: Report;
  readonly #targets: ReadonlyMap<Alias, Node>;
  #aliasedValues = 0;

  constructor(document: Document, lookup: Lookup, report: Report) {
    this.#document = document;
    this.#lookup = lookup;
    this.#report = report;
    this.#targets = targetsOf(document);
  }

  value(): unknown {
    const root = this.#document.contents;
    return this.#valueOf(root ?? undefined, {
      pointer: '',
      within: [],
      isAliased: false,
      isSpare: false,
    });
  }

  #valueOf(node: unknown, step: Step): unknown {
    if (step.isAliased && !this.#isAffordable()) return undefined;
    if (isAlias(node)) return this.#aliased(node, step);
    if (isMap(node)) return this.#mapping(node, step);
    if (isSeq(node)) return this.#list(node, step);
    return isScalar(node) ? this.#scalar(node, step) : undefined;
  }

  #isAffordable(): boolean {
    return ++this.#aliasedValues <= mostAliasedValues;
  }

  #aliased(alias: Alias, step: Step): unknown {
    const fault = this.#aliasFault(alias, step);
    const target = this.#targets.get(alias);
    if (fault !== undefined || target === undefined) {
      this.#report.place(step.pointer, placeOf(alias, step));
      return this.#hole(alias, step, fault ?? '');
    }
    const value = this.#valueOf(target, { ...step, isAliased: true });
    if (this.#aliasedValues <= mostAliasedValues) return value;
    return this.#hole(alias, step, `aliases stand for more than ${mostAliasedValues} values`);
  }

  #aliasFault(alias: Alias, step: Step): string | undefined {
    const target = this.#targets.get(alias);
    if (target !== undefined)
      return step.within.includes(target) ? 'an alias stands inside the value it names' : undefined;
    const glob = isSecretive(step.pointer) ? '' : `: "*${alias.source}"`;
    return `an unquoted * starts an alias, and no anchor of that name comes before it; quote it${glob}`;
  }

  #hole(node: Node, step: Step, message: string): undefined {
    this.#report.at(offsetOf(node), step.pointer, 'yaml', message);
    this.#report.hole(step.pointer);
  }

  #mapping(map: YAMLMap, step: Step): Readonly<Record<string, unknown>> {
    this.#place(map, step);
    const value: Record<string, unknown> = Object.create(null);
    for (const [key, entry] of this.#entriesOf(map, { ...step, within: [...step.within, map] })) {
      const isSpare = step.pointer === '' && key.startsWith('x-');
      const inner = this.#valueOf(entry.pair.value, {
        ...entry.step,
        pointer: under(step.pointer, key),
        keyOffset: offsetOf(entry.pair.key),
        isSpare: isSpare || step.isSpare,
      });
      if (!isSpare) value[key] = inner;
    }
    return value;
  }

  #list(list: YAMLSeq, step: Step): readonly unknown[] {
    this.#place(list, step);
    const { keyOffset: _, ...inItems } = step;
    const within = [...step.within, list];
    return list.items.map((item, index) =>
      this.#valueOf(item, { ...inItems, within, pointer: under(step.pointer, index) }),
    );
  }

  /** The mapping's own keys, and below them those of what it merges, the first named first. */
  #entriesOf(map: YAMLMap, step: Step): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>();
    const merges: Pair[] = [];
    for (const pair of map.items) {
      const key = this.#keyOf(pair, step);
      if (isMerge(pair)) merges.push(pair);
      else if (key !== undefined && !this.#isRepeated(key, pair, entries, step))
        entries.set(key, { pair, step });
    }
    for (const source of merges.flatMap((merge) => this.#mergedBy(merge, step))) {
      const within = [...step.within, source];
      for (const [key, entry] of this.#entriesOf(source, { ...step, within, isAliased: true }))
        if (!entries.has(key)) entries.set(key, entry);
    }
    return entries;
  }

  #keyOf({ key }: Pair, step: Step): string | undefined {
    if (isScalar(key) && key.value !== null) return textOf(key);
    this.#report.at(offsetOf(key), step.pointer, 'yaml', 'a key has to be plain text');
    return undefined;
  }

  #isRepeated(key: string, pair: Pair, entries: ReadonlyMap<string, Entry>, step: Step): boolean {
    const first = entries.get(key)?.pair;
    if (first === undefined) return false;
    const line = this.#report.lineOf(offsetOf(first.key));
    const message = `is given twice; the first is in line ${line}`;
    this.#report.at(offsetOf(pair.key), under(step.pointer, key), 'yaml', message);
    return true;
  }

  #mergedBy(merge: Pair, step: Step): readonly YAMLMap[] {
    const named = isSeq(merge.value) ? merge.value.items : [merge.value];
    return named.flatMap((node) => {
      if (!this.#isAffordable()) return [];
      const target = isAlias(node) ? this.#targets.get(node) : node;
      const fault = isAlias(node) ? this.#aliasFault(node, step) : undefined;
      if (isMap(target) && fault === undefined) return [target];
      const message = fault ?? '<< takes a mapping or a list of mappings';
      this.#report.at(offsetOf(node), under(step.pointer, '<<'), 'yaml', message);
      return [];
    });
  }

  #scalar(scalar: Scalar, step: Step): unknown {
    if (step.isSpare) return undefined;
    const source = textOf(scalar);
    const filled = interpolated(source, this.#lookup);
    const place = placeOf(scalar, step);
    const text = filled.text;
    if (filled.expressions.length === 0) this.#report.place(step.pointer, { ...place, text });
    else {
      const filledIn = [...new Set(filled.expressions)].join(' and ');
      this.#report.place(step.pointer, { ...place, text, filledIn });
    }
    this.#reportFaults(filled, scalar, step);
    return text === source ? (scalar.value ?? undefined) : text;
  }

  #reportFaults({ faults }: Interpolated, scalar: Scalar, step: Step): void {
    for (const { at, message } of faults)
      this.#report.at(this.#dollarOffset(scalar, at), step.pointer, 'variable', message);
    if (faults.length > 0) this.#report.hole(step.pointer);
  }

  /** Where the dollar sign at an index of the scalar's text stands in the source, whatever was escaped before it. */
  #dollarOffset(scalar: Scalar, index: number): number {
    const dollarsBefore = textOf(scalar).slice(0, index).split('$').length - 1;
    const start = offsetOf(scalar);
    let offset = start;
    for (let seen = 0; ; seen++) {
      offset = this.#report.indexOf('$', offset);
      if (seen === dollarsBefore || offset === -1) break;
      offset++;
    }
    return offset === -1 || offset >= endOf(scalar) ? start : offset;
  }

  #place(node: Node, step: Step): void {
    this.#report.place(step.pointer, placeOf(node, step));
  }
}

/** What each alias names: the last anchor of that name before it. */
function targetsOf(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias(_, alias) {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && key.type === 'PLAIN' && textOf(key) === '<<';
}

/** Never shown: what stands where a token belongs, or under a sink's options, of which any may be a secret. */
function isSecretive(pointer: string): boolean {
  return segmentsOf(pointer).some((segment) => ['token', 'tokens', 'options'].includes(segment));
}

function textOf(scalar: Scalar): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? '');
}

function placeOf(
  node: Node,
  { keyOffset }: Step,
): { readonly key?: number; readonly value: number } {
  const value = offsetOf(node);
  return keyOffset === undefined ? { value } : { key: keyOffset, value };
}

function offsetOf(node: unknown): number {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;
}

function endOf(scalar: Scalar): number {
  return scalar.range?.[1] ?? 0;
}
