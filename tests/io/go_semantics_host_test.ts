/**
 * The rows of GO-SEMANTICS.md, section 2, on real files, processes and servers, by what `node:` modules every host has.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { type FileHandle, open, readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import process from "node:process";
import { Readable, Writable } from "node:stream";
import {
  blobReaderAt,
  copy,
  countingReader,
  multiReader,
  multiWriter,
  readAll,
  type Reader,
  replayable,
  SectionReader,
  teeReader,
  TooLargeError,
  writeAll,
  type Writer,
} from "../../mod.ts";
import { StringReader } from "../../src/bytes/mod.ts";
import { assertBytes, concat, pattern } from "../support/bytes.ts";
import { assertUnlocked } from "../support/locks.ts";
import { type Loopback, serveLoopback } from "../support/loopback.ts";
import { inTempFolder } from "../support/temp.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate } from "../support/waiting.ts";
import { recordingWriter } from "../support/writers.ts";

const MIB = 1024 * 1024;

function sha256(...chunks: Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}

/** An open file as a Reader and a Writer. */
function endOf(handle: FileHandle): Reader & Writer {
  return {
    async read(p) {
      const { bytesRead } = await handle.read(p, 0, p.byteLength);
      return bytesRead === 0 ? null : bytesRead;
    },
    write: async (p) => (await handle.write(p)).bytesWritten,
  };
}

/** Runs with files that are closed afterwards. */
async function withFiles<T>(
  handles: FileHandle[],
  body: (...ends: (Reader & Writer)[]) => Promise<T>,
): Promise<T> {
  try {
    return await body(...handles.map(endOf));
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

describe("Row 1: a whole file is read and written again", () => {
  it("5 MiB arrive with the same SHA-256, also those that a tee and a multiWriter() saw", () =>
    inTempFolder(async (path) => {
      const data = pattern(5 * MIB);
      await writeFile(path("src"), data);
      const handles = await Promise.all([
        open(path("src")),
        open(path("whole"), "w"),
        open(path("tee"), "w"),
        open(path("multi"), "w"),
      ]);
      await withFiles(handles, async (src, whole, tee, multi) => {
        assert(src !== undefined && whole !== undefined && tee !== undefined && multi !== undefined);
        const hash = createHash("sha256");
        const hasher: Writer = { write: (p) => (hash.update(p), Promise.resolve(p.byteLength)) };
        const bytes = await readAll(teeReader(src, tee));
        assertEquals(await writeAll(whole, bytes), 5 * MIB);
        await copy(
          multiWriter(hasher, multi),
          new SectionReader(blobReaderAt(new Blob([new Uint8Array(bytes)])), 0, 5 * MIB),
        );
        assertEquals(hash.digest("hex"), sha256(data));
      });
      for (const name of ["whole", "tee", "multi"]) {
        assertEquals(sha256(await readFile(path(name))), sha256(data), name);
      }
    }));
});

describe("Row 3: a large file is copied without holding it", () => {
  it("1 GiB, sparse but for a random tail, arrives whole, and memory does not grow with it", () =>
    inTempFolder(async (path) => {
      const size = 1024 * MIB;
      const tail = crypto.getRandomValues(new Uint8Array(65_536));
      const src = await open(path("src"), "w+");
      await src.write(tail, 0, tail.byteLength, size - tail.byteLength);
      const hashes = [createHash("sha256"), createHash("sha256")] as const;
      let highest = 0;
      const before = process.memoryUsage().rss;
      const meter: Writer = {
        write(p) {
          hashes[0].update(p);
          highest = Math.max(highest, process.memoryUsage.rss());
          return Promise.resolve(p.byteLength);
        },
      };
      await withFiles([src], async (from) => {
        assert(from !== undefined);
        assertEquals(await copy(meter, from), size);
      });
      // An independent hash of the same file: zeros, then the tail.
      const zeros = new Uint8Array(MIB);
      for (let i = 0; i < 1023; i++) hashes[1].update(zeros);
      hashes[1].update(zeros.subarray(tail.byteLength)).update(tail);
      assertEquals(hashes[0].digest("hex"), hashes[1].digest("hex"));
      assert(highest - before < 128 * MIB, `memory grew by ${(highest - before) / MIB} MiB`);
    }));
});

describe("Row 8: a file whose size is said to be 0 is read to its end", () => {
  const proc = "/proc/self/status";
  it("as those of the kernel are", { ignore: !existsSync(proc), reason: `no ${proc}` }, async () => {
    const writer = recordingWriter();
    await withFiles([await open(proc)], async (src) => {
      assert(src !== undefined);
      assert(await copy(writer, src) > 0);
    });
    assert(decode(writer.bytes()).startsWith("Name:"));
  });
});

describe("Row 17: a header and a file are piped into a process", () => {
  for (
    const { name, body } of [
      { name: "a Reader over a file", body: (handle: FileHandle) => endOf(handle) },
      { name: "the web stream of a file", body: (handle: FileHandle) => streamOfFile(handle) },
    ]
  ) {
    it(`"Header information\\n" and ${name} arrive at a child process, and come back`, () =>
      inTempFolder(async (path) => {
        const data = pattern(300_000);
        await writeFile(path("file"), data);
        const handle = await open(path("file"));
        const child = spawn("cat", { stdio: ["pipe", "pipe", "inherit"] });
        const stdin = Writable.toWeb(child.stdin) as WritableStream<Uint8Array>;
        const answer = readAll(Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>);
        const source = body(handle);
        const n = await copy(stdin, multiReader(new StringReader("Header information\n"), source));
        assertUnlocked(stdin, source);
        await stdin.close();
        assertEquals(n, 19 + data.byteLength);
        assertBytes(await answer, concat([encode("Header information\n"), data]));
        await handle.close();
      }));
  }

  /** By its own reads, for `readableWebStream()` closes the file in some hosts and not in others. */
  function streamOfFile(handle: FileHandle): ReadableStream<Uint8Array> {
    const file = endOf(handle);
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        const chunk = new Uint8Array(64_000);
        const n = await file.read(chunk);
        if (n === null) controller.close();
        else controller.enqueue(chunk.subarray(0, n));
      },
    }, { highWaterMark: 0 });
  }
});

