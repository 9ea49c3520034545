import { expect, test } from '@jest/globals';
import { grammar } from '../../src/config/grammar.ts';
import { checkFor } from '../../src/config/validate.ts';

test('the grammar is a schema as a third party’s has to be', () => {
  expect(() => checkFor(grammar, 'foreign')).not.toThrow();
});
