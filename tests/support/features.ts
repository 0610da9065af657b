/**
 * What a platform may lack although the library works without it. A test that needs it says so by `needs()`,
 * and is excluded where it is not there.
 *
 * @module
 */
import type { FileHandleLike } from "../../src/fs/mod.ts";
import { HandleWorker } from "./handles.ts";
import { page } from "./browser.ts";
import { settled } from "./waiting.ts";

const PROBES = {
  "byte streams": () => new ReadableStream({ type: "bytes" }) instanceof ReadableStream,
  "Symbol.asyncDispose": () => typeof Symbol.asyncDispose === "symbol",
  "bodies of a Request": () => {
    return new Request("http://localhost/", { method: "POST", body: "x" }).body instanceof ReadableStream;
  },
  "streams for bodies of a Request": () => {
    const init: RequestInit & { duplex: "half" } = {
      method: "POST",
      body: new ReadableStream(),
      duplex: "half",
    };
    // Where a stream is taken for a text, the text has a type.
    return !new Request("http://localhost/", init).headers.has("content-type");
  },
  "resizable memory": () => "resizable" in ArrayBuffer.prototype,
  "shared memory": () => typeof SharedArrayBuffer === "function",
  "WebAssembly": () => typeof WebAssembly === "object",
  "streams that are locked as long as a read is pending": locksOutliveRelease,
  "word of what timers throw": () => "onerror" in globalThis || "process" in globalThis,
  "service workers": async () => await page.navigator.serviceWorker.getRegistrations() instanceof Array,
  "queued writes that outlive their lock": writesOutliveLock,
  "pipes that leave what comes after their end": pipesLeaveTheRest,
  "files of the origin's own": canKeepFiles,
  "files of the origin's own in a worker": canKeepFilesInWorker,
};

/** The name of something that a platform may lack. */
export type Feature = keyof typeof PROBES;

/** A pair of streams of the host itself, where it has such: an identity transform of workerd. */
export function hostPair(): TransformStream<Uint8Array, Uint8Array> | null {
  const make: unknown = Reflect.get(globalThis, "IdentityTransformStream");
  return typeof make === "function" ? Reflect.construct(make, []) : null;
}

function locksOutliveRelease(): boolean {
  const reader = hostPair()?.readable.getReader();
  if (reader === undefined) return false;
  reader.read().catch(() => {});
  try {
    reader.releaseLock();
    return false;
  } catch {
    reader.cancel().catch(() => {});
    return true;
  }
}

async function writesOutliveLock(): Promise<boolean> {
  const writer = new WritableStream({ write: settled }).getWriter();
  const writes = Promise.allSettled([writer.write("first"), writer.write("second")]);
  writer.releaseLock();
  return (await writes).every(({ status }) => status === "fulfilled");
}

async function pipesLeaveTheRest(): Promise<boolean> {
  let give = () => {};
  const source = new ReadableStream({
    start: (controller) => void (give = () => controller.enqueue("rest")),
  });
  let end = () => {};
  const sink = new WritableStream({ start: (controller) => void (end = () => controller.error("enough")) });
  const piped = source.pipeTo(sink, { preventCancel: true }).catch(() => {});
  await settled();
  end();
  await settled();
  if (source.locked) return false;
  give();
  await piped;
  const reader = source.getReader();
  return await Promise.race([reader.read().then(() => true), settled().then(() => false)]);
}

/** A file that a page can write in the origin's private file system; removed again. */
async function withPrivateFile(use: (handle: FileHandleLike) => Promise<boolean>): Promise<boolean> {
  const { storage } = navigator as unknown as { storage: { getDirectory(): Promise<PrivateDirectory> } };
  const root = await storage.getDirectory();
  try {
    return await use(await root.getFileHandle("sluice-probe", { create: true }));
  } finally {
    await root.removeEntry("sluice-probe");
  }
}

interface PrivateDirectory {
  getFileHandle(name: string, options: { create: boolean }): Promise<FileHandleLike>;
  removeEntry(name: string): Promise<void>;
}

function canKeepFiles(): Promise<boolean> {
  return withPrivateFile((handle) => Promise.resolve(typeof handle.createWritable === "function"));
}

function canKeepFilesInWorker(): Promise<boolean> {
  return withPrivateFile(async (handle) => {
    const worker = new HandleWorker();
    try {
      return await worker.isAble(handle);
    } finally {
      worker.end();
    }
  });
}

const features = new Map<Feature, boolean>();
for (const [name, probe] of Object.entries(PROBES) as [Feature, () => boolean | Promise<boolean>][]) {
  try {
    features.set(name, await probe());
  } catch {
    features.set(name, false);
  }
}

/** Whether this platform has it. */
export function has(feature: Feature): boolean {
  return features.get(feature) === true;
}

/** The options of a test or a suite that needs all of these; `false` stands for nothing. */
export function needs(...wanted: (Feature | false)[]): { ignore: boolean; reason: string } {
  const missing = wanted.filter((feature) => feature !== false && !has(feature));
  const [ignore, reason] = [missing.length > 0, `no ${missing.join(", no ")}`];
  // Deno says which tests were ignored, but not why; elsewhere the runner does.
  if (ignore && "Deno" in globalThis) console.log(`Excluded here: ${reason}`);
  return { ignore, reason };
}
