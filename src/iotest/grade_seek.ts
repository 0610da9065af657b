import { type Seeker, SeekMode } from "../core/types.ts";
import { broken, call, type Grader, mustReject, shown } from "./grader.ts";

/** The script of Go's `iotest.TestReader` for a Seeker that stands at the end, and the edges. */
export async function gradeSeek(grader: Grader, seeker: Seeker): Promise<void> {
  const size = grader.content.byteLength;
  const third = Math.floor(size / 3);
  const middle = size - third;
  const { Start, Current, End } = SeekMode;

  async function seek(offset: number, whence: SeekMode, due: number): Promise<void> {
    const name = `seek(${offset}, ${["Start", "Current", "End"][whence]})`;
    const position = await call(name, () => seeker.seek(offset, whence));
    if (position !== due) {
      throw broken(`${name} resolved to ${shown(position)}: the position has to be ${due}`);
    }
  }

  await seek(0, Current, size);
  if (size > 0) {
    await seek(-1, Current, size - 1);
    await seek(-third, Current, middle - 1);
    await seek(1, Current, middle);
  }
  await seek(0, Current, middle);
  await grader.readRest(middle);

  await seek(Math.floor(middle / 2), Start, Math.floor(middle / 2));
  await seek(-third, End, middle);
  await grader.readRest(middle);

  await seek(Math.floor(middle / 2), Start, Math.floor(middle / 2));
  await grader.readRest(Math.floor(middle / 2));

  await seek(10, End, size + 10);
  await grader.stayAtEnd();

  await seek(middle, Start, middle);
  await mustReject("seek(-1, Start)", () => seeker.seek(-1, Start));
  await seek(0, Current, middle);
  await grader.readRest(middle);
}
