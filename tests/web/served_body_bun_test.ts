import { describe, it } from "@std/testing/bdd";
import { checkServedBody } from "../support/served_body.ts";

interface BunHost {
  serve(options: { port: number; hostname: string; fetch: () => Response }): {
    port: number;
    stop(now: boolean): Promise<void>;
  };
}

describe("toReadableStream() as the body of a Response of Bun.serve()", () => {
  it("is read no further than a slow client takes, and cancelled when it leaves", () =>
    checkServedBody((body) => {
      const { Bun } = globalThis as unknown as { Bun: BunHost };
      const fetch = () => new Response(body() as ReadableStream<Uint8Array<ArrayBuffer>>);
      const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch });
      return { port: server.port, stop: () => server.stop(true) };
    }));
});
