import { spawn } from "node:child_process";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { copy, type Reader, type Writer } from "../../mod.ts";
import type { Contender, Contest, Heat } from "./measure.ts";
import { obviousLoop } from "./peers.ts";
import { Receiver, Sender } from "./traffic.ts";

const CHUNK = 1024 * 1024; // 1 MiB

/**
 * File to file, by what the host at hand has for files, against `cp`.
 *
 * @param folder Where the files may be
 * @param bytes The size of the file
 */
export async function fileContest(folder: string, bytes: number): Promise<Contest> {
  const src = join(folder, "src");
  const dst = join(folder, "dst");
  await writeSample(src, bytes);
  const contender = (name: string, start: () => Promise<Heat["go"]>): Contender => ({
    name,
    async prepare() {
      await rm(dst, { force: true });
      return { go: await start(), received: () => readBack(dst) };
    },
  });
  const host = typeof Deno === "undefined" ? nodeContenders : denoContenders;
  const { ours, peers } = host(contender, src, dst);
  return {
    name: "file to file",
    bytes,
    ours,
    peers: [contender("cp", () => Promise.resolve(() => cp(src, dst))), ...peers],
  };
}

type Make = (name: string, start: () => Promise<Heat["go"]>) => Contender;
type Side = Pick<Contest, "ours" | "peers">;

function denoContenders(contender: Make, src: string, dst: string): Side {
  const start = async (move: (dst: Deno.FsFile, src: Deno.FsFile) => Promise<unknown>) => {
    const from = await Deno.open(src);
    const to = await Deno.open(dst, { write: true, create: true, truncate: true });
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
        const from = await Deno.open(src);
        const to = await Deno.open(dst, { write: true, create: true, truncate: true });
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

function nodeContenders(contender: Make, src: string, dst: string): Side {
  const start = async (move: (dst: FileHandle, src: FileHandle) => Promise<unknown>) => {
    const from = await open(src);
    const to = await open(dst, "w");
    return async () => {
      await move(to, from);
      await from.close();
      await to.close();
    };
  };
  return {
    ours: [
      contender("FileHandle", () => start((to, from) => copy(writerOf(to), readerOf(from)))),
      contender("readableWebStream to Writer", () => start((to, from) => copy(writerOf(to), streamOf(from)))),
    ],
    peers: [
      contender("pipeTo", () =>
        start((to, from) => {
          const writer = writerOf(to);
          return streamOf(from).pipeTo(
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

function streamOf(handle: FileHandle): ReadableStream<Uint8Array> {
  // Node 20 makes a byte stream only if asked; the newest knows no other kind.
  return (handle.readableWebStream as (options: { type: "bytes" }) => ReadableStream<Uint8Array>)({
    type: "bytes",
  });
}

function cp(src: string, dst: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("cp", [src, dst], { stdio: "ignore" });
    child.on("error", reject);
    child.on("exit", (code) => code === 0 ? resolve() : reject(new Error(`cp exited with code ${code}`)));
  });
}

async function writeSample(path: string, bytes: number): Promise<void> {
  const file = await open(path, "w");
  const sender = new Sender(bytes, CHUNK);
  for (let chunk = sender.next(); chunk !== null; chunk = sender.next()) await file.writeFile(chunk);
  await file.close();
}

async function readBack(path: string): Promise<Receiver> {
  const receiver = new Receiver();
  const reader = await open(path);
  const p = new Uint8Array(CHUNK);
  for (;;) {
    const { bytesRead } = await reader.read(p, 0, CHUNK, null);
    if (bytesRead === 0) break;
    receiver.accept(p.subarray(0, bytesRead));
  }
  await reader.close();
  return receiver;
}
