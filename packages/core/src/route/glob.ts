/** Says whether a text matches as a whole. */
export type Glob = (text: string) => boolean;

/**
 * Compiles a glob: `*` is any run of characters, `?` is one, `{a,b}` is either (and may be nested); everything
 * else, also a `{` without its `}`, stands for itself. `/` is a character like any other. Linear in the text
 * for any number of `*`: nothing a user writes can stall the agent.
 */
export function globOf(pattern: string): Glob {
  const alternatives = expanded(pattern);
  if (alternatives.some((alternative) => /^\*+$/.test(alternative))) return () => true;
  const matchers = alternatives.map((alternative) =>
    /[*?]/.test(alternative) ? wildcard(alternative) : (text: string) => text === alternative,
  );
  return (text) => matchers.some((matches) => matches(text));
}

const mostAlternatives = 1_000;

/** Multiplies out the braces. */
function expanded(pattern: string): readonly string[] {
  const alternatives = [pattern];
  for (let at = 0; at < alternatives.length && alternatives.length <= mostAlternatives; ) {
    const brace = firstBrace(alternatives[at] as string);
    if (brace === undefined) at++;
    else
      alternatives.splice(
        at,
        1,
        ...brace.choices.map((choice) => brace.before + choice + brace.after),
      );
  }
  return alternatives;
}

interface Brace {
  readonly before: string;
  readonly choices: readonly string[];
  readonly after: string;
}

function firstBrace(pattern: string): Brace | undefined {
  for (let open = pattern.indexOf('{'); open >= 0; open = pattern.indexOf('{', open + 1)) {
    const choices: string[] = [];
    let depth = 0;
    let from = open + 1;
    for (let at = open; at < pattern.length; at++) {
      const character = pattern[at];
      if (character === '{') depth++;
      else if (character === '}') depth--;
      const isBorder = depth === 0 || (depth === 1 && character === ',');
      if (isBorder) {
        choices.push(pattern.slice(from, at));
        from = at + 1;
      }
      // `{a}` is no choice and stands for itself, as in a shell.
      if (depth === 0) {
        if (choices.length < 2) break;
        return { before: pattern.slice(0, open), choices, after: pattern.slice(at + 1) };
      }
    }
  }
  return undefined;
}

/** The classic two-pointer match: on a mismatch, the last `*` takes one character more. */
function wildcard(pattern: string): Glob {
  return (text) => {
    let [at, wanted, starAt, resumeAt] = [0, 0, -1, 0];
    while (at < text.length) {
      const expectation = pattern[wanted];
      if (expectation === '*') {
        starAt = wanted++;
        resumeAt = at;
      } else if (expectation !== undefined && (expectation === '?' || expectation === text[at])) {
        at++;
        wanted++;
      } else if (starAt >= 0) {
        wanted = starAt + 1;
        at = ++resumeAt;
      } else return false;
    }
    while (pattern[wanted] === '*') wanted++;
    return wanted === pattern.length;
  };
}
