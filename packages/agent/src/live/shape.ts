/** What a value of JSON has to look like: members by name, a list of equals, or a scalar. `?`: may be absent. */
export type Shape =
  | 'string'
  | 'string?'
  | 'number'
  | 'number?'
  | 'boolean'
  | 'counts'
  | 'texts'
  | { readonly list: Shape }
  | { readonly optional: Shape }
  | { readonly members: Readonly<Record<string, Shape>> };

/** Where a value first differs from the shape, and how; absent where it fits. Members that it does not name may be there. */
export function misfit(value: unknown, shape: Shape, path = ''): string | undefined {
  if (typeof shape === 'string') return scalarMisfit(value, shape, path);
  if ('optional' in shape)
    return value === undefined ? undefined : misfit(value, shape.optional, path);
  if ('list' in shape) {
    if (!Array.isArray(value)) return `${path || 'it'} is no list`;
    return first(value.map((item, index) => misfit(item, shape.list, `${path}[${index}]`)));
  }
  if (!isObject(value)) return `${path || 'it'} is no object`;
  return first(
    Object.entries(shape.members).map(([name, inner]) =>
      misfit(value[name], inner, path === '' ? name : `${path}.${name}`),
    ),
  );
}

function scalarMisfit(value: unknown, shape: string, path: string): string | undefined {
  if (shape.endsWith('?') && value === undefined) return undefined;
  if (shape === 'counts' || shape === 'texts') {
    const type = shape === 'counts' ? 'number' : 'string';
    const fits = isObject(value) && Object.values(value).every((one) => typeof one === type);
    return fits ? undefined : `${path} is no object of ${type}s`;
  }
  const type = shape.replace('?', '');
  return typeof value === type ? undefined : `${path || 'it'} is no ${type}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function first(faults: readonly (string | undefined)[]): string | undefined {
  return faults.find((fault) => fault !== undefined);
}
