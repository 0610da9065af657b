import { assert, assertEquals, assertMatch } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { pattern } from "../support/bytes.ts";
import { HOSTS, type Served } from "./hosts.ts";

const SIZE = 3_000_000; // More than any host buffers
const PDF = new TextEncoder().encode(`%PDF-1.7 ${"and so on ".repeat(20_000)}`);

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** What the worker asks for its bodies. One of them never ends. */
class Upstream implements AsyncDisposable {
  /** Resolves once whoever read the endless body has left. */
  readonly left = Promise.withResolvers<void>();
  readonly #server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    switch (new URL(request.url).pathname) {
      case "/endless":
        return new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(pattern(10_000)),
            cancel: () => this.left.resolve(),
          }),
        );
      case "/pdf":
        return new Response(PDF);
      default:
        return new Response(pattern(SIZE));
    }
  });

  url(path: string): string {
    return `http://127.0.0.1:${this.#server.addr.port}/${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

for (const [name, serve] of Object.entries(HOSTS)) {
  describe(`a worker in ${name}`, { sanitizeOps: false, sanitizeResources: false }, () => {
    let folder = "";
    let served: Served;
    let upstream: Upstream;

    beforeAll(async () => {
      folder = await Deno.makeTempDir();
      upstream = new Upstream();
      served = await serve(folder);
    });

    afterAll(async () => {
      await served[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    });

    const ask = (path: string, from: string, init: RequestInit = {}) =>
      fetch(`${served.url}${path}?from=${encodeURIComponent(upstream.url(from))}`, init);

    for (const path of ["transform", "fixed"]) {
      it(`forwards an upstream body through copy() by /${path}`, async () => {
        const response = await ask(path, "pattern");
        const fixed = path === "fixed" && name === "workerd";
        assertEquals(response.headers.get("x-fixed"), String(fixed));
        assertEquals(response.headers.get("content-length"), fixed ? String(SIZE) : null);
        assertMatch(response.headers.get("x-path") ?? "", /^(chunks|pipeTo)$/);
        assertEquals(await sha256(await response.bytes()), await sha256(pattern(SIZE)));
      });
    }

    for (
      const { from, type, bytes } of [
        { from: "pdf", type: "application/pdf", bytes: PDF },
        { from: "pattern", type: "application/octet-stream", bytes: pattern(SIZE) },
      ]
    ) {
      it(`looks at the first bytes of a body that is ${type}, and hands on all of it`, async () => {
        const response = await ask("sniff", from);
        assertEquals(response.headers.get("content-type"), type);
        assertEquals(await sha256(await response.bytes()), await sha256(bytes));
      });
    }

    it("reads the body of a request twice", async () => {
      const body = pattern(SIZE);
      const response = await fetch(`${served.url}replay`, { method: "POST", body });
      assertEquals(response.headers.get("x-sha256"), await sha256(body));
      assertEquals(await sha256(await response.bytes()), await sha256(body));
    });

    it("lets go of the upstream body when its client leaves", async () => {
      const control = new AbortController();
      const { body } = await ask("transform", "endless", { signal: control.signal });
      const reader = body?.getReader();
      assert((await reader?.read())?.value?.byteLength);
      control.abort();
      await reader?.closed.catch(() => {});
      await upstream.left.promise;
    });
  });
}
