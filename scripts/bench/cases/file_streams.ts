import { type FileHandle, open } from "node:fs/promises";
import process from "node:process";
import { copy } from "../../../mod.ts";
import { plainWriter, webSink } from "../ends.ts";
import { fileStream, sampleFile } from "../host_files.ts";
import type { Contender, Contest } from "../measure.ts";
import { readerLoop } from "../peers.ts";
import { Receiver } from "../traffic.ts";

/** The stream of a file of Node into memory. */
export function fileStreamCases(share: number): Contest[] {
  // Others have no such stream, or make it of something else.
  if (typeof Deno !== "undefined" || "bun" in process.versions) return [];
  const bytes = 64 * 1024 * 1024 * share;
  let path = "";

  const over = <D>(sink: (receiver: Receiver) => D) =>
  (
    name: string,
    move: (dst: D, src: ReadableStream<Uint8Array>) => Promise<unknown>,
  ): Contender => ({
    name,
    async prepare(stride) {
      const receiver = new Receiver(stride);
      const dst = sink(receiver);
      const file: FileHandle = await open(path);
      return {
        go: () => move(dst, fileStream(file)),
        async received() {
          await file.close();
          return receiver;
        },
      };
    },
  });
  return [{
    name: "file stream to Writer",
    bytes,
    async setUp() {
      const sample = await sampleFile(bytes);
      path = sample.path;
      return sample.remove;
    },
    ours: [over(plainWriter)("copy", (dst, src) => copy(dst, src))],
    peers: [over(webSink)("pipeTo", (dst, src) => src.pipeTo(dst)), over(plainWriter)("loop", readerLoop)],
  }];
}
