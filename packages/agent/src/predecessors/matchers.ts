import type { FlagValues, Say } from './flags.ts';
import { globFromRegexp, type Subject } from './glob-from-regexp.ts';

/** The regular expressions on names and images as matchers of globs. */
export function matchersFrom(values: FlagValues, fault: Say, remark: Say): object {
  const globFor = (flag: 'matchByName' | 'matchByImage' | 'skipByName' | 'skipByImage') => {
    const subject: Subject = flag.endsWith('Name') ? 'name' : 'image';
    const globs = (values[flag] ?? []).flatMap((pattern) => {
      const translation = globFromRegexp(pattern, subject);
      if ('glob' in translation) return [translation.glob];
      fault(
        `--${flag}`,
        `${JSON.stringify(pattern)} ${translation.fault}; write a file with match: { ${flag.startsWith('match') ? 'include' : 'exclude'}: [{ ${subject}: "GLOB" }] }`,
      );
      return [];
    });
    const [first, second] = globs;
    if (first === undefined) return undefined;
    const glob = second === undefined ? first : `{${globs.join()}}`;
    const key = flag.startsWith('match') ? 'include' : 'exclude';
    remark(
      `--${flag}`,
      `sinks.logentries.match.${key}: [{ ${subject}: ${JSON.stringify(glob)} }]; it counts for events, too`,
    );
    return { [subject]: glob };
  };
  // All that was to match had to; one thing to skip was enough.
  const include = { ...globFor('matchByName'), ...globFor('matchByImage') };
  const exclude = [globFor('skipByName'), globFor('skipByImage')].filter(
    (one) => one !== undefined,
  );
  return {
    ...(Object.keys(include).length > 0 && { include: [include] }),
    ...(exclude.length > 0 && { exclude }),
  };
}
