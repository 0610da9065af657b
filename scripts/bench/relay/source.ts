/** Sends so many bytes to a port, and waits until they were taken. */
const [port, size] = Deno.args.map(Number);
const conn = await Deno.connect({ hostname: "127.0.0.1", port: port ?? 0 });
const block = new Uint8Array(1024 * 1024);
for (let left = size ?? 0; left > 0;) {
  left -= await conn.write(block.subarray(0, Math.min(block.length, left)));
}
await conn.closeWrite();
await conn.read(block);
conn.close();
