import { Duplex } from "node:stream";
import { connect, type ConnectionOptions } from "node:tls";

/**
 * The first bytes of the TLS of this host.
 *
 * @param options What is said in them
 */
export function clientHello(options: ConnectionOptions = {}): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const wire = new Duplex({
      read() {},
      write(chunk: Uint8Array, _encoding, callback) {
        callback();
        resolve(new Uint8Array(chunk));
        // In some hosts it is written before there is a socket.
        queueMicrotask(() => socket.destroy());
      },
    });
    const socket = connect({ socket: wire, ...options });
    socket.on("error", () => {});
  });
}
