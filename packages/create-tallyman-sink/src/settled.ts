import {
  ChoiceError,
  type Choices,
  defaults,
  destinations,
  kindsFrom,
  languages,
  tokens,
  wordFrom,
} from './choices.ts';
import { directoryFor, namesFrom } from './names.ts';

/** What flags or answers say, in the user's words. */
export type Said = Readonly<
  Partial<Record<'name' | 'directory' | 'kinds' | 'token' | 'destination' | 'language', string>>
>;

/** The choices that follow from what was said; for what was not, the defaults. Throws a {@link ChoiceError}. */
export function settled(said: Said): Choices {
  const { name, kinds, token, destination, language } = said;
  if (name === undefined)
    throw new ChoiceError(
      'the name is missing; write it behind the command: npm create tallyman-sink kafka',
    );
  const names = namesFrom(name);
  return {
    ...names,
    directory: said.directory || directoryFor(names.packageName),
    kinds: kinds === undefined ? defaults.kinds : kindsFrom(kinds),
    token: token === undefined ? defaults.token : wordFrom(token, tokens, 'the token'),
    destination:
      destination === undefined
        ? defaults.destination
        : wordFrom(destination, destinations, 'the destination'),
    language:
      language === undefined ? defaults.language : wordFrom(language, languages, 'the language'),
  };
}
