import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** A server on this machine, for as long as a test needs it. */
export interface Loopback {
  /** Where it listens, with a slash at the end. */
  url: string;
  /** Ends it, and every connection to it. */
  close(): Promise<void>;
}

/**
 * Serves on a free port of 127.0.0.1. By `node:http`, for every host has that.
 *
 * @param handler Answers a request; what it throws ends the connection
 */
export function serveLoopback(
  handler: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<Loopback> {
  const server = createServer(async (request, response) => {
    try {
      await handler(request, response);
    } catch {
      response.destroy();
    }
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new Error("The server has no port"));
      resolve({
        url: `http://127.0.0.1:${address.port}/`,
        close() {
          return new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          });
        },
      });
    });
  });
}
