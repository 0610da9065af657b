/** How many milliseconds a unit has, by its name in lower case. */
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
};

const DURATION = /^(\d+(?:\.\d+)?) ?([a-z]+)$/i;

/**
 * Reads a time such as `500ms`, `10s`, `1.5 min` or `1h`.
 *
 * @param text What was written
 * @returns The time in milliseconds, above 0, or null if it is none
 */
export function parseDuration(text: string): number | null {
  const [, number, unit = ""] = DURATION.exec(text) ?? [];
  const ms = Number(number) * (UNITS[unit.toLowerCase()] ?? NaN);
  return ms > 0 ? ms : null;
}
