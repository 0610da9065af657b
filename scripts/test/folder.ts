import { mkdir, mkdtemp, rm } from "node:fs/promises";

/**
 * Makes a folder of its own in the git-ignored `.cache/` for one run, and removes it at the end.
 *
 * @param use Takes its path, which is relative to the checkout
 * @returns What `use` returns
 */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(".cache", { recursive: true });
  const folder = await mkdtemp(".cache/run-");
  try {
    return await use(folder);
  } finally {
    // A browser that was told to end may still be writing into its profile.
    await rm(folder, { recursive: true, maxRetries: 10, retryDelay: 100 });
  }
}
