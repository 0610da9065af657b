import { checkText, checkWriteResult } from "../core/checks.ts";
import type { Destination, StringWriter, Writer } from "../core/types.ts";
import { utf8Length } from "../core/utf8.ts";
import { writeWhole } from "../transfer/write_whole.ts";
import { asWriter } from "../web/adapt.ts";

/** A string and its bytes, which are made at most once, when somebody wants them. */
export class Text {
  readonly string: string;
  #bytes: Uint8Array | undefined;

  constructor(s: string) {
    checkText(s);
    this.string = s;
  }

  get bytes(): Uint8Array {
    return this.#bytes ??= new TextEncoder().encode(this.string);
  }

  get length(): number {
    return this.#bytes?.byteLength ?? utf8Length(this.string);
  }
}

export function isStringWriter(writer: Writer): writer is Writer & StringWriter {
  return "writeString" in writer && typeof writer.writeString === "function";
}

/** Writes all of a text, by the writer's own `writeString` if it has one. */
export async function writeText(writer: Writer, text: Text): Promise<void> {
  if (!isStringWriter(writer)) return await writeWhole(writer, text.bytes);
  const size = text.length;
  const n = await writer.writeString(text.string);
  if (n === 0 && size === 0) return;
  for (let done = checkWriteResult(n, size); done < size;) {
    done += checkWriteResult(await writer.write(text.bytes.subarray(done)), size, done);
  }
}

/**
 * Writes a string as UTF-8, by the destination's own `writeString` if it has one. It is not closed, and no lock is left.
 *
 * Ported from Go `io.WriteString`.
 *
 * **On error** rejects with the reason of the destination; a write that accepts nothing is a
 * {@linkcode ShortWriteError}.
 *
 * **Cancellation**: there is none.
 *
 * @example Write a line
 * ```ts
 * import { writeString } from "@sluice/io";
 * import { ByteBuffer } from "@sluice/io/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * const buffer = new ByteBuffer();
 * assertEquals(await writeString(buffer, "grüezi\n"), 8);
 * assertEquals(buffer.toString(), "grüezi\n");
 * ```
 *
 * @param dst Where the text goes
 * @param s The text; a lone surrogate is written as U+FFFD
 * @returns The number of bytes written
 */
export async function writeString(dst: Destination, s: string): Promise<number> {
  const text = new Text(s);
  await writeText(asWriter(dst), text);
  return text.length;
}
