/**
 * Sizes, rates and times as people write them.
 *
 * @module
 */

/** How many bytes a unit has, by its name in lower case. */
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
};

const SIZE = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i;

/**
 * Reads a size such as `4096`, `64KiB`, `1.5 MiB` or `10MB`.
 *
 * @param text What was written
 * @returns The size in bytes, or null if it is no whole number of bytes
 */
export function parseSize(text: string): number | null {
  const [, number, unit] = SIZE.exec(text) ?? [];
  if (number === undefined || unit === undefined) return null;
  const bytes = Number(number) * (UNITS[unit.toLowerCase()] ?? NaN);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/**
 * Writes a size in the unit that suits it, with one decimal at most: `512 B`, `1.5 KiB`, `64 MiB`.
 *
 * @param bytes The size
 * @returns At most 10 characters, up to a pebibyte
 */
export function formatSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = bytes;
  let unit = 0;
  // What would be rounded to 1024 is 1 of the next unit.
  for (; unit < units.length - 1 && rounded(value) >= 1024; unit++) value /= 1024;
  return `${rounded(value)} ${units[unit]}`;
}

/** One decimal below 100, none above. */
function rounded(value: number): number {
  return value < 99.95 ? Math.round(value * 10) / 10 : Math.round(value);
}

/**
 * Writes a size so that nothing is lost: what {@linkcode formatSize} had to round is followed by the bytes.
 *
 * @param bytes The size
 * @returns Such as `64 MiB` or `64 MiB (67,108,865 bytes)`
 */
export function formatExactSize(bytes: number): string {
  const short = formatSize(bytes);
  return parseSize(short) === bytes || bytes < 1024
    ? short
    : `${short} (${bytes.toLocaleString("en-US")} bytes)`;
}

/**
 * Writes a rate.
 *
 * @param bytes How much moved
 * @param seconds In what time
 * @returns Such as `2.1 GiB/s`
 */
export function formatRate(bytes: number, seconds: number): string {
  return `${formatSize(Math.round(bytes / Math.max(seconds, 1e-6)))}/s`;
}

/**
 * Writes how long something took.
 *
 * @param seconds The time
 * @returns Such as `4.2 ms`, `0.03 s`, `12.5 s` or `2 min 5 s`
 */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.00995) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Writes a time as a clock does.
 *
 * @param seconds The time
 * @returns Such as `0:07`, `12:30` or `1:00:00`
 */
export function formatClock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  const tail = parts.map((part, i) => i === 0 && hours === 0 ? `${part}` : `${part}`.padStart(2, "0"));
  return [...(hours > 0 ? [hours] : []), ...tail].join(":");
}
