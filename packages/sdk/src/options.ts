import type { Secret } from './secret.ts';

/**
 * The part of JSON Schema 2020-12 in which a sink describes its options. Small on purpose: from this one
 * object come the check, the defaults, the TypeScript type, the reference page and the editor's help.
 */
export type OptionSchema =
  | StringOption
  | NumberOption
  | BooleanOption
  | ArrayOption
  | OptionsSchema
  | MapOption;

interface Described {
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly deprecated?: boolean;
}

/**
 * Text. With `format: 'duration'` (`10s`) and `format: 'size'` (`64MiB`) the sink receives a number of
 * milliseconds or bytes; with `format: 'secret'` a {@link Secret}. Defaults are written as in the file: `default: '10s'`.
 */
export interface StringOption extends Described {
  readonly type: 'string';
  readonly enum?: readonly string[];
  readonly format?: 'duration' | 'size' | 'secret' | 'uri' | 'email' | 'hostname' | 'regex';
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: string;
}

export interface NumberOption extends Described {
  readonly type: 'number' | 'integer';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

export interface BooleanOption extends Described {
  readonly type: 'boolean';
  readonly default?: boolean;
}

export interface ArrayOption extends Described {
  readonly type: 'array';
  readonly items: OptionSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: readonly unknown[];
}

/** An object with known keys. The root of every sink's options. */
export interface OptionsSchema extends Described {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, OptionSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
}

/** An object with free keys, e.g. HTTP headers. */
export interface MapOption extends Described {
  readonly type: 'object';
  readonly additionalProperties: OptionSchema;
  readonly default?: Readonly<Record<string, unknown>>;
}

/** The TypeScript type of the options a sink's `create` receives: checked, defaults filled in, units converted. */
export type OptionsOf<S> = S extends { readonly type: 'string' }
  ? StringOf<S>
  : S extends { readonly type: 'number' | 'integer' }
    ? number
    : S extends { readonly type: 'boolean' }
      ? boolean
      : S extends { readonly type: 'array'; readonly items: infer I }
        ? readonly OptionsOf<I>[]
        : S extends { readonly type: 'object'; readonly properties: infer P }
          ? ObjectOf<P, S>
          : S extends { readonly type: 'object'; readonly additionalProperties: infer V }
            ? Readonly<Record<string, OptionsOf<V>>>
            : never;

type StringOf<S> = S extends { readonly format: 'duration' | 'size' }
  ? number
  : S extends { readonly format: 'secret' }
    ? Secret
    : S extends { readonly enum: readonly (infer E)[] }
      ? E
      : string;

type ObjectOf<P, S> = {
  readonly [K in keyof P as IsPresent<P, K, S> extends true ? K : never]: OptionsOf<P[K]>;
} & {
  readonly [K in keyof P as IsPresent<P, K, S> extends true ? never : K]?: OptionsOf<P[K]>;
};

type IsPresent<P, K extends keyof P, S> = P[K] extends { readonly default: unknown }
  ? true
  : S extends { readonly required: readonly (infer R)[] }
    ? K extends R
      ? true
      : false
    : false;
