import { connect } from "node:net";

/** An HTTP client that takes from its socket only what it is told to take. */
export interface SlowClient {
  /** Takes so many bytes more, head of the response included, and resolves when it has them. */
  take(n: number): Promise<void>;
  /** Goes away in the middle of the response. */
  leave(): void;
}

/** Asks for a path of a server on this machine, and takes nothing of the answer. */
export function slowClient(port: number, path = "/"): SlowClient {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => {}); // a server may reset a connection that is left
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  return {
    async take(n) {
      while (n > 0) {
        const bytes: Uint8Array | null = socket.read();
        if (bytes === null) await new Promise<void>((resolve) => socket.once("readable", () => resolve()));
        else n -= bytes.byteLength;
      }
    },
    leave: () => void socket.destroy(),
  };
}
