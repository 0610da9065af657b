import { checkBytes, checkReader, checkWriter, isMoved } from "../core/checks.ts";
import type { Reader, Writer } from "../core/types.ts";

/**
 * Logs every read: the prefix, the bytes in hexadecimal digits, and after a colon the end (`EOF`) or the failure.
 *
 * Ported from Go `iotest.NewReadLogger`.
 *
 * **On error** the reads reject with the reason of `r`, which is logged. **Cancellation** is that of `r`.
 *
 * @example See what a parser reads
 * ```ts
 * import { readAll } from "@sluice/io";
 * import { BytesReader } from "@sluice/io/bytes";
 * import { readLogger } from "@sluice/io/iotest";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * await readAll(readLogger("read", new BytesReader(new Uint8Array([1, 255])), (line) => lines.push(line)));
 * assertEquals(lines, ["read 01ff", "read : EOF"]);
 * ```
 *
 * @param prefix What the lines begin with
 * @param r What is read
 * @param log Takes the lines, `console.error` by default
 * @returns The reader that logs
 */
export function readLogger(prefix: string, r: Reader, log: (line: string) => void = toConsole): Reader {
  checkReader(r);
  return {
    async read(p) {
      checkBytes(p);
      const n = await logged(prefix, log, () => r.read(p));
      log(n === null ? `${prefix} : EOF` : lineFor(prefix, p, n));
      return n;
    },
  };
}

/**
 * Logs every write: the prefix, the bytes that were accepted in hexadecimal digits, and after a colon the failure.
 *
 * Ported from Go `iotest.NewWriteLogger`.
 *
 * **On error** the writes reject with the reason of `w`, which is logged. **Cancellation** is that of `w`.
 *
 * @example See in which pieces something is written
 * ```ts
 * import { discard, writeAll } from "@sluice/io";
 * import { shortWriter, writeLogger } from "@sluice/io/iotest";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * const logging = writeLogger("wrote", shortWriter(discard, 2), (line) => lines.push(line));
 * await writeAll(logging, new Uint8Array([1, 2, 3]));
 * assertEquals(lines, ["wrote 0102", "wrote 03"]);
 * ```
 *
 * @param prefix What the lines begin with
 * @param w What is written to
 * @param log Takes the lines, `console.error` by default
 * @returns The writer that logs
 */
export function writeLogger(prefix: string, w: Writer, log: (line: string) => void = toConsole): Writer {
  checkWriter(w);
  return {
    async write(p) {
      checkBytes(p);
      const n = await logged(prefix, log, () => w.write(p));
      log(lineFor(prefix, p, n));
      return n;
    },
  };
}

async function logged<T>(prefix: string, log: (line: string) => void, move: () => Promise<T>): Promise<T> {
  try {
    return await move();
  } catch (reason) {
    log(`${prefix} : ${String(reason)}`);
    throw reason;
  }
}

function lineFor(prefix: string, p: Uint8Array, n: number): string {
  return isMoved(n, p.byteLength) ? `${prefix} ${hex(p.subarray(0, n))}` : `${prefix} : a result of ${n}`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function toConsole(line: string): void {
  console.error(line);
}
