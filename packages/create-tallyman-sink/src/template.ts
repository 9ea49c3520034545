const marker = /^\s*(?:\/\/|#|<!--) #(?<word>if|else|end)\b ?(?<condition>\w*)/;
const alternative = /^\s*(?:\/\/|#|<!--)\|(?<text>.*?)(?: -->)?$/;

/**
 * A template's text for a choice. Templates are files that work as they stand; what depends on a choice is between
 * comments of their language: `#if WORD`, lines that are kept where the word holds, then `#else` and lines behind
 * `|` in comments, which are taken out of them where it does not, then `#end`. At last each key is replaced by its
 * value.
 */
export function filledIn(
  template: string,
  conditions: ReadonlySet<string>,
  values: Readonly<Record<string, string>>,
): string {
  // The innermost last: whether the lines at hand are kept.
  const branches: boolean[] = [];
  const lines = template.split('\n').flatMap((line) => {
    const { word, condition = '' } = marker.exec(line)?.groups ?? {};
    if (word === 'if') branches.push(conditions.has(condition));
    if (word === 'else') branches.push(!branches.pop());
    if (word === 'end') branches.pop();
    if (word !== undefined || branches.includes(false)) return [];
    return [alternative.exec(line)?.groups?.text ?? line];
  });
  return Object.entries(values).reduce(
    (text, [key, value]) => text.replaceAll(key, value),
    lines.join('\n'),
  );
}
