import type { CopyOptions } from "../core/types.ts";
import type { Intake, Origin } from "./intake.ts";
import type { Shortcut } from "./outlet.ts";

/**
 * The shortcuts of a destination. None is asked for where the caller wants what only the loop can do.
 *
 * @param find Finds one from where the next bytes of the source come from
 * @returns What the outlet of the destination offers
 */
export function shortcutFrom(
  find: (origin: Origin) => Promise<Shortcut | null>,
): (intake: Intake, options: CopyOptions) => Promise<Shortcut | null> | undefined {
  return (intake, { via, onProgress, length = Infinity }) => {
    if (via !== "kernel" && (via !== undefined || onProgress !== undefined)) return;
    const origin = intake.origin?.();
    return origin && find({ ...origin, max: Math.min(origin.max, length) });
  };
}
