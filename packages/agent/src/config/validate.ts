import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Schema } from './grammar.ts';
import { listenAddress } from './listen.ts';
import { durationMs, sizeBytes } from './units.ts';

/** One thing Ajv has against a value. */
export type Fault = ErrorObject<string, Readonly<Record<string, unknown>>>;

/** Everything that is wrong with a value, as Ajv sees it. */
export type Check = (value: unknown) => readonly Fault[];

/**
 * Compiles a schema. Throws where the schema itself is wrong, which a third party's may be. `own`: a test has seen
 * that it is not, and the start need not spend its time on that.
 */
export function checkFor(schema: Schema, origin: 'own' | 'foreign' = 'foreign'): Check {
  const validateSchema = origin === 'foreign';
  // One instance a schema: two third parties may use the same $id.
  const ajv = new Ajv2020({ strict: true, allErrors: true, verbose: true, validateSchema });
  formats.default(ajv, { formats: ['uri', 'email', 'hostname'], keywords: true });
  ajv.addFormat('duration', measure(durationMs));
  ajv.addFormat('size', measure(sizeBytes));
  ajv.addFormat('secret', true);
  ajv.addFormat('listen', (text: string) => listenAddress(text) !== undefined);
  ajv.addFormat('regex', (text: string) => regexFault(text) === undefined);
  const validate = ajv.compile(schema);
  return (value) => (validate(value) ? [] : [...(validate.errors ?? [])]);
}

/** Why a text is no regular expression, if it is none. */
export function regexFault(text: string): string | undefined {
  try {
    new RegExp(text);
    return undefined;
  } catch (error) {
    return String(error).replace(/^SyntaxError: /, '');
  }
}

function measure(amount: (text: string) => number | undefined) {
  return {
    validate: (text: string) => amount(text) !== undefined,
    compare: (a: string, b: string) => (amount(a) ?? Number.NaN) - (amount(b) ?? Number.NaN),
  };
}
