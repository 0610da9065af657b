import { describe, it } from "@std/testing/bdd";
import { checkServedBody, checkServedRest, type Serve } from "../support/served_body.ts";

const serve: Serve = (body) => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async () => new Response(await body() as ReadableStream<Uint8Array<ArrayBuffer>>),
  );
  return { port: server.addr.port, stop: () => server.shutdown() };
};

describe("the body of a Response of Deno.serve()", () => {
  it("from toReadableStream() is read no further than a slow client takes, and cancelled when it leaves", () =>
    checkServedBody(serve));

  it("may be what release() gives, of whatever stream", () => checkServedRest(serve));
});
