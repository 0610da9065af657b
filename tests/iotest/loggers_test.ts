import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readAll, writeAll } from "../../mod.ts";
import { BytesReader } from "../../src/bytes/mod.ts";
import { errReader, errWriter, readLogger, shortWriter, writeLogger } from "../../src/iotest/mod.ts";
import { encode } from "../support/utf8.ts";
import { recordingWriter } from "../support/writers.ts";

describe("readLogger()", () => {
  it("logs what was read, in hexadecimal digits, and the end", async () => {
    const lines: string[] = [];
    const logger = readLogger(
      "r:",
      new BytesReader(Uint8Array.of(0, 1, 0xab, 0xff)),
      (line) => lines.push(line),
    );
    const p = new Uint8Array(3);
    assertEquals([await logger.read(p), await logger.read(p), await logger.read(p)], [3, 1, null]);
    assertEquals(lines, ["r: 0001ab", "r: ff", "r: : EOF"]);
  });

  it("logs an empty read", async () => {
    const lines: string[] = [];
    const logger = readLogger("r", { read: () => Promise.resolve(0) }, (line) => lines.push(line));
    assertEquals(await logger.read(new Uint8Array(3)), 0);
    assertEquals(lines, ["r "]);
  });

  it("logs a failure and passes it on", async () => {
    const lines: string[] = [];
    const reason = new Error("on purpose");
    const logger = readLogger("r", errReader(reason, encode("a")), (line) => lines.push(line));
    assertStrictEquals(await readAll(logger).catch((e: unknown) => e), reason);
    assertEquals(lines, ["r 61", "r : Error: on purpose"]);
  });

  it("logs a result out of range and passes it on", async () => {
    const lines: string[] = [];
    const logger = readLogger("r", { read: () => Promise.resolve(9) }, (line) => lines.push(line));
    assertEquals(await logger.read(new Uint8Array(3)), 9);
    assertEquals(lines, ["r : a result of 9"]);
  });
});

describe("writeLogger()", () => {
  it("logs what was accepted, and not the rest", async () => {
    const lines: string[] = [];
    const below = recordingWriter();
    const logger = writeLogger("w:", shortWriter(below, 2), (line) => lines.push(line));
    await writeAll(logger, encode("abc"));
    assertEquals(lines, ["w: 6162", "w: 63"]);
    assertEquals(below.bytes(), encode("abc"));
  });

  it("logs a failure and passes it on", async () => {
    const lines: string[] = [];
    const logger = writeLogger("w", errWriter("full"), (line) => lines.push(line));
    assertEquals(await logger.write(encode("a")).catch((e: unknown) => e), "full");
    assertEquals(lines, ["w : full"]);
  });
});

describe("the loggers of iotest", () => {
  it("refuse what is no Reader and no Writer", () => {
    // @ts-expect-error: that is what is tested
    assertThrows(() => readLogger("r", {}), TypeError, "it has no read() method");
    // @ts-expect-error: that is what is tested
    assertThrows(() => writeLogger("w", {}), TypeError, "it has no write() method");
  });

  it("log to the console if nobody else takes the lines", async () => {
    const lines: unknown[] = [];
    const { error } = console;
    console.error = (line: unknown) => lines.push(line);
    try {
      await readLogger("r", new BytesReader(encode("a"))).read(new Uint8Array(1));
      await writeLogger("w", recordingWriter()).write(encode("b"));
    } finally {
      console.error = error;
    }
    assertEquals(lines, ["r 61", "w 62"]);
  });
});
