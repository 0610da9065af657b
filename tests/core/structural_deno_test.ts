import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  type Closer,
  type CloseWriter,
  copy,
  copyN,
  type CopyPath,
  type Destination,
  limitReader,
  multiReader,
  readAll,
  type Reader,
  readFull,
  type Seeker,
  SeekMode,
  type Source,
  teeReader,
  toReadableStream,
  toWritableStream,
  writeAll,
  type Writer,
} from "../../mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { streamBySteps } from "../support/steps.ts";
import { decode, encode } from "../support/utf8.ts";

async function withFile(use: (file: Deno.FsFile, path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    using file = await Deno.open(path, { read: true, write: true });
    await use(file, path);
  } finally {
    await Deno.remove(path);
  }
}

/** Two ends of one TCP connection over loopback. */
async function withConnection(use: (a: Deno.Conn, b: Deno.Conn) => Promise<void>): Promise<void> {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepting = listener.accept();
  using a = await Deno.connect({ port: listener.addr.port, hostname: "127.0.0.1" });
  using b = await accepting;
  await use(a, b);
}

describe("Deno.FsFile", () => {
  const bytes = pattern(300_000);

  it("is a Reader, a Writer, a Seeker and a Closer as it is", () =>
    withFile(async (file) => {
      const whole: Reader & Writer & Seeker & Closer = file;
      assertEquals(await writeAll(whole, bytes), bytes.byteLength);
      assertEquals(await file.seek(0, SeekMode.Start), 0);
      assertBytes(await readAll(whole), bytes);
      assertEquals(await whole.seek(-3, SeekMode.End), bytes.byteLength - 3);
      assertEquals(await readFull(whole, new Uint8Array(3)), 3);
      assertEquals(await whole.read(new Uint8Array(3)), null);
    }));

  for (
    const { name, source } of [
      { name: "a Blob", source: () => new Blob([bytes]) },
      { name: "an ordinary stream", source: () => streamBySteps("default", bytes) },
      { name: "a byte stream", source: () => streamBySteps("filling", bytes) },
      { name: "a Reader", source: () => limitReader(new Blob([bytes]), bytes.byteLength) },
    ]
  ) {
    it(`takes what copy() gives it from ${name}, and gives it back`, () =>
      withFile(async (file, path) => {
        assertEquals(await copy(file, source()), bytes.byteLength);
        assertBytes(await Deno.readFile(path), bytes);
        await file.seek(0, SeekMode.Start);
        const paths: CopyPath[] = [];
        const stream = new WritableStream<Uint8Array>();
        assertEquals(await copy(stream, file, { onPath: (p) => paths.push(p) }), bytes.byteLength);
        assertEquals(paths, ["chunks"]);
        await file.seek(0, SeekMode.Start);
        assertBytes(new Uint8Array(await new Response(toReadableStream(file)).arrayBuffer()), bytes);
      }));
  }

  it("is copied to another one and stands behind the bytes that were copied", () =>
    withFile((from) =>
      withFile(async (to, path) => {
        await writeAll(from, bytes);
        await from.seek(0, SeekMode.Start);
        assertEquals(await copyN(to, from, 1000), 1000);
        assertEquals(await from.seek(0, SeekMode.Current), 1000);
        assertEquals(await copy(to, from), bytes.byteLength - 1000);
        assertBytes(await Deno.readFile(path), bytes);
      })
    ));

  it("takes a pipe by toWritableStream() and is closed by it only when told so", () =>
    withFile(async (file, path) => {
      await new Blob([bytes]).stream().pipeTo(toWritableStream(file));
      await file.write(encode("x"));
      assertEquals((await Deno.readFile(path)).byteLength, bytes.byteLength + 1);

      const other = await Deno.open(path, { write: true });
      await new Blob(["abc"]).stream().pipeTo(toWritableStream(other, { close: true }));
      assertEquals(await other.stat().catch(() => "closed"), "closed");
    }));

  it("is closed by toReadableStream() at its end and on cancel, when told so", () =>
    withFile(async (_file, path) => {
      for (const end of ["end", "cancel"]) {
        const file = await Deno.open(path);
        const stream = toReadableStream(file, { close: true });
        if (end === "end") await new Response(stream).arrayBuffer();
        else await stream.cancel();
        assertEquals(await file.stat().catch(() => "closed"), "closed");
      }
    }));

  it("takes part in multiReader() and teeReader()", () =>
    withFile(async (file, path) => {
      assertEquals(decode(await readAll(teeReader(new Blob(["abc"]), file))), "abc");
      using again = await Deno.open(path);
      assertEquals(decode(await readAll(multiReader(again, new Blob(["def"])))), "abcdef");
    }));
});

describe("Deno.Conn", () => {
  it("is a Reader, a Writer, a Closer and a CloseWriter as it is", () =>
    withConnection(async (a, b) => {
      const whole: Reader & Writer & Closer & CloseWriter = a;
      const bytes = pattern(2_000_000); // more than a socket takes at once
      const receiving = readAll(b);
      assertEquals(await copy(whole, streamBySteps("filling", bytes)), bytes.byteLength);
      await whole.closeWrite();
      assertBytes(await receiving, bytes);

      assertEquals(await writeAll(b, encode("answer")), 6);
      await b.closeWrite();
      assertEquals(decode(await readAll(whole)), "answer");
    }));

  it("ends a copy() at an abort while it waits for the peer, and goes on afterwards", () =>
    withConnection(async (a, b) => {
      const control = new AbortController();
      const copying = copy(new WritableStream<Uint8Array>(), a, { signal: control.signal });
      control.abort("enough");
      assertEquals(await copying.catch((reason) => reason), "enough");
      await b.write(encode("abc"));
      await b.closeWrite();
      // The read that was given up cannot be taken back from a socket: the bytes went to it.
      assertEquals(await a.read(new Uint8Array(8)), null);
    }));
});

describe("Deno.stdin and Deno.stdout", () => {
  it("are a source and a destination as they are", async () => {
    const program = new URL("../support/stdio_program.ts", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", program],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const bytes = pattern(200_000);
    const output = child.output();
    assertEquals(await copy(child.stdin, new Blob([bytes])), bytes.byteLength);
    await child.stdin.close();
    const { stdout, stderr, success } = await output;
    assert(success, decode(stderr));
    assertBytes(stdout, bytes);
    assertEquals(JSON.parse(decode(stderr)), { ok: true, written: bytes.byteLength, path: "buffer" });
  });

  it("the pipes of a child process are a source and a destination", async () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "await Deno.stdin.readable.pipeTo(Deno.stdout.writable)"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reading = readAll(child.stdout);
    await copy(child.stdin, new Blob(["hello, child"]));
    await child.stdin.close();
    assertEquals(decode(await reading), "hello, child");
    assert((await child.status).success);
  });
});

/** What must compile. Never called. */
export function compiles(
  file: Deno.FsFile,
  conn: Deno.Conn,
  tcp: Deno.TcpConn,
  tls: Deno.TlsConn,
  unix: Deno.UnixConn,
  child: Deno.ChildProcess,
): [Source[], Destination[], Closer[], CloseWriter[], Seeker[]] {
  return [
    [file, conn, tcp, tls, unix, Deno.stdin, file.readable, conn.readable, child.stdout],
    [file, conn, tcp, tls, unix, Deno.stdout, Deno.stderr, file.writable, conn.writable, child.stdin],
    [file, conn, tcp, tls, unix, Deno.stdin, Deno.stdout],
    [conn, tcp, tls, unix],
    [file],
  ];
}
