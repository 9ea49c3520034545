import { describe, expect, test } from '@jest/globals';
import { filledIn } from '../src/template.ts';

const template = `one
  // #if token
  two
  // #else
  //|  three
  // #end
# #if http
four
# #if token
five
# #end
# #end
<!-- #if http -->
<!-- #else -->
<!--|| six | -->
<!-- #end -->
NAME NAME
`;

describe('a template', () => {
  test.each([
    [['token', 'http'], 'one\n  two\nfour\nfive\nkafka kafka\n'],
    [['token'], 'one\n  two\n| six |\nkafka kafka\n'],
    [['http'], 'one\n  three\nfour\nkafka kafka\n'],
    [[], 'one\n  three\n| six |\nkafka kafka\n'],
  ])('keeps what holds for %j, and nothing of its markers', (conditions, text) => {
    expect(filledIn(template, new Set(conditions), { NAME: 'kafka' })).toBe(text);
  });
});
