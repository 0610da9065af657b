import { describe, it } from "@std/testing/bdd";
import { checkServedBody, checkServedRest, type Serve } from "../support/served_body.ts";

interface BunHost {
  serve(options: { port: number; hostname: string; fetch: () => Promise<Response> }): {
    port: number;
    stop(now: boolean): Promise<void>;
  };
}

const serve: Serve = (body) => {
  const { Bun } = globalThis as unknown as { Bun: BunHost };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async () => new Response(await body() as ReadableStream<Uint8Array<ArrayBuffer>>),
  });
  return { port: server.port, stop: () => server.stop(true) };
};

describe("the body of a Response of Bun.serve()", () => {
  it("from toReadableStream() is read no further than a slow client takes, and cancelled when it leaves", () =>
    checkServedBody(serve));

  it("may be what release() gives, of whatever stream", () => checkServedRest(serve));
});
