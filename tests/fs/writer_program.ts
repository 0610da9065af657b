/**
 * Replaces the file that it is given over and over, each time by one that has one byte throughout; or once, where it may not become
 * as large. A child process of the tests.
 *
 * @module
 */
import { FileError, writeFileAtomic } from "../../src/fs/mod.ts";

const [path = "", size = ""] = Deno.args;
try {
  for (let i = 1;; i = i % 255 + 1) {
    await writeFileAtomic(path, new Blob([new Uint8Array(Number(size)).fill(i)]));
    console.log(i);
  }
} catch (reason) {
  console.log(reason instanceof FileError ? reason.code : reason);
  Deno.exit(1);
}
