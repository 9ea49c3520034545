export { humanBytes as bytesText, humanPercent as percentText } from '@tallyman/sink-stdout';

/** `0.4`, `17`, `1.2k`, `35M`: five characters at most for what can be counted. */
export function countText(count: number): string {
  let scaled = count;
  let unit = 0;
  while (Math.abs(scaled) >= 999.5 && unit < units.length - 1) {
    scaled /= 1_000;
    unit += 1;
  }
  return `${Number(scaled.toFixed(Math.abs(scaled) < 9.95 ? 1 : 0))}${units[unit]}`;
}

const units = ['', 'k', 'M', 'G', 'T'];

/** `7s`, `4m12s`, `3h05m`, `12d4h`: the two largest units. */
export function secondsText(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  const whole = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes] = [whole / 86_400, (whole / 3_600) % 24, (whole / 60) % 60].map(
    Math.floor,
  ) as [number, number, number];
  if (days > 0) return `${days}d${hours}h`;
  if (hours > 0) return `${hours}h${twoDigits(minutes)}m`;
  return minutes > 0 ? `${minutes}m${twoDigits(whole % 60)}s` : `${whole}s`;
}

function twoDigits(figure: number): string {
  return String(figure).padStart(2, '0');
}

/** Seconds from one time to another, as RFC 3339 has them. Not a number where one of them is none. */
export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1_000;
}
