/** `1.5GiB`: three significant digits at most, binary units as in the configuration. */
export function humanBytes(bytes: number): string {
  let scaled = bytes;
  let unit = 0;
  while (Math.abs(scaled) >= 1000 && unit < units.length - 1) {
    scaled /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(scaled) >= 99.95 ? 0 : Math.abs(scaled) >= 9.995 ? 1 : 2;
  return `${Number(scaled.toFixed(digits))}${units[unit]}`;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `3.7%`, `120%`. */
export function humanPercent(percent: number): string {
  return `${Number(percent.toFixed(Math.abs(percent) >= 100 ? 0 : 1))}%`;
}

/** The time of a record on the local clock, `HH:MM:SS.mmm`; as it stands where it is not a time. */
export function localTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(
    (part) => String(part).padStart(2, '0'),
  );
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
