import { format, inspect } from 'node:util';

/** In which form one of the secrets is in what a value shows, in any way that a value is ever shown; else undefined. */
export function leakIn(value: unknown, secrets: readonly string[]): string | undefined {
  const texts = textsOf(value, 0, new Set());
  for (const secret of secrets) {
    for (const [form, pieces] of formsOf(secret)) {
      const isThere = pieces.some((piece) => texts.some((text) => text.includes(piece)));
      if (isThere) return `stands ${form} in the text`;
    }
  }
  return undefined;
}

const deepest = 8;
const inspected = {
  depth: deepest,
  showHidden: true,
  maxStringLength: 100_000,
  maxArrayLength: 1_000,
};

/** As text, as JSON, inspected; and so everything that it holds. */
function textsOf(value: unknown, depth: number, met: Set<unknown>): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function' || value === null || value === undefined) return [];
  if (typeof value !== 'object') return [format('%s', value)];
  if (met.has(value) || depth > deepest) return [];
  met.add(value);
  const own = Reflect.ownKeys(value).flatMap((key) => [
    String(key),
    ...textsOf(
      read(() => Reflect.get(value, key)),
      depth + 1,
      met,
    ),
  ]);
  const isBytes = ArrayBuffer.isView(value);
  return [
    ...(isBytes
      ? [Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')]
      : own),
    ...(depth === 0
      ? [shown(() => format('%s', value)), shown(() => inspect(value, inspected))]
      : []),
    ...(depth === 0 ? [shown(() => JSON.stringify(value) ?? '')] : []),
  ];
}

function read(get: () => unknown): unknown {
  try {
    return get();
  } catch {
    return undefined;
  }
}

function shown(show: () => string): string {
  const text = read(show);
  return typeof text === 'string' ? text : '';
}

/** What a text becomes in the encodings that requests use, without the ends that depend on what stands around it. */
function formsOf(secret: string): readonly (readonly [form: string, pieces: readonly string[]])[] {
  return [
    ['as it is', [secret, JSON.stringify(secret).slice(1, -1)]],
    ['percent-encoded', [encodeURIComponent(secret)]],
    ['in base64', base64Pieces(secret, 'base64')],
    ['in base64url', base64Pieces(secret, 'base64url')],
    ['in hexadecimal', [Buffer.from(secret).toString('hex')]],
  ];
}

/** By how many bytes stand before it, modulo three: `user:token` is encoded as a whole. */
function base64Pieces(secret: string, encoding: 'base64' | 'base64url'): readonly string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const whole = bytes.length - (bytes.length % 3);
    const text = bytes.subarray(0, whole).toString(encoding);
    return text.slice(before === 0 ? 0 : 4);
  });
}
