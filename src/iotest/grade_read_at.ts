import type { ReaderAt } from "../core/types.ts";
import { broken, compare, type Grader, mustReject, shown } from "./grader.ts";

/** The script of Go's `iotest.TestReader` for a ReaderAt, and the edges. */
export async function gradeReadAt(grader: Grader, readerAt: ReaderAt): Promise<void> {
  const { content } = grader;
  const size = content.byteLength;

  async function readAt(length: number, offset: number): Promise<void> {
    const due = offset < size ? Math.min(length, size - offset) : null;
    const name = `readAt() of ${length} bytes at ${offset}`;
    await grader.fill(name, length, (p) => readerAt.readAt(p, offset), (n, p) => {
      // Whether nothing at the end is the end or just nothing is left open.
      if (n !== due && !(length === 0 && (n === 0 || n === null))) {
        throw broken(`${name} resolved to ${shown(n)}: it has to be ${due}`);
      }
      compare(name, p.subarray(0, n ?? 0), content, offset);
    });
  }

  if (size > 0) await readAt(size, 0);
  await readAt(1, size);
  await readAt(1, size + 10);
  await readAt(size + 1, 0);
  for (let offset = 0; offset < size; offset += 1 + Math.floor(size / 256)) await readAt(1, offset);
  await readAt(0, 0);

  const quarters = [0, 1, 2, 3].map((i) => Math.floor(i * size / 4));
  await Promise.all(quarters.map((offset) => readAt(Math.ceil(size / 2) + 1, offset)));

  await mustReject("readAt() at -1", () => readerAt.readAt(new Uint8Array(1), -1));
}
