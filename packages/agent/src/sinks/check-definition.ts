import { contractVersion, type SinkDefinition } from '@tallyman/sdk';

/**
 * A module's default export as a definition, or what is wrong with it, everything at once. By hand, because
 * a sink's author reads this more often than its documentation. Its options' schema is checked by whoever
 * compiles it.
 */
export function checkDefinition(
  type: string,
  exported: unknown,
): { readonly definition: SinkDefinition } | { readonly faults: readonly string[] } {
  if (exported === undefined)
    return { faults: [`has no default export; write: export default { type: '${type}', … }`] };
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported))
    return {
      faults: [`its default export is ${named(exported)}, not an object that describes the sink`],
    };
  // Also what a class inherits.
  const field = (name: string): unknown => Reflect.get(exported, name);
  const contractFault = faultOfContract(field('contract'));
  // Another contract has other fields: judging them by this one would only mislead.
  if (contractFault !== undefined) return { faults: [contractFault] };
  const faults = rules(type).flatMap(([name, fault]) => fault(field(name)) ?? []);
  return isDefinition(exported, faults) ? { definition: exported } : { faults };
}

function isDefinition(_exported: object, faults: readonly string[]): _exported is SinkDefinition {
  return faults.length === 0;
}

function faultOfContract(contract: unknown): string | undefined {
  if (contract === contractVersion) return undefined;
  if (contract === undefined) return `contract is missing; write: contract: ${contractVersion}`;
  return `contract is ${named(contract)}, this agent knows ${contractVersion}; install a version of the sink that was written for it`;
}

type Rule = readonly [field: string, fault: (value: unknown) => string | undefined];

function rules(type: string): readonly Rule[] {
  return [
    [
      'type',
      (value) =>
        value === type
          ? undefined
          : `type is ${named(value)}, but it was found as '${type}'; make them equal`,
    ],
    [
      'summary',
      (value) =>
        typeof value === 'string' && value !== ''
          ? undefined
          : `summary is ${named(value)}; write one sentence`,
    ],
    ['stability', oneOf('stability', ['stable', 'beta', 'experimental'])],
    ['accepts', faultOfAccepts],
    ['token', oneOf('token', ['required', 'optional', 'none'])],
    ['options', faultOfOptions],
    [
      'needs',
      (value) =>
        value === undefined || Array.isArray(value) || typeof value === 'function'
          ? undefined
          : `needs is ${named(value)}; write a list or a function of the options`,
    ],
    ['defaults', faultOfDefaults],
    [
      'create',
      (value) =>
        typeof value === 'function'
          ? undefined
          : `create is ${named(value)}; write: create(options, context) { return { write } }`,
    ],
  ];
}

function oneOf(field: string, allowed: readonly string[]): Rule[1] {
  const words = allowed.map((word) => `'${word}'`).join(', ');
  return (value) =>
    typeof value === 'string' && allowed.includes(value)
      ? undefined
      : `${field} is ${named(value)}; write one of ${words}`;
}

function faultOfAccepts(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0)
    return `accepts is ${named(value)}; write a list of 'log', 'stat', 'event'`;
  const wrong = value.find((kind) => !['log', 'stat', 'event'].includes(kind));
  return wrong === undefined
    ? undefined
    : `accepts holds ${named(wrong)}; write 'log', 'stat' or 'event'`;
}

function faultOfOptions(value: unknown): string | undefined {
  const isObjectSchema =
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'object' &&
    'properties' in value &&
    typeof value.properties === 'object' &&
    value.properties !== null;
  return isObjectSchema
    ? undefined
    : `options is ${named(value)}; write a schema: { type: 'object', properties: { … } }`;
}

const positive = (value: unknown) => typeof value === 'number' && value > 0;
const defaultRules: Readonly<Record<string, (value: unknown) => boolean>> = {
  maxRecords: positive,
  maxBytes: positive,
  maxWaitMs: (value) => typeof value === 'number' && value >= 0,
  concurrency: positive,
  ordered: (value) => typeof value === 'boolean',
};

function faultOfDefaults(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null)
    return `defaults is ${named(value)}, not an object`;
  for (const [key, given] of Object.entries(value)) {
    const isValid = defaultRules[key];
    if (isValid === undefined)
      return `defaults.${key} is not known; there are ${Object.keys(defaultRules).join(', ')}`;
    if (!isValid(given)) return `defaults.${key} cannot be ${named(given)}`;
  }
  return undefined;
}

function named(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  switch (typeof value) {
    case 'string':
      return `'${value}'`;
    case 'object':
      return 'an object';
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return `a ${typeof value}`;
  }
}
