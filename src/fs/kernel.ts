import type { Origin } from "../transfer/intake.ts";
import type { Shortcut } from "../transfer/outlet.ts";
import type { Cursor } from "./cursor.ts";
import { nodeFs } from "./node_fs.ts";

/**
 * The path `"kernel"`: the operating system copies one open file to another, by `copy_file_range`, which shares the blocks
 * where the file system can do that.
 *
 * It is taken where the result is what the loop would make: all of a regular file, into one that is empty, both at
 * their start. Hosts copy whole files only, and give the copy the permissions of the source. Those of the destination are
 * put back, and where it would for that time have had more than its own the loop serves.
 *
 * What the source has got beyond its size in the meantime is left to the loop, and so is everything if the host fails: the
 * loop then finds out on which side, and how far it comes.
 *
 * @param dst The file to copy to
 * @param origin What to copy
 * @param src The file that the origin names
 * @returns What does it, or `null` where the loop has to
 */
export async function kernelShortcut(
  dst: Cursor,
  { offset, max, used }: Origin,
  src: Cursor,
): Promise<Shortcut | null> {
  if (offset !== 0 || dst.position !== 0 || dst.appends) return null;
  const to = dst.medium;
  try {
    const [from, into] = await Promise.all([src.medium.identify?.(), to.identify?.()]);
    if (!from || !into || from.size === 0 || from.size > max || into.size > 0) return null;
    if (into.mode & 0o7000 || from.mode & ~into.mode & 0o7777) return null;
    // Opened anew by the host, they could be read or written even if they were not opened for that. To truncate the
    // destination would tell more, but then ext4 writes all of it to the disk when it is closed.
    if (!await into.writes()) return null;
    await src.medium.read(new Uint8Array(1), 0);
    const { chmod, copyFile } = await nodeFs();

    return (isOver) =>
      dst.writes.take(async () => {
        let n = 0;
        try {
          await copyFile(from.name, into.name);
          n = Math.min(await to.size(), max);
        } catch {
          // n stays 0
        }
        if (from.mode !== into.mode) await chmod(into.name, into.mode & 0o7777);
        // Nobody waits for a copy that is over: it was told to have written nothing.
        if (isOver()) n = 0;
        if (n !== await to.size()) await to.truncate(n);
        dst.position = n;
        used(n);
        return n;
      });
  } catch {
    return null;
  }
}
