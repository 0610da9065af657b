/**
 * An origin that takes next to no time: answers every request with as many bytes as it is told. Listens on a free port, which it
 * prints.
 *
 * @module
 */
const size = Number(Deno.args[0]);
const head = `HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${size}\r\n\r\n`;
const small = new TextEncoder().encode(head + "x".repeat(Math.min(size, 64 * 1024)));
const block = new Uint8Array(1024 * 1024);

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
for await (const conn of listener) serve(conn).catch(() => {});

async function serve(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay(true);
  const p = new Uint8Array(16 * 1024);
  // Nobody sends the next request before the answer, and all of a request comes at once.
  while (await conn.read(p) !== null) {
    await send(conn, small);
    for (let left = size - Math.min(size, 64 * 1024); left > 0;) {
      left -= await conn.write(block.subarray(0, Math.min(left, block.length)));
    }
  }
  conn.close();
}

async function send(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await conn.write(bytes.subarray(done));
}
