/**
 * Relays a connection over a WebSocketStream to a server that echoes: started by a test, for it takes a flag of Deno.
 *
 * @module
 */
import { copyBidirectionalSettled } from "../../src/net/mod.ts";

/** What a message is, both ways. */
type Message = Uint8Array<ArrayBuffer>;

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    const text = new TextDecoder().decode(data);
    if (text === "bye") socket.close(1000);
    else socket.send(new TextEncoder().encode(text.toUpperCase()));
  };
  return response;
});
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

async function relay() {
  const client = await listener.accept();
  const stream = new WebSocketStream(`ws://127.0.0.1:${server.addr.port}/`);
  const opened = await stream.opened;
  // Messages of a server that sends nothing but bytes.
  const readable = opened.readable as ReadableStream<Message>;
  return await copyBidirectionalSettled(client, { readable, writable: opened.writable });
}

async function talk(): Promise<string> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  let heard = "";
  const p = new Uint8Array(64);
  for (const word of ["hello", "world", "bye"]) {
    await conn.write(new TextEncoder().encode(word));
    const n = await conn.read(p);
    heard += n === null ? "." : new TextDecoder().decode(p.subarray(0, n));
  }
  await conn.closeWrite();
  conn.close();
  return heard;
}

const [outcome, heard] = await Promise.all([relay(), talk()]);
console.log(JSON.stringify({ outcome, heard }));
listener.close();
await server.shutdown();
