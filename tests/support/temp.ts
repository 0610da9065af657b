import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Runs a test with a folder of its own, which is gone afterwards.
 *
 * @param body The test; it is given a function that makes a path within the folder
 */
export async function inTempFolder(body: (path: (name: string) => string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-"));
  try {
    await body((name) => join(folder, name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
