/**
 * Both far ends of a relay: sends to whoever connects to one port, and takes what comes in at another. A third is for
 * orders. The ports are printed as JSON.
 *
 * @module
 */
import { writeAll } from "../../../mod.ts";
import { Receiver, Sender } from "../traffic.ts";

const CHUNK = 256 * 1024; // 256 KiB

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };
const source = Deno.listen(LOOPBACK);
const sink = Deno.listen(LOOPBACK);
let due = { bytes: 0, stride: 1 };
let arrived = Promise.withResolvers<Receiver>();

const control = Deno.serve({ ...LOOPBACK, onListen() {} }, async (request) => {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/received") {
    const { count, hash } = await arrived.promise;
    return Response.json({ count, hash });
  }
  due = { bytes: Number(searchParams.get("bytes")), stride: Number(searchParams.get("stride")) };
  arrived = Promise.withResolvers();
  return Response.json(due);
});

async function serveSource(): Promise<void> {
  const p = new Uint8Array(CHUNK);
  for await (const conn of source) {
    const sender = new Sender(due.bytes, CHUNK, due.stride);
    for (let n = sender.fill(p); n > 0; n = sender.fill(p)) await writeAll(conn, p.subarray(0, n));
    await conn.closeWrite();
  }
}

async function serveSink(): Promise<void> {
  const p = new Uint8Array(CHUNK);
  for await (const conn of sink) {
    const receiver = new Receiver(due.stride);
    for (let n = await conn.read(p); n !== null; n = await conn.read(p)) receiver.accept(p.subarray(0, n));
    conn.close();
    arrived.resolve(receiver);
  }
}

const ports = [source, sink, control].map(({ addr }) => addr.port);
console.log(JSON.stringify({ source: ports[0], sink: ports[1], control: ports[2] }));
await Promise.all([serveSource(), serveSink()]);
