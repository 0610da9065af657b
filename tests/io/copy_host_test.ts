import { assert, assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { type FileHandle, open, readFile, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { Readable, Writable } from "node:stream";
import {
  copy,
  copyBuffer,
  copyN,
  type CopyPath,
  copySettled,
  discard,
  limitReader,
  onlyReader,
  onlyWriter,
  readAll,
  type Reader,
  StagingBuffer,
  UnexpectedEOFError,
  type Writer,
} from "../../mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { type Loopback, serveLoopback } from "../support/loopback.ts";
import { countingSignal } from "../support/signals.ts";
import { sink } from "../support/sinks.ts";
import { inTempFolder } from "../support/temp.ts";
import { isPending } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const MIB = 1024 * 1024;

describe("copy() from the body of a fetch", () => {
  const data = pattern(300_000);
  let server: Loopback;

  beforeAll(async () => {
    server = await serveLoopback((request, response) => {
      const half = data.subarray(0, 150_000);
      if (request.url === "/whole") {
        response.writeHead(200, { "content-length": data.byteLength });
        response.end(data);
        return;
      }
      if (request.url === "/chunked") {
        response.write(half);
        response.end(data.subarray(150_000));
        return;
      }
      response.writeHead(200, { "content-length": data.byteLength });
      // "/broken" ends in the middle of the body, "/stalled" stops there for ever.
      response.write(half, () => request.url === "/broken" && setTimeout(() => response.destroy(), 10));
    });
  });
  afterAll(() => server.close());

  async function fetchBody(path: string): Promise<ReadableStream<Uint8Array>> {
    const { body } = await fetch(server.url + path);
    assert(body !== null);
    return body;
  }

  /** By BYOB where the host gives a BYOB reader for such a body: it is asked for one, not for its name. */
  async function lane(): Promise<CopyPath> {
    const body = await fetchBody("whole");
    const path = givesByob(body) ? "byob" : "chunks";
    await body.cancel();
    return path;
  }

  for (const path of ["whole", "chunked"]) {
    it(`fills one buffer for a Writer, or hands the chunks on: /${path}`, async () => {
      const body = await fetchBody(path);
      const writer = recordingWriter();
      const expected = await lane();
      assertEquals(await copySettled(writer, body), { ok: true, written: data.byteLength, path: expected });
      assertUnlocked(body);
      assertBytes(writer.bytes(), data);
    });

    it(`goes into web streams, and through compression and back: /${path}`, async () => {
      const { stream, chunks } = sink();
      assertEquals(await copy(stream, await fetchBody(path)), data.byteLength);
      assertBytes(concat(chunks), data);

      const gzip = new CompressionStream("gzip");
      const unzipped = readAll(gzip.readable.pipeThrough(new DecompressionStream("gzip")));
      assertEquals(
        await copy(gzip.writable as WritableStream<Uint8Array>, await fetchBody(path)),
        data.byteLength,
      );
      await gzip.writable.close();
      assertBytes(await unzipped, data);
    });

    it(`takes every path it can serve: /${path}`, async () => {
      const can = await lane() === "byob"
        ? ["byob", "chunks", "buffer"] as const
        : ["chunks", "buffer"] as const;
      for (const via of can) {
        const writer = recordingWriter();
        assertEquals(await copySettled(writer, await fetchBody(path), { via }), {
          ok: true,
          written: data.byteLength,
          path: via,
        });
        assertBytes(writer.bytes(), data);
      }
      const { stream, chunks } = sink();
      assertEquals(await copy(stream, await fetchBody(path), { via: "pipeTo" }), data.byteLength);
      assertBytes(concat(chunks), data);
    });
  }

  it("uses the buffer it is given, or says that it did not", async () => {
    const staging = new StagingBuffer(1_000);
    const paths: CopyPath[] = [];
    const writer = recordingWriter();
    await copyBuffer(writer, await fetchBody("whole"), staging, { onPath: (path) => paths.push(path) });
    assertEquals(paths, [await lane()]);
    if (paths[0] === "byob") assert(writer.sizes.every((size) => size <= 1_000));
    assertEquals(staging.busy, false);
  });

  it("leaves the rest of a body after copyN()", async () => {
    const body = await fetchBody("chunked");
    assertEquals(await copyN(discard, body, 12_345), 12_345);
    assertBytes(await readAll(body), data.subarray(12_345));
  });

  for (const to of ["a Writer", "a WritableStream", "a WritableStream by pipeTo"]) {
    it(`tells how much arrived when the connection breaks, to ${to}`, async () => {
      const body = await fetchBody("broken");
      const arrived: Uint8Array[] = [];
      const write = (chunk: Uint8Array) => void arrived.push(chunk.slice());
      const dst = to === "a Writer"
        ? recordingWriter((p) => (write(p), p.byteLength))
        : new WritableStream({ write });
      const outcome = await copySettled(dst, body, to.endsWith("pipeTo") ? { via: "pipeTo" } : {});
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written], ["src", concat(arrived).byteLength]);
      assertBytes(concat(arrived), data.subarray(0, outcome.written));
      assertUnlocked(body, dst);
    });

    it(`is aborted at once while the server stalls, to ${to}`, async () => {
      const body = await fetchBody("stalled");
      const abort = countingSignal();
      const dst = to === "a Writer" ? recordingWriter() : sink().stream;
      const options = to.endsWith("pipeTo") ? { via: "pipeTo" } as const : {};
      const settling = copySettled(dst, body, {
        ...options,
        signal: abort.signal,
        onProgress: (total) => void (total === 150_000 && setTimeout(abort.abort, 0)),
      });
      const outcome = await settling;
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written, outcome.reason], ["signal", 150_000, abort.reason]);
      assertEquals(abort.listeners, 0);
      assertUnlocked(body, dst);
      await body.cancel();
    });
  }
});

