import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { forwarded, hasPassed, upgradeOf } from "../../../scripts/proxy/fields.ts";
import { authorityOf, hostOf, originOf, parseTarget, urlOf } from "../../../scripts/proxy/origin.ts";
import { warning } from "../../../scripts/proxy/refusal.ts";

describe("parseTarget()", () => {
  for (
    const [target, url, path] of [
      ["http://example.test/a?b", "http://example.test", "/a?b"],
      ["HTTP://Example.TEST", "http://example.test", "/"],
      ["http://example.test?q", "http://example.test", "/?q"],
      ["http://example.test:80/", "http://example.test", "/"],
      ["http://example.test:8080/", "http://example.test:8080", "/"],
      ["https://example.test/", "https://example.test", "/"],
      ["https://example.test:443/", "https://example.test", "/"],
      ["https://example.test:80/", "https://example.test:80", "/"],
      ["http://[::1]:81/x", "http://[::1]:81", "/x"],
      ["http://127.1/", "http://127.0.0.1", "/"],
    ] as const
  ) {
    it(`asks ${url} for ${path} where the target is ${target}`, () => {
      const parsed = parseTarget(target);
      assertEquals([parsed && urlOf(parsed.origin), parsed?.path], [url, path]);
    });
  }

  for (
    const target of [
      "/",
      "*",
      "example.test:80",
      "ftp://example.test/",
      "http:///",
      "http://u@h/",
      "http://h:x/",
    ]
  ) {
    it(`takes ${target} for no URL`, () => assertEquals(parseTarget(target), null));
  }
});

describe("originOf()", () => {
  it("takes hosts and ports apart", () => {
    assertEquals(originOf("Example.test:443", "https"), { scheme: "https", host: "example.test", port: 443 });
    assertEquals(originOf("[::1]:8443", "https"), { scheme: "https", host: "::1", port: 8443 });
  });

  it("takes nothing else", () => {
    for (const target of ["h", "h:0", "h:65536", "h:", ":1", "h/x:1", "a b:1"]) {
      assertEquals(originOf(target, "https"), null, target);
    }
  });

  it("writes them again", () => {
    const origin = { scheme: "https", host: "::1", port: 443 } as const;
    assertEquals([authorityOf(origin), hostOf(origin), urlOf(origin)], [
      "[::1]:443",
      "[::1]",
      "https://[::1]",
    ]);
  });
});

describe("forwarded()", () => {
  it("leaves out what is for the next neighbour, and what Connection names", () => {
    const headers = new Headers({
      connection: "close, X-One , bad name",
      "x-one": "1",
      "x-two": "2",
      te: "trailers",
      upgrade: "x",
    });
    const result = forwarded(headers, "HTTP/1.0", "me");
    assertEquals([...result], [["via", "1.0 me"], ["x-two", "2"]]);
    assertEquals(headers.get("x-one"), "1");
  });

  it("keeps every Set-Cookie", () => {
    const headers = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"], ["via", "1.1 other"]]);
    const result = forwarded(headers, "HTTP/1.1", "me");
    assertEquals(result.getSetCookie(), ["a=1", "b=2"]);
    assertEquals(result.get("via"), "1.1 other, 1.1 me");
  });
});

describe("upgradeOf()", () => {
  it("needs both fields", () => {
    assertEquals(
      upgradeOf(new Headers({ connection: "keep-alive, Upgrade", upgrade: "websocket" })),
      "websocket",
    );
    assertEquals(upgradeOf(new Headers({ upgrade: "websocket" })), null);
    assertEquals(upgradeOf(new Headers({ connection: "upgrade" })), null);
  });
});

describe("hasPassed()", () => {
  it("knows a name among those in Via", () => {
    const headers = new Headers({ via: "1.0 other, 1.1 me-1 (comment)" });
    assertEquals([hasPassed(headers, "me-1"), hasPassed(headers, "me"), hasPassed(new Headers(), "me")], [
      true,
      false,
      false,
    ]);
  });
});

describe("warning()", () => {
  it("can be the value of a field, whatever is in it", () => {
    assertEquals(warning("me", 'a "b"\r\nc: \\ä'), `199 me "a 'b'  c: ' "`);
  });
});
