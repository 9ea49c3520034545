import { expect, test } from '@jest/globals';
import { schemaFault } from '../../src/config/schema-fault.ts';

test.each([
  [
    { type: 'strng' },
    'options.properties.a: type has to be one of string, number, integer, boolean, array, object',
  ],
  [
    { type: 'string', defualt: '' },
    'options.properties.a: unknown keyword: "defualt"; did you mean default?',
  ],
  [{ type: 'string', zebra: '' }, /unknown keyword: "zebra"; known: type, description, /],
  [
    { type: 'string', format: 'durration' },
    'options.properties.a: unknown format "durration"; did you mean duration?',
  ],
  [{ type: 'string', format: 'ipv4' }, /unknown format "ipv4"; known: duration, size, secret, /],
  [
    { type: 'string', pattern: '(' },
    /a: pattern: Invalid regular expression: .*Unterminated group$/,
  ],
  [{ type: 'string', enum: 'x' }, 'options.properties.a: enum must be array'],
  [
    { type: 'string', minimum: 3 },
    'options.properties.a: missing type "number" for keyword "minimum"',
  ],
  ['string', "options.properties.a is no schema; write an object such as { type: 'string' }"],
  [
    { type: 'array', items: { type: 'object', properties: { b: { type: 'string', foo: 1 } } } },
    /^options\.properties\.a\.items\.properties\.b: unknown keyword: "foo"/,
  ],
  [
    { type: 'object', additionalProperties: { type: 'text' } },
    /^options\.properties\.a\.additionalProperties: type has to be/,
  ],
  [
    { type: 'object', properties: {}, required: ['b'] },
    'options.properties.a: required names "b", which is not among the properties',
  ],
])('names the keyword and its place: %j', (schema, fault) => {
  const said = schemaFault({ type: 'object', properties: { fine: { type: 'string' }, a: schema } });

  expect(said).toMatch(fault);
});

test('finds nothing wrong with a schema that compiles', () => {
  const schema = { type: 'object', properties: { a: { type: 'string', format: 'size' } } };

  expect(schemaFault(schema)).toBeUndefined();
});
