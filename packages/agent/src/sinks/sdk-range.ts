/**
 * Why a package made for this range of `@tallyman/sdk` does not fit the agent's own, or nothing. The SDK's major
 * has to be the same and the agent's minor at least the package's; only the lower bound of the range is read.
 */
export function sdkMismatch(range: string, ownVersion: string): string | undefined {
  const wanted = majorAndMinor(range);
  const own = majorAndMinor(ownVersion);
  // `*`, `latest`, `workspace:^`: the package leaves it to us.
  if (wanted === undefined || own === undefined) return undefined;
  if (wanted.major !== own.major)
    return `it is made for @tallyman/sdk ${range}, this agent has ${ownVersion}; install a version of the sink for ${own.major}.x`;
  if (wanted.minor > own.minor)
    return `it needs @tallyman/sdk ${range}, this agent has ${ownVersion}; update the agent, or install an older version of the sink`;
  return undefined;
}

function majorAndMinor(
  range: string,
): { readonly major: number; readonly minor: number } | undefined {
  const numbers = /(\d+)(?:\.(\d+))?/.exec(range);
  return numbers === null
    ? undefined
    : { major: Number(numbers[1]), minor: Number(numbers[2] ?? 0) };
}
