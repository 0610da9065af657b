import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readAll } from "../../mod.ts";
import {
  fromRequest,
  fromResponse,
  readRequest,
  readResponse,
  type RequestMessage,
  toRequest,
  toResponse,
  writeRequest,
  writeResponse,
} from "../../src/http1/mod.ts";
import { needs } from "../support/features.ts";
import { decode } from "../support/utf8.ts";
import { conn, written } from "./wire.ts";

async function requestOf(text: string): Promise<RequestMessage> {
  const request = await readRequest(conn(text));
  assert(request !== null);
  return request;
}

describe("http1 toRequest()", () => {
  for (
    const { target, base, url } of [
      { target: "/a?b=c", url: "http://h:8000/a?b=c" },
      { target: "/", url: "http://h:8000/" },
      { target: "//evil.example/a", url: "http://h:8000//evil.example/a" },
      { target: "/a*b", url: "http://h:8000/a*b" },
      { target: "/a", base: "https://example.com/ignored?x", url: "https://example.com/a" },
      { target: "/a", base: new URL("https://example.com:1/"), url: "https://example.com:1/a" },
      { target: "http://other.example/a", url: "http://other.example/a" },
    ]
  ) {
    it(`finds ${target} at ${url}`, async () => {
      const request = toRequest(
        await requestOf(`GET ${target} HTTP/1.1\r\nHost: h:8000\r\nX-A: b\r\n\r\n`),
        base,
      );
      assertEquals([request.method, request.url, request.headers.get("x-a")], ["GET", url, "b"]);
      assertEquals(await request.text(), "");
    });
  }

  it("takes what is asked of a whole server for its root", async () => {
    const { method, url } = toRequest(await requestOf("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"));
    assertEquals([method, url], ["OPTIONS", "http://h/"]);
  });

  it("has the body as a stream", needs("streams for bodies of a Request"), async () => {
    const request = toRequest(
      await requestOf("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello, next"),
    );
    assertEquals(await request.text(), "hello");
  });

  for (
    const { name, text, init } of [
      { name: "CONNECT", text: "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", init: { method: "CONNECT" } },
      { name: "TRACE", text: "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", init: { method: "TRACE" } },
      {
        name: "a body after GET",
        text: "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
        init: { method: "GET", body: "hello" },
      },
    ]
  ) {
    it(`takes ${name} only where the platform does`, async () => {
      const message = await requestOf(text);
      try {
        new Request("http://h/", init);
      } catch {
        assertThrows(() => toRequest(message), TypeError);
        return;
      }
      assertEquals(toRequest(message).method, init.method);
    });
  }
});

describe("http1 toResponse()", () => {
  it("has the status, the fields and the body", async () => {
    const text =
      "HTTP/1.1 404 Not Found\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    const response = toResponse(await readResponse(conn(text)));
    assertEquals([response.status, response.statusText, response.headers.get("x-a")], [
      404,
      "Not Found",
      "b",
    ]);
    assertEquals(await response.text(), "hello");
  });

  it("has no body where there is none", async () => {
    for (const status of [204, 304]) {
      assertEquals(toResponse(await readResponse(conn(`HTTP/1.1 ${status} x\r\n\r\n`))).body, null);
    }
    assertEquals(
      toResponse(await readResponse(conn("HTTP/1.1 200 x\r\n\r\n"), { method: "HEAD" })).body,
      null,
    );
  });

  it("fails as the body does", async () => {
    const response = toResponse(
      await readResponse(conn("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")),
    );
    await assertRejects(() => response.text());
  });

  it("refuses what a Response cannot be", async () => {
    for (const status of [100, 103]) {
      const message = await readResponse(conn(`HTTP/1.1 ${status} x\r\n\r\n`));
      assertThrows(() => toResponse(message), RangeError);
    }
  });
});

describe("http1 fromRequest()", () => {
  it("gives what writeRequest() takes", needs("streams for bodies of a Request"), async () => {
    const wire = written();
    const original = new Request("http://h:8000/a?b#c", {
      method: "POST",
      body: "hello",
      headers: { "x-a": "b" },
    });
    await writeRequest(wire.w, fromRequest(original));
    const request = await requestOf(await wire.text());
    assertEquals([request.method, request.target], ["POST", "/a?b"]);
    assertEquals([request.headers.get("host"), request.headers.get("x-a")], ["h:8000", "b"]);
    assertEquals(decode(await readAll(request.body)), "hello");
  });

  it("takes the Host from the URL, and no body where there is none", async () => {
    const wire = written();
    await writeRequest(wire.w, fromRequest(new Request("https://[::1]:443/")));
    const request = await requestOf(await wire.text());
    assertEquals([request.headers.get("host"), request.body.length], ["[::1]", 0]);
  });
});

describe("http1 fromResponse()", () => {
  it("gives what writeResponse() takes", async () => {
    const wire = written();
    const headers = [["x-a", "b"], ["set-cookie", "c"], ["set-cookie", "d"]] satisfies HeadersInit;
    await writeResponse(
      wire.w,
      fromResponse(new Response("hello", { status: 404, statusText: "Gone", headers })),
    );
    const response = await readResponse(conn(await wire.text()));
    assertEquals([response.status, response.statusText, response.headers.get("x-a")], [404, "Gone", "b"]);
    assertEquals(decode(await readAll(response.body)), "hello");
  });

  it("leaves out what fetch() undid", () => {
    const headers = { "content-encoding": "gzip", "content-length": "99", etag: "e" };
    const fetched = {
      status: 200,
      statusText: "OK",
      headers: new Headers(headers),
      body: null,
      url: "http://h/",
    };
    assertEquals([...new Headers(fromResponse(fetched as unknown as Response).headers)], [["etag", "e"]]);
    const own = fromResponse(new Response(null, { headers }));
    assertEquals(new Headers(own.headers).get("content-encoding"), "gzip");
  });
});
