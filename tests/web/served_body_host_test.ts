import { describe, it } from "@std/testing/bdd";
import { createServer } from "node:http";
import { pipeline, Readable } from "node:stream";
import { checkServedBody, checkServedRest, type Serve } from "../support/served_body.ts";

const serve: Serve = (body) => {
  const server = createServer(async (_request, response) => {
    pipeline(Readable.fromWeb(await body() as Parameters<typeof Readable.fromWeb>[0]), response, () => {});
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("The server has no port");
      resolve({
        port: address.port,
        stop: () =>
          new Promise((stopped) => {
            server.closeAllConnections();
            server.close(() => stopped());
          }),
      });
    });
  });
};

describe("the body of a node:http response", () => {
  it("from toReadableStream() is read no further than a slow client takes, and cancelled when it leaves", () =>
    checkServedBody(serve));

  it("may be what release() gives, of whatever stream", () => checkServedRest(serve));
});
