/** The conformance suite reads options without Ajv. Here it is held against how the agent reads them. */
import { describe, expect, test } from '@jest/globals';
import type { OptionsSchema } from '@tallyman/sdk';
import fc from 'fast-check';
import { schemaFaults } from '../../../testkit/src/conformance/options/schema-faults.ts';
import { settledOptions } from '../../../testkit/src/conformance/options/settled-options.ts';
import { valueFaults } from '../../../testkit/src/conformance/options/value-faults.ts';
import { closed } from '../../src/config/options.ts';
import { settled } from '../../src/config/settle.ts';
import { isMapping } from '../../src/config/typed.ts';
import { checkFor } from '../../src/config/validate.ts';

const words = fc.uniqueArray(fc.constantFrom('a', 'b', 'ab', '10s', '64MiB', ''), { minLength: 1 });
const texts = fc.constantFrom('', 'a', 'b', 'ab', '10s', '1.5h', '64MiB', '10', '5 s', 'x1', '(');

const isText = { type: fc.constant('string') };
const text = fc.oneof(
  fc.record({
    ...isText,
    format: fc.constantFrom('duration', 'size', 'secret', 'regex'),
    default: fc.constantFrom('10s', '64MiB'),
  }),
  fc.record({ ...isText, enum: words }),
  fc.record({ ...isText, pattern: fc.constantFrom('^[ab]+$', '\\d', '^$') }),
  fc.record({ ...isText, minLength: fc.nat(2), maxLength: fc.nat(5) }, { requiredKeys: ['type'] }),
);
const number = fc.record(
  {
    type: fc.constantFrom('number', 'integer'),
    minimum: fc.integer({ min: -2, max: 2 }),
    maximum: fc.nat(5),
  },
  { requiredKeys: ['type'] },
);
const keys = fc.constantFrom('a', 'b', 'c');

const { schema } = fc.letrec((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    number,
    fc.constant({ type: 'boolean' }),
    tie('list'),
    tie('map'),
    tie('object'),
  ),
  list: fc.record(
    { type: fc.constant('array'), items: tie('schema'), minItems: fc.nat(2), maxItems: fc.nat(3) },
    { requiredKeys: ['type', 'items'] },
  ),
  map: fc.record({ type: fc.constant('object'), additionalProperties: tie('schema') }),
  object: fc.dictionary(keys, tie('schema'), { noNullPrototype: true }).chain((properties) =>
    fc.record({
      type: fc.constant('object'),
      properties: fc.constant(properties),
      required: fc.subarray(Object.keys(properties)),
    }),
  ),
}));

const options = fc.dictionary(keys, schema, { noNullPrototype: true }).map(
  (properties): OptionsSchema => ({
    type: 'object',
    properties: properties as OptionsSchema['properties'],
  }),
);

const anything = fc.oneof(fc.jsonValue({ maxDepth: 1 }), texts);

/** A value that the schema may well take. */
function likely(one: unknown): fc.Arbitrary<unknown> {
  if (!isMapping(one)) return anything;
  return fc.oneof({ arbitrary: fitting(one), weight: 9 }, { arbitrary: anything, weight: 1 });
}

function fitting(one: Readonly<Record<string, unknown>>): fc.Arbitrary<unknown> {
  const { type, items, properties, additionalProperties, enum: list } = one;
  switch (type) {
    case 'string':
      return Array.isArray(list) ? fc.constantFrom(...list) : texts;
    case 'number':
      return fc.oneof(fc.integer({ min: -3, max: 6 }), fc.constantFrom(0.5, -0.5));
    case 'integer':
      return fc.integer({ min: -3, max: 6 });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(likely(items), { maxLength: 3 });
    default:
      return isMapping(properties)
        ? record(properties)
        : fc.dictionary(keys, likely(additionalProperties), { maxKeys: 2, noNullPrototype: true });
  }
}

function record(properties: Readonly<Record<string, unknown>>): fc.Arbitrary<unknown> {
  const values = Object.entries(properties).map(([key, one]) => [key, likely(one)] as const);
  return fc.record(Object.fromEntries(values), { noNullPrototype: true });
}

const optionsAndValue = options.chain((schemaOf) =>
  fc.tuple(fc.constant(schemaOf), record(schemaOf.properties)),
);

describe('options, as the conformance suite reads them', () => {
  test('have a schema that compiles, where it finds nothing wrong with it', () => {
    fc.assert(
      fc.property(options, (schemaOf) => {
        fc.pre(schemaFaults(schemaOf).length === 0);

        expect(() => checkFor(closed(schemaOf))).not.toThrow();
      }),
      { numRuns: 60 },
    );
  });

  test('are valid where they are for the agent, and settle to the same', () => {
    fc.assert(
      fc.property(optionsAndValue, ([schemaOf, written]) => {
        const isValid = checkFor(closed(schemaOf))(written).length === 0;

        expect(valueFaults(schemaOf, written).length === 0).toBe(isValid);
        if (isValid) expect(settledOptions(schemaOf, written)).toEqual(settled(schemaOf, written));
      }),
      { numRuns: 250 },
    );
  });

  test.each([
    [
      'uri',
      ['http://h', 'https://a.b/c?d#e', 'nowhere', '', 'http://a b', '/path', 'mailto:a@b.c'],
    ],
    ['email', ['a@b.c', 'a', 'a@', '@b.c', 'a b@c.d', 'first.last@example.com']],
    ['hostname', ['a', 'a.b', '-a', 'a-', 'a..b', '127.0.0.1', 'a_b', '']],
    ['regex', ['a', '(', '[a-z]+']],
    ['duration', ['1s', '1.5h', '1', 's', '1 s', '10x', '1e3s', '-1s']],
    ['size', ['1B', '64MiB', '64', '1 kB', '1kb', '1.5GB']],
  ] as const)('have texts of the format %s as the agent has', (format, candidates) => {
    const schemaOf = { type: 'object', properties: { x: { type: 'string', format } } } as const;
    const check = checkFor(closed(schemaOf));

    expect(candidates.filter((x) => valueFaults(schemaOf, { x }).length === 0)).toEqual(
      candidates.filter((x) => check({ x }).length === 0),
    );
  });
});

test('the schemas of our own sinks are in the closed subset', async () => {
  const modules = await Promise.all([
    import('@tallyman/sink-librato'),
    import('@tallyman/sink-logentries'),
    import('@tallyman/sink-stdout'),
  ]);

  expect(modules.flatMap(({ default: { options: own } }) => schemaFaults(own))).toEqual([]);
});
