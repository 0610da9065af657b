import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { CopyPath } from "../../mod.ts";

/** The path from one whole file to another: the kernel's, where open files have names, as in Linux. */
export const WHOLE_FILE: CopyPath = existsSync("/proc/self/fd") ? "kernel" : "buffer";

/** The permission bits of a file. */
export async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o7777;
}
