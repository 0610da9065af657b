/**
 * Files that the cases share.
 *
 * @module
 */
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Receiver, Sender } from "./traffic.ts";

const CHUNK = 1024 * 1024; // 1 MiB

/** A file with bytes as a `Sender` makes them, in a folder of its own. */
export interface Sample {
  path: string;
  folder: string;
  remove(): Promise<void>;
}

/** Makes a sample of so many bytes. */
export async function sampleFile(bytes: number): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  const path = join(folder, "sample");
  const file = await open(path, "w");
  const sender = new Sender(bytes, CHUNK, 1);
  for (let chunk = sender.next(); chunk !== null; chunk = sender.next()) await file.writeFile(chunk);
  await file.close();
  return { path, folder, remove: () => rm(folder, { recursive: true }) };
}

/** Reads back what arrived in a file. */
export async function readBack(path: string, stride: number): Promise<Receiver> {
  const receiver = new Receiver(stride);
  const file = await open(path);
  const p = new Uint8Array(CHUNK);
  for (;;) {
    const { bytesRead } = await file.read(p, 0, CHUNK, null);
    if (bytesRead === 0) break;
    receiver.accept(p.subarray(0, bytesRead));
  }
  await file.close();
  return receiver;
}

/** The byte stream of a file of Node or Bun. */
export function fileStream(file: FileHandle): ReadableStream<Uint8Array> {
  // Node 20 makes a byte stream only if asked; the newest knows no other kind.
  return (file.readableWebStream as (options: { type: "bytes" }) => ReadableStream<Uint8Array>)({
    type: "bytes",
  });
}
