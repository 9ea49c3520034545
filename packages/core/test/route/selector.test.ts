import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { imageForms, type Selectable, selectorOf } from '../../src/route/selector.ts';
import type { Matcher } from '../../src/settings.ts';

const web: Selectable = {
  id: '0123456789ab'.padEnd(64, '0'),
  name: 'shop-web-1',
  image: 'ghcr.io:5000/acme/web:1.27@sha256:abcd',
  labels: { team: 'qa', empty: '', 'com.docker.compose.project': 'shop' },
};

const selects = (matcher: Matcher, container = web) =>
  selectorOf({ include: [matcher], exclude: [] }).verdict(container).selected;

describe('a matcher', () => {
  test.each<[Matcher, boolean]>([
    [{ name: 'shop-*' }, true],
    [{ name: '/shop-web-1' }, false],
    [{ name: 'shop' }, false],
    [{ label: 'team' }, true],
    [{ label: 'te*' }, true],
    [{ label: 'team=qa' }, true],
    [{ label: 'team={qa,dev}' }, true],
    [{ label: 'team=' }, false],
    [{ label: 'empty=' }, true],
    [{ label: 'owner' }, false],
    [{ compose: 'shop' }, true],
    [{ compose: 'sh' }, false],
    [{ id: '0123' }, true],
    [{ id: '123' }, false],
    [{ id: '01*' }, true],
    [{ name: 'shop-*', label: 'team=qa', compose: 'shop', id: '0123' }, true],
    [{ name: 'shop-*', label: 'team=dev' }, false],
    [{}, true],
  ])('%j: %s', (matcher, wanted) => {
    expect(selects(matcher)).toBe(wanted);
  });

  test('of a compose project does not match a container that belongs to none', () => {
    expect(selects({ compose: '*' }, { ...web, labels: {} })).toBe(false);
  });

  test('a label’s value may contain "="', () => {
    const container = { ...web, labels: { args: 'a=b=c' } };

    expect(selects({ label: 'args=a=b=c' }, container)).toBe(true);
    expect(selects({ label: 'args=a=b' }, container)).toBe(false);
  });
});

describe('an image', () => {
  test.each([
    ['nginx', ['nginx']],
    ['nginx:1.27', ['nginx:1.27', 'nginx']],
    ['acme/web:1', ['acme/web:1', 'acme/web']],
    ['localhost/web:1', ['localhost/web', 'web:1', 'web']],
    ['docker.io/library/redis:7', ['docker.io/library/redis', 'redis:7', 'redis']],
    ['r.io:5000/a/b', ['r.io:5000/a/b', 'a/b']],
    ['r.io/a@sha256:00', ['r.io/a', 'a']],
    ['sha256:abcd', ['sha256:abcd']],
  ])('%s may be written %j', (image, forms) => {
    expect(imageForms(image)).toEqual(expect.arrayContaining(forms));
  });

  test.each([
    ['ghcr.io:5000/acme/web:1.27@sha256:abcd', true],
    ['ghcr.io:5000/acme/web:1.27', true],
    ['acme/web:1.27', true],
    ['acme/web', true],
    ['acme/*', true],
    ['*/web', true],
    ['web', false],
    ['acme/web:1.28', false],
    ['ghcr.io/acme/web', false],
  ])('is selected by %s: %s', (image, wanted) => {
    expect(selects({ image })).toBe(wanted);
  });
});

describe('a selector', () => {
  test('says why, in the words of the file', () => {
    const include = [{ name: 'web-*' }, { name: 'shop-*', label: 'team=qa' }];
    const verdictOf = (exclude: Matcher[], wanted: Matcher[] = include) =>
      selectorOf({ include: wanted, exclude }).verdict(web);

    expect(verdictOf([])).toEqual({
      selected: true,
      why: 'included by { name: shop-*, label: team=qa }',
    });
    expect(verdictOf([{ compose: 'shop' }])).toEqual({
      selected: false,
      why: 'excluded by { compose: shop }',
    });
    expect(verdictOf([], [{ name: 'db' }])).toEqual({ selected: false, why: 'matches no include' });
    expect(verdictOf([], [])).toEqual({ selected: true, why: 'all containers' });
  });

  test('selects what any include matches and no exclude does; no include is all', () => {
    const value = fc.constantFrom('a', 'b', '*');
    const matcher: fc.Arbitrary<Matcher> = fc.record(
      { name: value, compose: value, id: value },
      { requiredKeys: [] },
    );
    const matchers = fc.array(matcher, { maxLength: 3 });
    const letter = fc.constantFrom('a', 'b', 'c');
    const container = fc.record({ name: letter, compose: letter, id: letter });
    fc.assert(
      fc.property(matchers, matchers, container, (include, exclude, { name, compose, id }) => {
        const labels = { 'com.docker.compose.project': compose };
        const says = (wanted: string | undefined, is: string) =>
          wanted === undefined || wanted === '*' || wanted === is;
        const isMatchedBy = (each: Matcher) =>
          says(each.name, name) && says(each.compose, compose) && says(each.id, id);

        const { selected } = selectorOf({ include, exclude }).verdict({
          name,
          id,
          image: '',
          labels,
        });

        const isIncluded = include.length === 0 || include.some(isMatchedBy);
        expect(selected).toBe(isIncluded && !exclude.some(isMatchedBy));
      }),
    );
  });
});
