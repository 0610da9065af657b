/** The largest chunks that are worth asking for more: 4 KiB. */
const PIECE = 4096;

/** Finds out whether a stream that comes in small pieces gives more to a read by BYOB. */
export interface PieceProbe {
  /** Whether the next read is to be one by BYOB. */
  asksForMore(): boolean;
  /** Told how many bytes a read brought, whichever it was. */
  came(n: number): void;
}

/**
 * Finds out whether a stream that comes in small pieces gives more to a read by BYOB. The native bodies of some hosts hand
 * out 4 KiB at a time but fill a view of 64 KiB: that moves them 5 times as fast.
 *
 * After two pieces of the same size it asks for more, and goes on with that as long as more comes. It tries once.
 */
export function pieceProbe(): PieceProbe {
  let state: "watching" | "asking" | "done" = "watching";
  let size = 0;
  return {
    asksForMore: () => state === "asking",
    came(n) {
      if (state === "watching" && n === size && n <= PIECE) state = "asking";
      else if (state === "asking" && n <= size) state = "done";
      else if (state === "watching") size = n;
    },
  };
}
