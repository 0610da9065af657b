const encoder = new TextEncoder();

/**
 * Writes to standard error at once. If nobody can hear it, so be it.
 *
 * @param text What to write, with its line end
 */
export function say(text: string): void {
  try {
    Deno.stderr.writeSync(encoder.encode(text));
  } catch {
    // A closed standard error must not change how a copy ends.
  }
}
