import { expect, test } from '@jest/globals';
import { Strain, type StrainState } from '../../src/ship/strain.ts';

test('is said once, however many lanes there are', () => {
  const said: StrainState[] = [];
  const strain = new Strain((state) => said.push(state));
  const [one, other] = [{}, {}];

  strain.note(one, 'eased');
  strain.note(one, 'strained');
  strain.note(other, 'strained');
  strain.note(other, 'strained');
  strain.note(one, 'eased');
  expect(said).toEqual(['strained']);
  strain.note(other, 'eased');
  strain.note(other, 'eased');

  expect(said).toEqual(['strained', 'eased']);
});
