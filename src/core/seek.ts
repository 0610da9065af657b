import { checkSize } from "./checks.ts";
import { SeekMode } from "./types.ts";

/**
 * The position that a seek leads to.
 *
 * @param offset How far from `whence`
 * @param whence What it counts from
 * @param position The present position
 * @param end The end of the input; left out where seeking from it is not possible
 * @returns The new position, 0 or more
 */
export function seekTo(offset: number, whence: SeekMode, position: number, end?: number): number {
  checkSize("an offset", offset, Number.MIN_SAFE_INTEGER);
  const base = whence === SeekMode.Start
    ? 0
    : whence === SeekMode.Current
    ? position
    : whence === SeekMode.End
    ? end
    : undefined;
  if (base === undefined) throw new RangeError(`Cannot seek with ${String(whence)} as whence`);
  checkSize("a position", base + offset);
  return base + offset;
}
