/** A relay by the platform's own pipes: listens on a free port, which it prints, and relays to the port that it is given. */
const port = Number(Deno.args[0]);
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
for await (const client of listener) {
  const target = await Deno.connect({ hostname: "127.0.0.1", port });
  client.readable.pipeTo(target.writable).catch(() => {});
  target.readable.pipeTo(client.writable).catch(() => {});
}
