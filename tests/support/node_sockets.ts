import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Two ends of one connection over loopback. */
export interface SocketPair {
  near: Socket;
  far: Socket;
}

/** Makes connections until the test is over, and destroys what is left of them. */
export async function withSockets(test: (dial: () => Promise<SocketPair>) => Promise<void>): Promise<void> {
  const server: Server = createServer({ allowHalfOpen: true });
  const sockets: Socket[] = [];
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  async function pair(): Promise<SocketPair> {
    const accepted = once(server, "connection");
    const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    await once(far, "connect");
    const [near] = await accepted as [Socket];
    sockets.push(near, far);
    return { near, far };
  }

  // One after the other: otherwise nobody could tell which of the accepted ones is the other end.
  let last: Promise<unknown> = Promise.resolve();
  try {
    await test(() => {
      const next = last.then(pair);
      last = next.catch(() => {});
      return next;
    });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}
