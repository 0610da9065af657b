import { describe, it } from "@std/testing/bdd";
import { checkServedBody } from "../support/served_body.ts";

describe("toReadableStream() as the body of a Response of Deno.serve()", () => {
  it("is read no further than a slow client takes, and cancelled when it leaves", () =>
    checkServedBody((body) => {
      const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
      const server = Deno.serve(
        options,
        () => new Response(body() as ReadableStream<Uint8Array<ArrayBuffer>>),
      );
      return { port: server.addr.port, stop: () => server.shutdown() };
    }));
});
