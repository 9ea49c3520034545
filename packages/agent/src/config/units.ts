import { nearest } from './nearest.ts';

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

/** The units that people may write. */
export const unitNames = { duration: Object.keys(durationUnits), size: Object.keys(sizeUnits) };

const otherNames = {
  msec: 'ms',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  hr: 'h',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
  k: 'KiB',
  ki: 'KiB',
  kb: 'kB',
  m: 'MiB',
  mi: 'MiB',
  g: 'GiB',
  gi: 'GiB',
};

type Units = Readonly<Record<string, number>>;

/** `1.5s` → 1500. Undefined where the text is no duration. */
export function durationMs(text: string): number | undefined {
  return measured(text, durationUnits);
}

/** `64MiB` → 67108864. Undefined where the text is no size. */
export function sizeBytes(text: string): number | undefined {
  return measured(text, sizeUnits);
}

/** The shortest text that {@link durationMs} reads back as the same. */
export function durationText(ms: number): string {
  return inLargestUnit(ms, durationUnits);
}

/** The shortest text that {@link sizeBytes} reads back as the same. */
export function sizeText(bytes: number): string {
  return inLargestUnit(bytes, sizeUnits);
}

/** What to write instead of a text or number that is no duration. */
export function durationFix(written: string): string {
  const isLikelyMs = Number(written) >= 1_000;
  return `${fix(written, durationUnits, isLikelyMs ? 'ms' : 's', '10s')} (units: ms, s, m, h, d)`;
}

/** What to write instead of a text or number that is no size. */
export function sizeFix(written: string): string {
  const isLikelyBytes = Number(written) >= 1_024;
  return `${fix(written, sizeUnits, isLikelyBytes ? 'B' : 'MiB', '64MiB')} (units: B, kB, MB, GB, KiB, MiB, GiB)`;
}

function measured(text: string, units: Units): number | undefined {
  const [, figure, unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (figure === undefined || factor === undefined) return undefined;
  const amount = Math.round(Number(figure) * factor);
  return Number.isSafeInteger(amount) ? amount : undefined;
}

function inLargestUnit(amount: number, units: Units): string {
  const fitting = Object.entries(units).filter(([, factor]) => amount % factor === 0);
  const [unit, factor] = fitting.reduce((largest, next) => (next[1] > largest[1] ? next : largest));
  return amount === 0 ? `0${Object.keys(units)[0]}` : `${amount / factor}${unit}`;
}

function fix(written: string, units: Units, likelyUnit: string, example: string): string {
  const [, figure, word = ''] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(written.trim()) ?? [];
  if (figure === undefined) return `write one number and its unit, such as ${example}`;
  const unit = word === '' ? likelyUnit : unitMeant(word, units);
  const isRead = unit !== undefined && measured(`${figure}${unit}`, units) !== undefined;
  return isRead ? `write ${figure}${unit}` : `write a number and its unit, such as ${example}`;
}

function unitMeant(word: string, units: Units): string | undefined {
  if (Object.hasOwn(units, word)) return word;
  const other = Object.entries(otherNames).find(([name]) => name === word.toLowerCase())?.[1];
  return other !== undefined && Object.hasOwn(units, other)
    ? other
    : nearest(word, Object.keys(units));
}
