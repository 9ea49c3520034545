const durationUnits = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const sizeUnits = {
  B: 1,
  kB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** `1.5s` → 1500. Undefined where the text is no duration. */
export function durationMs(text: string): number | undefined {
  return measured(text, durationUnits);
}

/** `64MiB` → 67108864. Undefined where the text is no size. */
export function sizeBytes(text: string): number | undefined {
  return measured(text, sizeUnits);
}

function measured(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, figure, unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (figure === undefined || factor === undefined) return undefined;
  const amount = Math.round(Number(figure) * factor);
  return Number.isSafeInteger(amount) ? amount : undefined;
}
