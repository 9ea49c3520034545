/** Everything that a generated package depends on. */
export interface Choices {
  /** npm name: `tallyman-sink-kafka`, `@acme/tallyman-sink-kafka`. */
  readonly packageName: string;
  /** By which configurations choose the sink: `kafka`. */
  readonly type: string;
  /** Where the package is written, as the user named it. */
  readonly directory: string;
  readonly kinds: readonly Kind[];
  readonly token: Token;
  readonly destination: Destination;
  readonly language: Language;
}

export const allKinds = ['log', 'stat', 'event'] as const;
export type Kind = (typeof allKinds)[number];

export const tokens = ['required', 'optional', 'none'] as const;
type Token = (typeof tokens)[number];

export const destinations = ['http', 'tcp'] as const;
type Destination = (typeof destinations)[number];

export const languages = ['javascript', 'typescript'] as const;
type Language = (typeof languages)[number];

/** What counts where neither flags nor answers say otherwise. The name has no default. */
export const defaults = {
  kinds: allKinds,
  token: 'optional',
  destination: 'http',
  language: 'javascript',
} as const;

/** A choice that cannot be. The message says what to choose instead. */
export class ChoiceError extends Error {
  override readonly name = 'ChoiceError';
}

/** The kinds in `logs,stats,events`, as configurations name them; the singular is understood, too. */
export function kindsFrom(text: string): readonly Kind[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const named = new Set(words.map((word) => word.toLowerCase().replace(/s$/, '')));
  const kinds = allKinds.filter((kind) => named.delete(kind));
  if (kinds.length === 0 || named.size > 0)
    throw new ChoiceError(
      `kinds cannot be "${text}"; write logs, stats, events, or several with commas between them`,
    );
  return kinds;
}

/** The one of the words that the text is, or of which it is the beginning: `h` is `http`. */
export function wordFrom<Word extends string>(
  text: string,
  words: readonly Word[],
  what: string,
): Word {
  const typed = text.trim().toLowerCase();
  const [word, ...others] = words.filter((each) => typed !== '' && each.startsWith(typed));
  if (word === undefined || others.length > 0)
    throw new ChoiceError(`${what} cannot be "${text}"; write one of ${words.join(', ')}`);
  return word;
}
