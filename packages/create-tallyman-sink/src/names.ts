import { ChoiceError, type Choices } from './choices.ts';

/** Sinks that come with the agent: another one of such a name would be refused. */
export const builtInTypes: readonly string[] = ['librato', 'logentries', 'stdout'];

const prefix = 'tallyman-sink-';
const longestPackageName = 214;

/**
 * The names that follow from what the user calls the sink: `kafka` is the type, `tallyman-sink-kafka` its package.
 * A package's name is good as well, with a scope or the prefix: `@acme/tallyman-sink-kafka`, `@acme/kafka`.
 * Throws a {@link ChoiceError} on a name that npm or the agent would not take.
 */
export function namesFrom(text: string): Pick<Choices, 'packageName' | 'type'> {
  const name = text.trim();
  const [bare = '', scope] = name.split('/').reverse();
  const type = bare.startsWith(prefix) ? bare.slice(prefix.length) : bare;
  if (name.split('/').length > 2 || (scope !== undefined && !/^@[a-z0-9][a-z0-9._-]*$/.test(scope)))
    throw new ChoiceError(
      `the name cannot be "${text}"; a scope begins with @: @acme/${prefix}kafka`,
    );
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(type))
    throw new ChoiceError(
      `the name cannot be "${text}"; write lower-case letters, digits and single hyphens, a letter first: kafka, @acme/${prefix}kafka`,
    );
  if (builtInTypes.includes(type))
    throw new ChoiceError(
      `the name cannot be "${type}": a sink of that name comes with the agent; choose another, such as my-${type}`,
    );
  const packageName = scope === undefined ? `${prefix}${type}` : name;
  if (packageName.length > longestPackageName)
    throw new ChoiceError(
      `the name is too long: npm takes ${longestPackageName} characters at most`,
    );
  return { packageName, type };
}

/** The folder that is made for a package unless another is named: its name without the scope. */
export function directoryFor(packageName: string): string {
  return packageName.slice(packageName.indexOf('/') + 1);
}
