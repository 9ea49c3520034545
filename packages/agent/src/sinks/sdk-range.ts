/**
 * Why a package made for this range of `@tallyman/sdk` does not fit the agent's own, or nothing. The SDK's major
 * has to be the same and the agent's minor at least the package's, in one of the alternatives (`||`) of the range; of
 * each only the lower bound is read.
 */
export function sdkMismatch(range: string, ownVersion: string): string | undefined {
  const own = majorAndMinor(ownVersion);
  const alternatives = range.split('||').map(majorAndMinor);
  const wanted = alternatives.flatMap((one) => one ?? []);
  // `*`, `latest`, `workspace:^`: the package leaves it to us.
  if (own === undefined || wanted.length < alternatives.length) return undefined;
  const ofSameMajor = wanted.filter(({ major }) => major === own.major);
  if (ofSameMajor.some(({ minor }) => minor <= own.minor)) return undefined;
  return ofSameMajor.length === 0
    ? `it is made for @tallyman/sdk ${range}, this agent has ${ownVersion}; install a version of the sink for ${own.major}.x`
    : `it needs @tallyman/sdk ${range}, this agent has ${ownVersion}; update the agent, or install an older version of the sink`;
}

function majorAndMinor(
  range: string,
): { readonly major: number; readonly minor: number } | undefined {
  const numbers = /(\d+)(?:\.(\d+))?/.exec(range);
  return numbers === null
    ? undefined
    : { major: Number(numbers[1]), minor: Number(numbers[2] ?? 0) };
}
