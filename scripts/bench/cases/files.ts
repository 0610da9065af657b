import { spawn } from "node:child_process";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { copy, type CopyOptions, type Reader, type Writer } from "../../../mod.ts";
import { open as openFile } from "../../../src/fs/mod.ts";
import { fileStream, readBack, sampleFile } from "../host_files.ts";
import type { Contender, Contest, Heat } from "../measure.ts";
import { obviousLoop } from "../peers.ts";

/** File to file, by `@sluice/io/fs` and by what the host at hand has for files, against `cp`. */
export function fileCases(share: number): Contest[] {
  const bytes = 256 * 1024 * 1024 * share;
  const paths = { src: "", dst: "" };
  const contender = (name: string, start: () => Promise<Heat["go"]>): Contender => ({
    name,
    async prepare(stride) {
      await rm(paths.dst, { force: true });
      return { go: await start(), received: () => readBack(paths.dst, stride) };
    },
  });
  const host = typeof Deno === "undefined" ? nodeContenders : denoContenders;
  const { ours, peers } = host(contender, paths);
  return [{
    name: "file to file",
    bytes,
    async setUp() {
      const { path, folder, remove } = await sampleFile(bytes);
      paths.src = path;
      paths.dst = join(folder, "dst");
      return remove;
    },
    ours: [
      contender("File", byFile(paths)),
      contender("File via buffer", byFile(paths, { via: "buffer" })),
      ...ours,
    ],
    peers: [contender("cp", () => Promise.resolve(() => cp(paths))), ...peers],
  }];
}

/** Copies by the files of the package. */
function byFile(paths: Paths, options: CopyOptions = {}): () => Promise<Heat["go"]> {
  return async () => {
    const from = await openFile(paths.src);
    const to = await openFile(paths.dst, { write: true, create: true, truncate: true });
    return async () => {
      await copy(to, from, options);
      await from.close();
      await to.close();
    };
  };
}

/** Where the sample is, and where it goes. */
interface Paths {
  src: string;
  dst: string;
}

type Make = (name: string, start: () => Promise<Heat["go"]>) => Contender;
type Side = Pick<Contest, "ours" | "peers">;

function denoContenders(contender: Make, paths: Paths): Side {
  const start = async (move: (dst: Deno.FsFile, src: Deno.FsFile) => Promise<unknown>) => {
    const from = await Deno.open(paths.src);
    const to = await Deno.open(paths.dst, { write: true, create: true, truncate: true });
    return async () => {
      await move(to, from);
      from.close();
      to.close();
    };
  };
  return {
    ours: [
      contender("FsFile", () => start((to, from) => copy(to, from))),
      contender("FsFile.readable to FsFile", () => start((to, from) => copy(to, unclosed(from)))),
    ],
    peers: [
      contender("pipeTo", async () => {
        const from = await Deno.open(paths.src);
        const to = await Deno.open(paths.dst, { write: true, create: true, truncate: true });
        return () => from.readable.pipeTo(to.writable);
      }),
      contender("32 KiB loop", () => start(obviousLoop)),
    ],
  };
}

/** The stream of a file closes the file at its end: it is given one of its own. */
function unclosed(file: Deno.FsFile): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: 64 * 1024, // 64 KiB
    async pull(controller) {
      const request = controller.byobRequest;
      const view = request?.view ?? new Uint8Array(0);
      const n = await file.read(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
      if (n === null) controller.close();
      request?.respond(n ?? 0);
    },
  });
}

function nodeContenders(contender: Make, paths: Paths): Side {
  const start = async (move: (dst: FileHandle, src: FileHandle) => Promise<unknown>) => {
    const from = await open(paths.src);
    const to = await open(paths.dst, "w");
    return async () => {
      await move(to, from);
      await from.close();
      await to.close();
    };
  };
  return {
    ours: [
      contender("FileHandle", () => start((to, from) => copy(writerOf(to), readerOf(from)))),
      contender(
        "readableWebStream to Writer",
        () => start((to, from) => copy(writerOf(to), fileStream(from))),
      ),
    ],
    peers: [
      contender("pipeTo", () =>
        start((to, from) => {
          const writer = writerOf(to);
          return fileStream(from).pipeTo(
            new WritableStream<Uint8Array>({
              async write(chunk) {
                for (let done = 0; done < chunk.byteLength;) done += await writer.write(chunk.subarray(done));
              },
            }),
          );
        })),
      contender("32 KiB loop", () => start((to, from) => obviousLoop(writerOf(to), readerOf(from)))),
    ],
  };
}

function readerOf(handle: FileHandle): Reader {
  return {
    async read(p) {
      const { bytesRead } = await handle.read(p, 0, p.byteLength, null);
      return bytesRead === 0 ? null : bytesRead;
    },
  };
}

function writerOf(handle: FileHandle): Writer {
  return {
    async write(p) {
      const { bytesWritten } = await handle.write(p);
      return bytesWritten;
    },
  };
}

function cp({ src, dst }: Paths): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("cp", [src, dst], { stdio: "ignore" });
    child.on("error", reject);
    child.on("exit", (code) => code === 0 ? resolve() : reject(new Error(`cp exited with code ${code}`)));
  });
}
