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
  let size = 0;
  /** Whether it asks, once it knows. */
  let asks: boolean | undefined;
  return {
    asksForMore: () => asks === true,
    came(n) {
      if (asks) asks = n > size;
      if (asks !== undefined) return;
      if (n === size && n <= PIECE) asks = true;
      size = n;
    },
  };
}