/** A file as a Reader and a Writer, as any program would write it; notes the sizes of its reads. */
function fileOf(handle: FileHandle): Reader & Writer & { sizes: number[] } {
  const sizes: number[] = [];
  return {
    sizes,
    async read(p) {
      sizes.push(p.byteLength);
      const { bytesRead } = await handle.read(p, 0, p.byteLength);
      return bytesRead === 0 ? null : bytesRead;
    },
    async write(p) {
      return (await handle.write(p)).bytesWritten;
    },
  };
}

describe("copy() between files", () => {
  const data = pattern(5 * MIB);
  const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

  /** Copies a file of 5 MiB with what is given and compares the hashes. */
  function copyFile(
    copyThem: (dst: ReturnType<typeof fileOf>, src: ReturnType<typeof fileOf>) => Promise<number>,
  ): Promise<void> {
    return inTempFolder(async (path) => {
      await writeFile(path("src"), data);
      const src = await open(path("src"));
      const dst = await open(path("dst"), "w");
      try {
        assertEquals(await copyThem(fileOf(dst), fileOf(src)), data.byteLength);
      } finally {
        await Promise.all([src.close(), dst.close()]);
      }
      assertEquals(hash(await readFile(path("dst"))), hash(data));
    });
  }

  it("reads a file of 5 MiB in steps that grow to 1 MiB", () =>
    copyFile(async (dst, src) => {
      const outcome = await copySettled(dst, src, { via: "buffer" });
      assertEquals([outcome.path, Math.max(...src.sizes)], ["buffer", MIB]);
      return outcome.written;
    }));

  it("reads with the buffer it is given, 1 MiB throughout, also where a kernel could copy (rows 6 and 9)", () =>
    copyFile(async (dst, src) => {
      const written = await copyBuffer(dst, src, new Uint8Array(MIB));
      assert(src.sizes.every((size) => size === MIB));
      return written;
    }));

  it("copies behind onlyReader() and onlyWriter() just the same (row 7)", () =>
    copyFile((dst, src) => copy(onlyWriter(dst), onlyReader(src))));

  it("appends 10 bytes of a limit, and leaves file and limit where they stopped (row 8)", () =>
    inTempFolder(async (path) => {
      await writeFile(path("src"), data.subarray(0, 100));
      await writeFile(path("dst"), "before ");
      const src = await open(path("src"));
      const dst = await open(path("dst"), "a");
      const limited = limitReader(fileOf(src), 10);
      assertEquals(await copy(fileOf(dst), limited), 10);
      assertEquals(limited.remaining, 0);
      assertBytes(await readAll(fileOf(src)), data.subarray(10, 100));
      await Promise.all([src.close(), dst.close()]);
      assertBytes(
        await readFile(path("dst")),
        concat([new TextEncoder().encode("before "), data.subarray(0, 10)]),
      );
    }));
});

describe("copy() and the pipes of a child process", () => {
  const data = pattern(200_000);

  it("feeds a process and reads what it answers", async () => {
    const child = spawn("cat", { stdio: ["pipe", "pipe", "inherit"] });
    const stdin = Writable.toWeb(child.stdin) as WritableStream<Uint8Array>;
    const stdout = Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>;
    const writer = recordingWriter();
    const answer = copy(writer, stdout);
    assertEquals(await copy(stdin, new Blob([data])), data.byteLength);
    assertUnlocked(stdin);
    await stdin.close();
    assertEquals(await answer, data.byteLength);
    assertBytes(writer.bytes(), data);
  });
});

describe("copyN() from a socket", () => {
  /** Connects to a server that sends the parts and then ends, or stays silent. */
  async function withSocket(
    parts: readonly Uint8Array[],
    end: boolean,
    body: (socket: ReadableStream<Uint8Array>) => Promise<void>,
  ): Promise<void> {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      for (const part of parts) socket.write(part);
      if (end) socket.end();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const address = server.address();
    assert(address !== null && typeof address === "object");
    const socket = connect(address.port, "127.0.0.1");
    socket.on("error", () => {});
    try {
      await body(Readable.toWeb(socket) as ReadableStream<Uint8Array>);
    } finally {
      socket.destroy();
      await new Promise((closed) => server.close(closed));
    }
  }

  it("tells that 3 of 4 bytes came", () =>
    withSocket([pattern(3)], true, async (socket) => {
      const reason = await copyN(discard, socket, 4).catch((reason: unknown) => reason);
      assert(reason instanceof UnexpectedEOFError);
      assertEquals([reason.expected, reason.actual], [4, 3]);
    }));

  it("ends at n on a socket that stays open, with the next bytes still unread: it is no rate limiter (row 13)", () =>
    withSocket([pattern(10)], false, async (socket) => {
      const writer = recordingWriter();
      assertEquals(await copyN(writer, socket, 4), 4);
      assertEquals(await copyN(writer, socket, 6), 6);
      assertBytes(writer.bytes(), pattern(10));
      const control = new AbortController();
      const more = copyN(writer, socket, 1, { signal: control.signal });
      assertEquals(await isPending(more), true);
      control.abort();
      assertEquals(await more.catch(() => "aborted"), "aborted");
      await socket.cancel();
    }));
});
