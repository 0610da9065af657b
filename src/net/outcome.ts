/** How many bytes each direction moved. */
export interface BidirectionalCounts {
  /** The bytes read of `a` that `b` accepted. */
  aToB: number;
  /** The bytes read of `b` that `a` accepted. */
  bToA: number;
}

/** How a two-way copy ended: what {@linkcode copyBidirectionalSettled} resolves to. */
export type BidirectionalOutcome =
  | (BidirectionalCounts & {
    /** Both directions came to their end. */
    ok: true;
  })
  | (BidirectionalCounts & {
    /** It failed, was aborted or took too long. The counts are those of the bytes accepted before that. */
    ok: false;
    /** Who ended it: one of the two sides, the caller, by the signal or by a callback that threw, or a timeout. */
    side: "a" | "b" | "signal" | "timeout";
    /** What was thrown, as it was. */
    reason: unknown;
  });
