import { isReadableStream, isReader, isWritableStream, isWriter, misuse } from "../core/checks.ts";
import { abortEnd, closeEnd, closeSending, flushEnd } from "../core/ends.ts";
import type { Reader, Writer } from "../core/types.ts";
import { outletOf } from "../transfer/outlet.ts";
import { asWriter } from "../web/adapt.ts";
import { readerFrom } from "../web/stream_reader.ts";
import type { Duplex } from "./duplex.ts";

/** A {@linkcode Duplex} as it is used here, whatever its shape. Nothing is locked before the first byte moves. */
export interface Peer {
  readonly reader: Reader;
  readonly writer: Writer;
  /** Sends what was written before and is still held back. */
  flush(): Promise<void>;
  /** Ends the sending half; does nothing where that cannot be done alone. */
  closeWrite(): Promise<void>;
  /** Ends the whole after a good end. */
  close(): Promise<void>;
  /** Gives the whole up, at once, so that everything that is pending at it ends too. */
  abort(reason: unknown): Promise<void>;
}

type Streams = Extract<Duplex, { readable: unknown }>;
type Methods = Reader & Writer;

/** The peer that a duplex is. Throws a TypeError for what is none. */
export function peerOf(duplex: Duplex): Peer {
  if (usesMethods(duplex)) return peerByMethods(duplex);
  if (hasStreams(duplex)) return peerByStreams(duplex);
  throw misuse(duplex, "a Duplex", "has neither read() and write() nor readable and writable streams");
}

/** Whether somebody else holds a lock on it, so that it cannot be used now. */
export function isLocked(duplex: Duplex): boolean {
  return !usesMethods(duplex) && hasStreams(duplex) && (duplex.readable.locked || duplex.writable.locked);
}

/** The methods are the better way where there are both, unless only the streams can end the sending half. */
function usesMethods(duplex: Duplex): duplex is Methods {
  if (!isReader(duplex) || !isWriter(duplex)) return false;
  return "closeWrite" in duplex && typeof duplex.closeWrite === "function" || !hasStreams(duplex);
}

function hasStreams(duplex: Duplex): duplex is Streams {
  if (typeof duplex !== "object" || duplex === null) return false;
  return "readable" in duplex && isReadableStream(duplex.readable) &&
    "writable" in duplex && isWritableStream(duplex.writable);
}

function peerByMethods(conn: Methods): Peer {
  const flushes = "flush" in conn && typeof conn.flush === "function";
  return {
    reader: conn,
    writer: flushes ? flushingWriter(conn) : conn,
    flush: () => flushEnd(conn),
    closeWrite: () => closeSending(conn),
    close: () => closeEnd(conn),
    abort: (reason) => abortEnd(conn, reason),
  };
}

/** Lets nothing of a write wait in the buffer of the writer. */
function flushingWriter(writer: Writer): Writer {
  return {
    async write(p) {
      const n = await writer.write(p);
      await flushEnd(writer);
      return n;
    },
  };
}

function peerByStreams(pair: Streams): Peer {
  const { readable, writable } = pair;
  const reader = readerFrom(readable);
  const writer = asWriter(writable);
  const letGo = () => outletOf(writer)?.letGo();
  let closer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  let closing: Promise<void> | undefined;

  /** Many a stream was closed by its peer already, and refuses that; how it ends is what counts. */
  async function finish(): Promise<void> {
    letGo();
    closer = writable.getWriter();
    for (const told of [closer.ready, closer.close()]) told.catch(() => {});
    try {
      await closer.closed;
    } finally {
      closer.releaseLock();
    }
  }

  const closeWrite = () => closing ??= finish();
  return {
    reader,
    writer,
    flush: () => Promise.resolve(),
    closeWrite,
    async close() {
      await Promise.all([closeWrite(), reader.close()]);
      await closeEnd(pair);
    },
    async abort(reason) {
      letGo();
      const aborted = (closer ?? writable).abort(reason);
      // At once, though an abort takes as long as what is pending.
      closer?.releaseLock();
      await Promise.all([aborted, reader.cancel(reason), closeEnd(pair)]);
    },
  };
}
