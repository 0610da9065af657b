/**
 * Connections by script, in Latin-1.
 *
 * @module
 */
import type { Reader } from "../../mod.ts";
import { BufReader, BufWriter } from "../../src/bufio/mod.ts";
import { readerOf } from "../support/steps.ts";
import { recordingWriter } from "../support/writers.ts";

/** The bytes of a text, one for each code unit. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (unit) => unit.charCodeAt(0));
}

/** The text of bytes, a code unit for each. */
export function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** A connection that ends after its parts. */
export function conn(...parts: string[]): BufReader {
  return new BufReader(readerOf(...parts.map(latin1)));
}

/** Thrown where a connection is asked for more than came, which would wait for ever. */
export class Starved extends Error {}

/** A connection that stays open and silent after its parts; whoever waits for more is {@linkcode Starved}. */
export function openConn(size: number, ...parts: Uint8Array[]): BufReader {
  let at = 0;
  let offset = 0;
  const reader: Reader = {
    read(p) {
      const part = parts[at];
      if (part === undefined) return Promise.reject(new Starved());
      const n = Math.min(p.byteLength, part.byteLength - offset);
      p.set(part.subarray(offset, offset + n));
      offset += n;
      if (offset === part.byteLength) {
        at++;
        offset = 0;
      }
      return Promise.resolve(n);
    },
  };
  return new BufReader(reader, size);
}

/** What was written, as Latin-1. */
export interface Written {
  w: BufWriter;
  /** Flushes and tells what came. */
  text(): Promise<string>;
  /** What came without a flush. */
  readonly sent: string;
}

/** A destination for messages. */
export function written(size?: number): Written {
  const sink = recordingWriter();
  const w = new BufWriter(sink, size);
  return {
    w,
    async text() {
      await w.flush();
      return textOf(sink.bytes());
    },
    get sent() {
      return textOf(sink.bytes());
    },
  };
}
