/** Round numbers from 0 up to the first that is not below the largest: about so many steps. */
export function ticksTo(largest: number, steps = 5): readonly number[] {
  // Nothing that is measured is smaller, and figures near the smallest number have no steps.
  if (!(largest > 1e-9)) return [0, 1];
  const rough = largest / steps;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((times) => times * magnitude >= rough) ?? 10) * magnitude;
  const count = Math.ceil(largest / step - 1e-9);
  // Steps such as 0.2 add up to 0.6000000000000001.
  return Array.from({ length: count + 1 }, (_, at) => Number((at * step).toPrecision(12)));
}

/** With a separator for thousands. */
export function tickLabel(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 6 });
}
