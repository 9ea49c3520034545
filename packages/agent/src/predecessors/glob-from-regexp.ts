/** What a regular expression is applied to: docker-logentries saw names with their slash. */
export type Subject = 'name' | 'image';

/** A glob that matches the same, or why there is none. */
export type Translation = { readonly glob: string } | { readonly fault: string };

/**
 * A glob for a regular expression as docker-logentries took them: on a part of the text, upper and lower case
 * apart. A name stood there with its slash, `/web`; globs are held against `web`.
 */
export function globFromRegexp(pattern: string, subject: Subject): Translation {
  try {
    // Said in the engine's words where it is none at all.
    new RegExp(pattern);
    const globs = new Set(alternativesIn(pattern).map((parts) => globOf(parts, subject)));
    return { glob: globs.size === 1 ? [...globs].join() : `{${[...globs].join()}}` };
  } catch (error) {
    if (error instanceof NoGlob) return { fault: error.message };
    if (error instanceof SyntaxError)
      return { fault: `is no regular expression: ${error.message}` };
    throw error;
  }
}

/** Within this file: the reason why there is no glob. */
class NoGlob extends Error {}

type Part =
  | { readonly kind: 'character'; readonly text: string }
  | { readonly kind: 'one' | 'any' | 'start' | 'end' };

/** What has to follow each other. */
type Parts = readonly Part[];

const mostAlternatives = 64;

/** Multiplies out the expression: every choice in it makes alternatives. */
function alternativesIn(pattern: string): readonly Parts[] {
  let at = 0;
  const alternatives = choices();
  if (at < pattern.length) throw new NoGlob(`has a "${pattern[at]}" that belongs to nothing`);
  return alternatives;

  function choices(): readonly Parts[] {
    const all = [...sequence()];
    while (pattern[at] === '|') {
      at += 1;
      all.push(...sequence());
    }
    return bounded(all);
  }

  function sequence(): readonly Parts[] {
    let all: readonly Parts[] = [[]];
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
      const next = quantified(atom());
      all = bounded(all.flatMap((before) => next.map((after) => [...before, ...after])));
    }
    return all;
  }

  function atom(): readonly Parts[] {
    const character = pattern[at++];
    if (character === '(') return group();
    if (character === '[') return oneOf(characterClass());
    if (character === '\\') return oneOf(escaped());
    if (character === '.') return [[{ kind: 'one' }]];
    if (character === '^') return [[{ kind: 'start' }]];
    if (character === '$') return [[{ kind: 'end' }]];
    return oneOf(character ?? '');
  }

  function group(): readonly Parts[] {
    if (pattern.startsWith('?:', at)) at += 2;
    else if (pattern[at] === '?') throw new NoGlob('looks ahead, looks behind or names a group');
    const inner = choices();
    at += 1;
    return inner;
  }

  function escaped(): string {
    const character = pattern[at++] ?? '';
    if (character === 'd') return '0123456789';
    if (/[A-Za-z0-9]/.test(character)) throw new NoGlob(`uses \\${character}`);
    return character;
  }

  function characterClass(): string {
    if (pattern[at] === '^') throw new NoGlob('excludes characters with [^…]');
    let characters = '';
    while (pattern[at] !== ']') {
      const character = pattern[at++] ?? '';
      const first = character === '\\' ? escaped() : character;
      const isRange = pattern[at] === '-' && pattern[at + 1] !== ']' && first.length === 1;
      characters += isRange ? rangeFrom(first) : first;
    }
    at += 1;
    return characters;
  }

  function rangeFrom(first: string): string {
    const last = pattern[at + 1] ?? '';
    if (last === '\\') throw new NoGlob('has a range of escaped characters');
    at += 2;
    const [from, to] = [first.charCodeAt(0), last.charCodeAt(0)];
    const codes = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    return String.fromCharCode(...codes);
  }

  function quantified(repeated: readonly Parts[]): readonly Parts[] {
    const [quantifier = ''] = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(pattern.slice(at)) ?? [];
    if (quantifier === '') return repeated;
    at += quantifier.length;
    // A lazy one matches the same texts.
    if (pattern[at] === '?') at += 1;
    if (quantifier === '?') return bounded([...repeated, []]);
    const isAnything = repeated.length === 1 && repeated[0]?.every(({ kind }) => kind === 'one');
    if (isAnything && quantifier === '*') return [[{ kind: 'any' }]];
    if (isAnything && quantifier === '+') return [[{ kind: 'one' }, { kind: 'any' }]];
    throw new NoGlob(`repeats something other than "." with ${quantifier}`);
  }
}

function bounded(alternatives: readonly Parts[]): readonly Parts[] {
  if (alternatives.length > mostAlternatives)
    throw new NoGlob(`stands for more than ${mostAlternatives} texts`);
  return alternatives;
}

function oneOf(characters: string): readonly Parts[] {
  return Array.from(characters).map((text) => [{ kind: 'character', text }]);
}

function globOf(parts: Parts, subject: Subject): string {
  const [startsAt, endsAt] = [parts[0]?.kind === 'start', parts.at(-1)?.kind === 'end'];
  const inner = parts.slice(startsAt ? 1 : 0, endsAt ? -1 : undefined);
  if (inner.some(({ kind }) => kind === 'start' || kind === 'end'))
    throw new NoGlob('has ^ or $ inside');
  const any: Part = { kind: 'any' };
  const whole = tidied([...(startsAt ? [] : [any]), ...inner, ...(endsAt ? [] : [any])]);
  return textOf(subject === 'name' ? withoutSlash(whole) : whole);
}

/** Wildcards in a row as so many that are one character, then at most one of any length. */
function tidied(parts: Parts): Parts {
  const tidy: Part[] = [];
  for (const part of parts) {
    const last = tidy.at(-1);
    if (last?.kind !== 'any') tidy.push(part);
    else if (part.kind === 'one') tidy.splice(-1, 0, part);
    else if (part.kind === 'character') tidy.push(part);
  }
  return tidy;
}

function withoutSlash(parts: Parts): Parts {
  const [first, second] = parts;
  const isSlash = (part: Part | undefined) => part?.kind === 'character' && part.text === '/';
  // The only slash there is stands first; "any" may hold it.
  const behind =
    first?.kind === 'any' ? (isSlash(second) ? parts.slice(2) : parts) : parts.slice(1);
  if (
    first === undefined ||
    (first.kind === 'character' && !isSlash(first)) ||
    behind.some(isSlash)
  )
    throw new NoGlob('never matched: it saw names with a slash in front, such as /web');
  return behind;
}

function textOf(parts: Parts): string {
  return parts.map(characterOf).join('');
}

function characterOf(part: Part): string {
  if (part.kind === 'any') return '*';
  if (part.kind === 'one') return '?';
  const text = part.kind === 'character' ? part.text : '';
  if (/[*?{},]/.test(text)) throw new NoGlob(`means a "${text}" itself`);
  return text;
}
