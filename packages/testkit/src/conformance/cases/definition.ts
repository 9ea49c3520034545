import type { SinkDefinition } from '@tallyman/sdk';
import { type Case, Violation } from '../case.ts';
import { isMapping, shown } from '../options/mapping.ts';

/** Of the definition alone: what is wrong with it, if anything. */
type Look = (definition: SinkDefinition) => Seen | undefined;

interface Seen {
  readonly seen: string;
  readonly whatToDo: string;
}

function looking(expected: string, look: Look): Case {
  return async ({ definition }) => {
    const found = look(definition);
    if (found !== undefined) throw new Violation({ expected, ...found });
  };
}

function oneOf(words: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && words.includes(value);
}

export const type = looking("a name such as 'webhook'", ({ type: name }) =>
  typeof name === 'string' && /^[a-z0-9-]+$/.test(name)
    ? undefined
    : {
        seen: `type: ${shown(name)}`,
        whatToDo:
          'write it in lower-case letters, digits and `-`: configurations choose the sink by it',
      },
);

export const contract = looking('contract: 1', ({ contract: version }) =>
  version === 1
    ? undefined
    : { seen: `contract: ${shown(version)}`, whatToDo: 'write contract: 1, the one there is' },
);

export const summary = looking('a sentence, and a word for how stable it is', (definition) => {
  const { summary: text, stability } = definition;
  if (typeof text !== 'string' || !/^\S[^\n]*\.$/.test(text))
    return {
      seen: `summary: ${shown(text)}`,
      whatToDo:
        'write one line that ends with a full stop; it stands in lists and on the reference page',
    };
  if (oneOf(['stable', 'beta', 'experimental'], stability)) return undefined;
  return {
    seen: `stability: ${shown(stability)}`,
    whatToDo: "write 'stable', 'beta' or 'experimental'",
  };
});

export const accepts = looking(
  "at least one of 'log', 'stat', 'event', none twice",
  (definition) => {
    const kinds: unknown = definition.accepts;
    const isList = Array.isArray(kinds) && kinds.length > 0 && new Set(kinds).size === kinds.length;
    if (isList && kinds.every((kind) => oneOf(['log', 'stat', 'event'], kind))) return undefined;
    return { seen: `accepts: ${shown(kinds)}`, whatToDo: 'list the kinds that `write` can take' };
  },
);

// What people call a credential that they put where it does not belong.
const credential = /^(token|tokens|password|secret|api_?key|access_?key|license_?key)$/i;

export const token = looking('a word for whether there are tokens', ({ token: word, options }) => {
  if (!oneOf(['required', 'optional', 'none'], word))
    return { seen: `token: ${shown(word)}`, whatToDo: "write 'required', 'optional' or 'none'" };
  const properties: unknown = options?.properties;
  const plain = Object.entries(isMapping(properties) ? properties : {}).find(
    ([name, schema]) => credential.test(name) && !(isMapping(schema) && schema.format === 'secret'),
  );
  if (plain === undefined) return undefined;
  return {
    seen: `an option \`${plain[0]}\` that is plain text`,
    whatToDo:
      "take the token from context.token(kind): it is a common field of every sink; a second credential is an option with format: 'secret'",
  };
});

export const needs = looking("a list of 'rawStats' and 'command', or a function", (definition) => {
  const named: unknown = definition.needs;
  if (named === undefined || typeof named === 'function') return undefined;
  if (Array.isArray(named) && named.every((need) => oneOf(['rawStats', 'command'], need)))
    return undefined;
  return { seen: `needs: ${shown(named)}`, whatToDo: 'name what there is, or leave it out' };
});

const bounds: Readonly<Record<string, (value: unknown) => boolean>> = {
  maxRecords: isPositive,
  maxBytes: isPositive,
  maxWaitMs: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  concurrency: isPositive,
  ordered: (value) => typeof value === 'boolean',
};

export const defaults = looking(
  `figures above zero, under ${Object.keys(bounds).join(', ')}`,
  (definition) => {
    const given: unknown = definition.defaults ?? {};
    const wrong = Object.entries(isMapping(given) ? given : { defaults: given }).find(
      ([key, value]) => !(Object.hasOwn(bounds, key) && bounds[key]?.(value)),
    );
    if (wrong === undefined) return undefined;
    return {
      seen: `${wrong[0]}: ${shown(wrong[1])}`,
      whatToDo: 'correct it, or leave it out: the agent has defaults of its own',
    };
  },
);

function isPositive(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