/** An application as frameworks have them: a Request in, a Response out. */
type App = (request: Request) => Promise<Response>;

async function serve(app: App): Promise<Loopback> {
  return await serveLoopback(async (incoming, outgoing) => {
    const response = await app(requestOf(incoming));
    outgoing.writeHead(response.status);
    outgoing.end(new Uint8Array(await response.arrayBuffer()));
  });
}

function requestOf(incoming: IncomingMessage): Request {
  const init: RequestInit & { duplex: "half" } = {
    method: "POST",
    body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>,
    duplex: "half",
  };
  return new Request("http://localhost/", init);
}

async function post(
  server: Loopback,
  body: Uint8Array<ArrayBuffer>,
): Promise<{ status: number; bytes: Uint8Array }> {
  const response = await fetch(server.url, { method: "POST", body });
  return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
}

function bodyOf(request: Request): ReadableStream<Uint8Array> {
  assert(request.body !== null);
  return request.body;
}

describe("Row 38: a request body is empty after it was read once", () => {
  it("a handler that reads it twice gets the data, and then nothing", async () => {
    const server = await serve(async (request) => {
      const body = bodyOf(request);
      const [first, second] = [await readAll(body), await readAll(body)];
      return Response.json([first.byteLength, second.byteLength]);
    });
    try {
      assertEquals(decode((await post(server, pattern(100_000))).bytes), "[100000,0]");
    } finally {
      await server.close();
    }
  });
});

describe("Row 39: replayable() on a real server", () => {
  const LIMIT = 300_000;

  /** Logs the body of every request, and refuses what is too large, before the handler gets it. */
  function logging(log: string[], handler: App, asStream: boolean): App {
    return async (request) => {
      const body = replayable(bodyOf(request), { limit: LIMIT });
      try {
        log.push(sha256(await readAll(body.reader())));
        const init: RequestInit & { duplex: "half" } = {
          method: request.method,
          body: asStream ? body.stream() : new Uint8Array(await readAll(body.reader())),
          duplex: "half",
        };
        return await handler(new Request(request.url, init));
      } catch (reason) {
        if (reason instanceof TooLargeError) return new Response(`over ${reason.limit}`, { status: 413 });
        throw reason;
      } finally {
        body.close();
      }
    };
  }

  for (const asStream of [true, false]) {
    it(`a logging middleware reads the body and the handler still gets it${asStream ? " as a stream" : " by a reader"}`, async () => {
      const log: string[] = [];
      const echo: App = async (request) => new Response(await request.arrayBuffer());
      const server = await serve(logging(log, echo, asStream));
      try {
        for (const size of [1, 100_000, LIMIT]) {
          const data = pattern(size);
          const { status, bytes } = await post(server, data);
          assertEquals(status, 200);
          assertBytes(bytes, data);
          assertEquals(log.at(-1), sha256(data));
        }
        const { status, bytes } = await post(server, pattern(LIMIT + 1));
        assertEquals([status, decode(bytes), log.length], [413, `over ${LIMIT}`, 3]);
      } finally {
        await server.close();
      }
    });
  }

  it("the handler can read ahead while the middleware has not finished, and neither misses a byte", async () => {
    const sums: Promise<string>[] = [];
    const server = await serve(async (request) => {
      const source = countingReader(bodyOf(request));
      const body = replayable(source);
      sums.push(readAll(body.reader()).then((bytes) => sha256(bytes)));
      const handled = await new Response(body.stream()).arrayBuffer();
      return Response.json([sha256(new Uint8Array(handled)), source.count]);
    });
    try {
      const data = pattern(2 * MIB);
      const { bytes } = await post(server, data);
      assertEquals(JSON.parse(decode(bytes)), [sha256(data), data.byteLength]);
      assertEquals(await Promise.all(sums), [sha256(data)]);
    } finally {
      await server.close();
    }
  });

  it("a client that breaks off is told to every reader at the same byte", async () => {
    const begun = gate();
    const told = gate<number[]>();
    const server = await serve(async (request) => {
      const body = replayable(bodyOf(request));
      await body.reader().read(new Uint8Array(1));
      begun.open();
      const sizes = await Promise.all([1, 2, 3].map(async () => {
        const writer = recordingWriter();
        await assertRejects(() => copy(writer, body.reader()));
        return writer.bytes().byteLength;
      }));
      told.open(sizes);
      return new Response();
    });
    try {
      const controller = new AbortController();
      let sent = false;
      const body = new ReadableStream<Uint8Array>({
        pull(stream) {
          if (!sent) stream.enqueue(pattern(50_000));
          sent = true;
        },
      });
      const init: RequestInit & { duplex: "half" } = {
        method: "POST",
        body,
        duplex: "half",
        signal: controller.signal,
      };
      const request = fetch(server.url, init).catch(() => {});
      await begun.promise;
      controller.abort();
      const sizes = await told.promise;
      await request;
      assertEquals(new Set(sizes).size, 1, `the readers got ${sizes} bytes`);
    } finally {
      await server.close();
    }
  });
});
