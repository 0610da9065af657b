import { assert, assertEquals } from "@std/assert";
import { beforeAll, describe, it } from "@std/testing/bdd";
import { copy } from "../../mod.ts";
import { ByteBuffer } from "../../src/bytes/mod.ts";
import { type FileHandleLike, openHandle } from "../../src/fs/mod.ts";
import { page } from "../support/browser.ts";
import { needs } from "../support/features.ts";
import { HandleWorker } from "../support/handles.ts";
import { FILE, sha256 } from "./bodies.ts";

/** The first file of the page's input element. Whoever drives the browser chooses it in a while. */
async function chosenFile(): Promise<File> {
  const input = page.document.querySelector("input");
  assert(input !== null);
  if (!input.files?.length) await new Promise((resolve) => input.addEventListener("change", resolve));
  const file = input.files?.[0];
  assert(file !== undefined);
  return file;
}

describe("A file from an input element", () => {
  let file: File;
  beforeAll(async () => void (file = await chosenFile()));

  it("is copied into memory, with progress", async () => {
    const steps: number[] = [];
    const memory = new ByteBuffer();
    const written = await copy(memory, file, { onProgress: (n) => steps.push(n) });
    assertEquals([written, steps.at(-1)], [FILE.byteLength, FILE.byteLength]);
    assertEquals(steps, steps.toSorted((a, b) => a - b));
    assertEquals(await sha256(memory.bytes().slice()), await sha256(FILE));
  });

  for (
    const { by, lend, ...options } of [
      { by: "its page", ...needs("files of the origin's own"), lend: (handle: FileHandleLike) => handle },
      {
        by: "a worker of it",
        ...needs("files of the origin's own in a worker"),
        lend: (handle: FileHandleLike, worker: HandleWorker) => worker.lend(handle),
      },
    ]
  ) {
    it(`is copied into the origin private file system by ${by}, with progress`, options, async () => {
      const folder = await page.navigator.storage.getDirectory();
      const handle = await folder.getFileHandle("copied", { create: true });
      const worker = new HandleWorker();
      try {
        const destination = await openHandle(lend(handle, worker), { write: true });
        const steps: number[] = [];
        const written = await copy(destination, file, { onProgress: (n) => steps.push(n) });
        await destination.close();
        assertEquals([written, steps.at(-1)], [FILE.byteLength, FILE.byteLength]);
        assertEquals(await sha256(await handle.getFile()), await sha256(FILE));
      } finally {
        worker.end();
        await folder.removeEntry("copied");
      }
    });
  }

  it("is copied into the stream of a private file", needs("files of the origin's own"), async () => {
    const folder = await page.navigator.storage.getDirectory();
    const handle = await folder.getFileHandle("streamed", { create: true });
    const destination = await handle.createWritable();
    assertEquals(await copy(destination, file), FILE.byteLength);
    await destination.close();
    assertEquals(await sha256(await handle.getFile()), await sha256(FILE));
    await folder.removeEntry("streamed");
  });
});
