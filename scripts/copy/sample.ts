import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  copy,
  copyN,
  type CopyOptions,
  type CopyPath,
  type Destination,
  onlyReader,
  onlyWriter,
  type Reader,
  type ReaderFrom,
  type Source,
  toReadableStream,
  toWritableStream,
  type Writer,
  type WriterTo,
} from "@sluice/io";
import { Complaint } from "./complaint.ts";
import { say } from "./say.ts";
import { formatRate, formatSeconds, formatSize } from "./sizes.ts";
import { formatTable } from "./table.ts";

const SAMPLE_SIZE = 64 * 1024 * 1024; // 64 MiB
const ROUNDS = 3;

/** One row: the ends that a path needs, made of two open files. */
interface Route {
  path: CopyPath;
  from: string;
  to: string;
  src: (file: Deno.FsFile) => Source | Promise<Source>;
  dst: (file: Deno.FsFile) => Destination;
}

const ROUTES: readonly Route[] = [
  { path: "buffer", from: "file", to: "file", src: (file) => file, dst: (file) => file },
  { path: "byob", from: "byte stream", to: "file", src: toReadableStream, dst: (file) => file },
  { path: "chunks", from: "Blob", to: "file", src: toBlob, dst: (file) => file },
  { path: "chunks", from: "file", to: "web stream", src: (file) => file, dst: toWritableStream },
  { path: "pipeTo", from: "byte stream", to: "web stream", src: toReadableStream, dst: toWritableStream },
  { path: "writeTo", from: "own WriterTo", to: "file", src: toWriterTo, dst: (file) => file },
  { path: "readFrom", from: "file", to: "own ReaderFrom", src: (file) => file, dst: toReaderFrom },
];

/**
 * Makes a sample, copies it by every path, checks each copy, and cleans up.
 *
 * @param signal Ends it
 * @returns A table of the paths, as text
 */
export async function copySample(signal: AbortSignal): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "sluice-" });
  try {
    const sample = join(directory, "sample");
    await makeSample(sample, signal);
    const hash = await hashOf(sample, signal);
    const rows = [["path", "from", "to", "time", "rate", "SHA-256"]];
    for (const route of ROUTES) {
      note(`${rows.length} of ${ROUTES.length}: ${route.path}, ${route.from} to ${route.to}`);
      let best = Infinity;
      for (let round = 0; round < ROUNDS; round++) {
        best = Math.min(best, await copyChecked(route, directory, hash, signal));
      }
      const { path, from, to } = route;
      rows.push([path, from, to, formatSeconds(best), formatRate(SAMPLE_SIZE, best), "same"]);
    }
    const title = `${formatSize(SAMPLE_SIZE)} of random bytes by each path, the best of ${ROUNDS} copies`;
    return `${title}\nSHA-256 ${hash}\n\n${formatTable(rows, [3, 4])}`;
  } finally {
    note("");
    await Deno.remove(directory, { recursive: true });
  }
}

/** Says on a terminal what is going on; the next note takes its place. */
function note(text: string): void {
  if (Deno.stderr.isTerminal()) say(`\r${text}\x1b[K`);
}

async function makeSample(path: string, signal: AbortSignal): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  await copyN(file, random, SAMPLE_SIZE, { signal, bufferSize: 64 * 1024 });
}

/** As much as anybody wants, 64 KiB at a time. */
const random: Reader = {
  read(p) {
    const part = p.subarray(0, 64 * 1024);
    crypto.getRandomValues(part as Uint8Array<ArrayBuffer>);
    return Promise.resolve(part.byteLength);
  },
};

/** Copies the sample once; throws a Complaint if the copy is not the same, or went another way. */
async function copyChecked(
  route: Route,
  directory: string,
  hash: string,
  signal: AbortSignal,
): Promise<number> {
  const target = join(directory, "copy");
  const { path, seconds } = await copyBy(route, join(directory, "sample"), target, signal);
  if (path !== route.path) throw new Complaint(`Cannot copy via ${route.path}: it went via ${path}`);
  if (await hashOf(target, signal) !== hash) {
    throw new Complaint(`Cannot trust the path ${path}: the copy differs from the sample`);
  }
  await Deno.remove(target);
  return seconds;
}

async function copyBy(route: Route, from: string, to: string, signal: AbortSignal) {
  using source = await Deno.open(from);
  using target = await Deno.open(to, { write: true, createNew: true });
  const [src, dst] = [await route.src(source), route.dst(target)];
  let path: CopyPath | undefined;
  const start = performance.now();
  await copy(dst, src, { via: route.path, onPath: (taken) => path = taken, signal });
  return { path, seconds: (performance.now() - start) / 1000 };
}

async function hashOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const digest: Writer = {
    write(p) {
      hash.update(p);
      return Promise.resolve(p.byteLength);
    },
  };
  using file = await Deno.open(path);
  await copy(digest, file, { signal });
  return hash.digest("hex");
}

async function toBlob(file: Deno.FsFile): Promise<Blob> {
  return await new Response(toReadableStream(file)).blob();
}

/** A reader from elsewhere that knows how to write itself out. */
function toWriterTo(file: Deno.FsFile): Reader & WriterTo {
  return {
    read: (p) => file.read(p),
    writeTo: (dst: Writer, options?: CopyOptions) => copy(dst, onlyReader(file), withoutPath(options)),
  };
}

/** A writer from elsewhere that knows how to read a source to its end. */
function toReaderFrom(file: Deno.FsFile): Writer & ReaderFrom {
  return {
    write: (p) => file.write(p),
    readFrom: (src: Reader, options?: CopyOptions) => copy(onlyWriter(file), src, withoutPath(options)),
  };
}

/** The path that the caller demanded ends here. */
function withoutPath({ via: _, onPath: __, ...rest }: CopyOptions = {}): CopyOptions {
  return rest;
}
