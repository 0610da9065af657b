import type { DestinationEnd, SourceEnd } from "./ends.ts";

/** Standard input as a source. */
export function standardInput(): SourceEnd {
  return { name: "standard input", src: Deno.stdin, size: null, close() {} };
}

/** Standard output as a destination. What was written there cannot be taken back. */
export function standardOutput(): DestinationEnd {
  return {
    name: "standard output",
    dst: Deno.stdout,
    isPipe: true,
    finish: () => Promise.resolve(),
    giveUp: () => Promise.resolve(),
  };
}
