/** What a shell makes of a line: its commands, each as words. Knows what documents use: quotes, `\`, `|`, `&&`, `;`, `#`. */
export function commandsIn(script: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  const tokens = script
    .replaceAll('\\\n', ' ')
    .matchAll(
      /(?<comment>(?<=^|\s)#.*)|(?<separator>\|\|?|&&?|;|\n)|(?<redirect>\d?>>?&?\d? *[^\s|&;]*)|(?<word>(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s|&;'"\\>])+)/gm,
    );
  for (const { groups: { separator, word } = {} } of tokens) {
    if (separator !== undefined) commands.push([]);
    if (word !== undefined) commands.at(-1)?.push(unquoted(word));
  }
  return commands.filter((words) => words.length > 0);
}

function unquoted(word: string): string {
  return word.replace(
    /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
    (_, double?: string, single?: string, escaped?: string) => double ?? single ?? escaped ?? '',
  );
}

/** The arguments that a command gives to the agent, on this machine or in a container; undefined: it does not run it. */
export function agentArguments(words: readonly string[]): readonly string[] | undefined {
  const bare = words.slice(words.findIndex((word) => !/^(\w+=|sudo$|npx$)/.test(word)));
  const [program, first = ''] = bare;
  if (program === 'tallyman') return bare.slice(1);
  if (program === 'node' && first.endsWith('bin/tallyman.js')) return bare.slice(2);
  if (program !== 'docker' && program !== 'podman') return undefined;
  // The container or the image may go by the program's name, too.
  const named = bare.flatMap((word, at) => (word === 'tallyman' ? [at] : []));
  const isOption = (at: number) => ['--name', '-t'].includes(bare[at - 1] ?? '');
  const [at, inContainer] = named.filter((place) => !isOption(place));
  if (first === 'run') return at === undefined ? undefined : bare.slice(at + 1);
  if (first !== 'exec') return undefined;
  return bare.slice((inContainer ?? at ?? bare.length) + 1);
}
