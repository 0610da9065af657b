import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  copy,
  copyBuffer,
  copyN,
  type CopyPath,
  copySettled,
  type Destination,
  limitReader,
  readAll,
  type Source,
  StagingBuffer,
  UnexpectedEOFError,
} from "../../mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { assertUnlocked, givesByob } from "../support/locks.ts";
import { inTempFolder } from "../support/temp.ts";
import { recordingWriter } from "../support/writers.ts";

const data = pattern(3_000_000);

describe("copy() with a Deno.FsFile", () => {
  const READABLE: CopyPath[] = ["chunks", "pipeTo"];

  for (
    const { what, from, to, paths } of [
      { what: "file to file", from: (f: Deno.FsFile) => f, to: (f: Deno.FsFile) => f, paths: ["buffer"] },
      {
        what: "the stream of a file to a file",
        from: (f: Deno.FsFile) => f.readable,
        to: (f: Deno.FsFile) => f,
        paths: ["byob", "chunks"],
      },
      {
        what: "a file to the stream of a file",
        from: (f: Deno.FsFile) => f,
        to: (f: Deno.FsFile) => f.writable,
        paths: ["chunks"],
      },
      {
        what: "stream to stream",
        from: (f: Deno.FsFile) => f.readable,
        to: (f: Deno.FsFile) => f.writable,
        paths: READABLE,
      },
    ] satisfies {
      what: string;
      from: (file: Deno.FsFile) => Source;
      to: (file: Deno.FsFile) => Destination;
      paths: CopyPath[];
    }[]
  ) {
    const vias: (CopyPath | undefined)[] = what === "stream to stream" ? [undefined, "pipeTo", "buffer"] : [
      undefined,
      "buffer",
    ];
    for (const via of vias) {
      it(`copies ${what}${via === undefined ? "" : ` via ${via}`}`, () =>
        inTempFolder(async (path) => {
          await Deno.writeFile(path("src"), data);
          const src = from(await Deno.open(path("src")));
          const dst = to(await Deno.open(path("dst"), { write: true, create: true }));
          const outcome = await copySettled(dst, src, via === undefined ? {} : { via });
          assert(outcome.ok, String(!outcome.ok && outcome.reason));
          assertEquals(outcome.written, data.byteLength);
          const allowed: CopyPath[] = via === undefined ? paths : [via];
          assert(allowed.includes(outcome.path), outcome.path);
          if (via === undefined && src instanceof ReadableStream && !(dst instanceof WritableStream)) {
            const other = await Deno.open(path("src"));
            assertEquals(outcome.path, givesByob(other.readable) ? "byob" : "chunks");
            await other.readable.cancel();
          }
          assertUnlocked(src, dst);
          if ("close" in dst) await dst.close();
          if (!(src instanceof ReadableStream) && "close" in src) (src as Deno.FsFile).close();
          assertBytes(await Deno.readFile(path("dst")), data);
        }));
    }
  }

  it("goes on where copyN() stopped, and leaves the file open", () =>
    inTempFolder(async (path) => {
      await Deno.writeFile(path("src"), data);
      using src = await Deno.open(path("src"));
      const writer = recordingWriter();
      assertEquals(await copyN(writer, src, 10), 10);
      assertEquals(writer.sizes, [10]);
      assertEquals(await src.seek(0, Deno.SeekMode.Current), 10);
      assertBytes(await readAll(src), data.subarray(10));
    }));

  it("copies a file of the kernel whose size is said to be 0", async () => {
    if (Deno.build.os !== "linux") return;
    using src = await Deno.open("/proc/self/status");
    const writer = recordingWriter();
    assert(await copy(writer, src) > 100);
    assert(new TextDecoder().decode(writer.bytes()).startsWith("Name:"));
  });

  it("rejects with the host's own reason for a file that was not opened for writing", () =>
    inTempFolder(async (path) => {
      await Deno.writeFile(path("src"), data);
      using src = await Deno.open(path("src"));
      using dst = await Deno.open(path("src"));
      const outcome = await copySettled(dst, src);
      assert(!outcome.ok);
      assertEquals([outcome.side, outcome.written], ["dst", 0]);
      assert(outcome.reason instanceof Error);
    }));
});

describe("copy() with a Deno.Conn", () => {
  async function connected(body: (client: Deno.Conn, server: Deno.Conn) => Promise<void>): Promise<void> {
    using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const { port } = listener.addr as Deno.NetAddr;
    const [client, server] = await Promise.all([
      Deno.connect({ port, hostname: "127.0.0.1" }),
      listener.accept(),
    ]);
    try {
      await body(client, server);
    } finally {
      for (const conn of [client, server]) {
        try {
          conn.close();
        } catch {
          // Its stream has closed it.
        }
      }
    }
  }

  it("echoes through one buffer until the peer ends its half", () =>
    connected(async (client, server) => {
      const staging = new StagingBuffer(10_000);
      const paths: CopyPath[] = [];
      const echo = copyBuffer(server, server, staging, { onPath: (path) => paths.push(path) })
        .then(() => server.closeWrite());
      const back = readAll(client);
      assertEquals(await copy(client, new Blob([data])), data.byteLength);
      await client.closeWrite();
      assertBytes(await back, data);
      await echo;
      assertEquals(paths, ["buffer"]);
    }));

  it("takes its streams for what they can do", () =>
    connected(async (client, server) => {
      const expected = givesByob(client.readable) ? "byob" : "chunks";
      const sent = copy(server.writable, new Blob([data])).then(() => server.closeWrite());
      const writer = recordingWriter();
      const outcome = await copySettled(writer, client.readable);
      assertEquals(outcome, { ok: true, written: data.byteLength, path: expected });
      await sent;
      assertBytes(writer.bytes(), data);
    }));

  it("tells that 3 of 4 bytes came before the peer was done", () =>
    connected(async (client, server) => {
      await copy(server, new Blob([pattern(3)]));
      await server.closeWrite();
      const reason = await copyN(recordingWriter(), client, 4).catch((reason: unknown) => reason);
      assert(reason instanceof UnexpectedEOFError);
      assertEquals([reason.expected, reason.actual], [4, 3]);
    }));

  it("is aborted at once while the peer is silent", () =>
    connected(async (client) => {
      const control = new AbortController();
      const copied = copy(recordingWriter(), client, { signal: control.signal });
      control.abort(new Error("on purpose"));
      assertEquals(await copied.catch((reason: Error) => reason.message), "on purpose");
    }));
});

describe("copy() with the pipes of a Deno.Command", () => {
  it("feeds a process and reads what it answers", async () => {
    const child = new Deno.Command("cat", { stdin: "piped", stdout: "piped" }).spawn();
    const writer = recordingWriter();
    const expected = givesByob(child.stdout) ? "byob" : "chunks";
    const answer = copySettled(writer, child.stdout);
    assertEquals(await copy(child.stdin, new Blob([data])), data.byteLength);
    await child.stdin.close();
    assertEquals(await answer, { ok: true, written: data.byteLength, path: expected });
    assertBytes(writer.bytes(), data);
    assertEquals((await child.status).code, 0);
  });

  it("notices that the process stopped reading", async () => {
    const child = new Deno.Command("head", { args: ["-c", "1"], stdin: "piped", stdout: "null" }).spawn();
    const endless = { read: (p: Uint8Array) => Promise.resolve(p.byteLength) };
    const outcome = await copySettled(child.stdin, limitReader(endless, 2 ** 26));
    assert(!outcome.ok);
    assertEquals(outcome.side, "dst");
    assertUnlocked(child.stdin);
    assertEquals((await child.status).code, 0);
  });
});
