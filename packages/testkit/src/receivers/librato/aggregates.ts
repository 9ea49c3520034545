import { isAbsent, numberOf } from './rules.ts';
import { type Fields, Violation } from './violation.ts';

/** Either one value, or what many amount to. */
export interface Amount {
  readonly value?: number;
  readonly aggregates?: Readonly<Record<string, number>>;
}

// Wire contract 1.2 and 1.3: which go with `count` and `sum`.
const optional = {
  metrics: ['min', 'max', 'sum_squares'],
  measurements: ['min', 'max', 'last', 'stddev'],
} as const;
// 1.3: `sum_squares` is legacy only, the others have tags only.
const foreign = {
  metrics: ['last', 'stddev'],
  measurements: ['sum_squares'],
} as const;

/** `value` or `count` and `sum`, never both (1.2, 1.3). */
export function amountOf(item: Fields, name: string, api: keyof typeof optional): Amount {
  for (const param of foreign[api])
    if (!isAbsent(item[param])) throw new Violation(param, 'is not a known parameter');
  const present = ['count', 'sum', ...optional[api]].filter((param) => !isAbsent(item[param]));
  if (!isAbsent(item.value)) {
    const [other] = present;
    if (other !== undefined) throw new Violation(other, 'cannot be given together with value');
    return { value: numberOf('value', item.value) };
  }
  if (present.length === 0) throw new Violation('value', 'is not present');
  // 1.2: the words of the real reply.
  for (const param of ['count', 'sum'])
    if (!present.includes(param)) throw new Violation(param, 'is required', { metric: name });
  return { aggregates: aggregatesOf(item, present) };
}

function aggregatesOf(item: Fields, present: readonly string[]): Record<string, number> {
  const aggregates: Record<string, number> = {};
  for (const param of present) aggregates[param] = numberOf(param, item[param]);
  const { count = 0 } = aggregates;
  if (!Number.isInteger(count) || count < 1)
    throw new Violation('count', 'is not a positive whole number');
  return aggregates;
}
