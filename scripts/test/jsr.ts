/** The flags that put the stand-ins of `scripts/offline/` in the place of `jsr:@std`. */
export const OFFLINE: readonly string[] = ["--import-map", "scripts/offline/import_map.json"];

/**
 * Asks JSR for what the tests import.
 *
 * @returns Whether it answers within three seconds
 */
export async function reachesJsr(): Promise<boolean> {
  const registry = Deno.env.get("JSR_URL") ?? "https://jsr.io";
  try {
    const response = await fetch(new URL("/@std/testing/meta.json", registry), {
      signal: AbortSignal.timeout(3000),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

// As a program it prints the flags for `.ci/run`.
if (import.meta.main && !await reachesJsr()) console.log(OFFLINE.join(" "));
