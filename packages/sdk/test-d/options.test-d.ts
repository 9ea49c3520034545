/** Compiles, or a schema no longer gives the type that a sink's create receives. */
import type { OptionsOf, Secret } from '@tallyman/sdk';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;
type One<S> = OptionsOf<{ type: 'object'; properties: { x: S }; required: ['x'] }>['x'];

holds<Equal<One<{ type: 'string' }>, string>>();
holds<Equal<One<{ type: 'string'; format: 'uri' }>, string>>();
holds<Equal<One<{ type: 'string'; format: 'duration' }>, number>>();
holds<Equal<One<{ type: 'string'; format: 'size' }>, number>>();
holds<Equal<One<{ type: 'string'; format: 'secret' }>, Secret>>();
holds<Equal<One<{ type: 'string'; enum: readonly ['a', 'b'] }>, 'a' | 'b'>>();
holds<Equal<One<{ type: 'integer' }>, number>>();
holds<Equal<One<{ type: 'boolean' }>, boolean>>();
holds<Equal<One<{ type: 'array'; items: { type: 'number' } }>, readonly number[]>>();
holds<
  Equal<
    One<{ type: 'object'; additionalProperties: { type: 'string'; format: 'secret' } }>,
    Readonly<Record<string, Secret>>
  >
>();
// @ts-expect-error: holds() tells a wrong type
holds<Equal<One<{ type: 'string' }>, number>>();

const schema = {
  type: 'object',
  properties: {
    needed: { type: 'string' },
    defaulted: { type: 'integer', default: 3 },
    free: { type: 'boolean' },
    nested: {
      type: 'object',
      properties: { inner: { type: 'string', format: 'duration', default: '1s' } },
      required: [],
    },
  },
  required: ['needed'],
} as const;
type Options = OptionsOf<typeof schema>;

export const least: Options = { needed: '', defaulted: 1 };
export const all: Options = { needed: '', defaulted: 1, free: true, nested: { inner: 1_000 } };
// @ts-expect-error: needed is required
export const without: Options = { defaulted: 1 };
// @ts-expect-error: an option with a default is always there for the sink
export const undefaulted: Options = { needed: '' };
// @ts-expect-error: absent is absent, not undefined
export const undefinedFree: Options = { needed: '', defaulted: 1, free: undefined };
// @ts-expect-error: the sink receives milliseconds
export const unconverted: Options = { needed: '', defaulted: 1, nested: { inner: '1s' } };
export function change(options: Options): void {
  // @ts-expect-error: options are read-only
  options.needed = '';
}
