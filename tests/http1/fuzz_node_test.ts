import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Duplex } from "node:stream";
import { readAll } from "../../mod.ts";
import { BufReader } from "../../src/bufio/mod.ts";
import { readRequest } from "../../src/http1/mod.ts";
import { concat } from "../support/bytes.ts";
import { CORPUS } from "./corpus.ts";
import { latin1, textOf } from "./wire.ts";

/** What a reader makes of the bytes of a connection. */
interface Reading {
  /** The requests that it took, whole: method, target, Host and body. */
  requests: string[];
  /** Why it took no more, if not because there was nothing more. */
  reason: string | null;
}

async function readHere(text: string): Promise<Reading> {
  const requests: string[] = [];
  const r = new BufReader(new Blob([latin1(text)]));
  try {
    for (let request = await readRequest(r); request !== null; request = await readRequest(r)) {
      const { method, target, headers, body, keepAlive } = request;
      requests.push(JSON.stringify([method, target, headers.get("host"), textOf(await readAll(body))]));
      // What comes after these is no request any more.
      if (method === "CONNECT" || headers.has("upgrade") || !keepAlive) break;
    }
    return { requests, reason: null };
  } catch (reason) {
    return { requests, reason: String(reason) };
  }
}

/** Reads with the parser of Node, as strict as it is by default. */
async function readByNode(text: string): Promise<Reading> {
  const seen: { request: IncomingMessage; parts: Uint8Array[] }[] = [];
  let reason: string | null = null;
  const server = createServer({
    insecureHTTPParser: false,
    maxHeaderSize: 32 * 1024,
    requireHostHeader: false,
  });
  const take = (request: IncomingMessage, response?: ServerResponse | Duplex) => {
    const parts: Uint8Array[] = [];
    seen.push({ request, parts });
    // What the parser gives counts, also where the connection ends before anybody can read it.
    const push = request.push.bind(request);
    request.push = (chunk: Uint8Array | null, ...rest) => {
      if (chunk !== null) parts.push(chunk.slice());
      return push(chunk, ...rest);
    };
    response?.end();
  };
  for (const event of ["request", "checkContinue", "checkExpectation", "connect", "upgrade"]) {
    server.on(event, take);
  }
  server.on("clientError", (error: Error & { code?: string }, socket) => {
    reason ??= error.code ?? error.message;
    socket.destroy();
  });
  const wire = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  server.emit("connection", wire);
  wire.push(latin1(text));
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  wire.destroy();
  const requests = seen.filter(({ request }) => request.complete).map(({ request, parts }) => {
    const { method, url, headers: { host = null } } = request;
    return JSON.stringify([method, url, host, textOf(concat(parts))]);
  });
  return { requests, reason };
}

/** What Node calls an error although nobody can understand it differently. */
const HARMLESS = new Set([
  "HPE_INVALID_METHOD", // it knows some methods only
  "HPE_INVALID_EOF_STATE",
  "ECONNRESET",
]);

const { constantFrom } = fc;

/** Mostly the first of these, now and then one of the others. */
function mostly<T>(usual: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof({ arbitrary: fc.constant(usual), weight: 12 }, {
    arbitrary: constantFrom(...others),
    weight: 1,
  });
}

const eol = mostly(
  "\r\n",
  "\n",
  "\r",
  "\r\r\n",
  "\n\r",
  "\r\n\r\n",
  "\r\n ",
  "\r\n\t",
  " \r\n",
  "\0\r\n",
  "",
);
const space = mostly(" ", "  ", "\t", "", "\v", "\xa0", "\r", "\0");
const requestLine = fc.tuple(
  mostly("GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "get", "G\0T", " GET", "\r\nPOST", "\nPOST"),
  space,
  mostly("/", "/a?b", "*", "http://h/", "h:1", "/a b", "/\xff", "/#", "", "//h", "/\t"),
  space,
  mostly(
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/1.2",
    "HTTP/2.0",
    "http/1.1",
    "HTTP/1.1 ",
    "HTTP/ 1.1",
    "HTTP/01.1",
    "",
  ),
  eol,
).map((parts) => parts.join(""));
const colon = mostly(": ", ":", " : ", "\t:", ":\t", ": \t ", ":\r\n ", ":\0", "", "=");
const name = mostly(
  "Content-Length",
  "content-length",
  "Content-Length\xa0",
  "Content_Length",
  "Content-Length\0",
  "",
);
const length = mostly(
  "3",
  "0",
  "+3",
  "-3",
  "3,3",
  "3, 4",
  "0x3",
  "3 3",
  "3\t",
  "3 \t ",
  "03",
  "",
  "3\0",
  "\xa03",
  "\v3",
  "9007199254740993",
);
const coding = mostly(
  "chunked",
  "Chunked",
  "gzip",
  "gzip, chunked",
  "chunked, gzip",
  "identity",
  "chunked,",
  ",chunked",
  "\vchunked",
  "chunked\t",
  "chunked \t ",
  "x",
  "",
  "chunked;a=b",
);
const field = fc.oneof(
  fc.tuple(
    constantFrom("Host", "X", "A-b", "Connection", "X\0", "X Y", ""),
    colon,
    constantFrom("h", "close", "", "a\0b", "a\rb", "a\nb", " \t "),
    eol,
  ),
  fc.tuple(name, colon, length, eol),
  fc.tuple(
    mostly("Transfer-Encoding", "transfer-encoding", "Transfer-Encoding ", "Transfer_Encoding"),
    colon,
    coding,
    eol,
  ),
).map((parts) => parts.join(""));
const chunk = fc.tuple(
  mostly(
    "3",
    "0",
    "03",
    "3;a",
    "3;a=b",
    "3 ;a",
    " 3",
    "3 ",
    "0x3",
    "+3",
    "-3",
    "3\t",
    "",
    "ffffffffffffffffff",
    ";a",
    "3;\n",
  ),
  eol,
  mostly("abc", "", "ab", "abcd", "\r\n"),
  eol,
).map((parts) => parts.join(""));
const body = fc.oneof(
  constantFrom("", "abc", "abcGET / HTTP/1.1\r\nHost: h\r\n\r\n", "0\r\n\r\n"),
  fc.tuple(
    fc.array(chunk, { maxLength: 3 }),
    mostly("0", "00", "0;a", "-0", "0 "),
    eol,
    constantFrom("", "", "", "a: b\r\n", "a : b\r\n", "a\r\n"),
    eol,
  )
    .map(([chunks, ...rest]) => chunks.join("") + rest.join("")),
);
const message = fc.tuple(
  requestLine,
  constantFrom("Host: h\r\n", "Host: h\r\n", ""),
  fc.array(field, { maxLength: 4 }),
  eol,
  body,
)
  .map(([line, host, fields, end, rest]) => line + host + fields.join("") + end + rest);
const connection = fc.array(message, { minLength: 1, maxLength: 2 }).map((messages) => messages.join(""));

/** Good messages, changed in a few bytes. */
const VALID = [
  "GET /a?b HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\nGET / HTTP/1.1\r\nHost: i\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: i\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nx: y\r\n\r\nGET / HTTP/1.1\r\nHost: i\r\n\r\n",
];
const changed = fc.tuple(
  constantFrom(...VALID),
  fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.oneof(fc.nat(255), constantFrom(0, 9, 10, 13, 32, 44, 58, 59))), {
    minLength: 1,
    maxLength: 3,
  }),
).map(([text, edits]) => {
  for (const [where, removed, code] of edits) {
    const at = where % text.length;
    text = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + removed);
  }
  return text;
});

/** What we take Node takes too, and it sees the same requests in it. */
async function assertNoMore(text: string): Promise<void> {
  const here = await readHere(text);
  if (here.requests.length === 0) return;
  const node = await readByNode(text);
  if (node.reason !== null && HARMLESS.has(node.reason) && node.requests.length < here.requests.length) {
    return;
  }
  const shown = JSON.stringify({ text, here, node });
  assert(node.requests.length >= here.requests.length, shown);
  assertEquals(here.requests, node.requests.slice(0, here.requests.length), shown);
}

describe("http1 beside the parser of Node", () => {
  it("finds the same in good messages", async () => {
    for (const text of VALID) {
      const [here, node] = [await readHere(text), await readByNode(text)];
      assertEquals(here, node);
      assertEquals(here.requests.length, 2);
    }
  });

  it("takes nothing that Node refuses of messages put together from good and bad parts", async () => {
    await fc.assert(fc.asyncProperty(connection, assertNoMore), { numRuns: 600 });
  });

  it("takes nothing that Node refuses of good messages that were changed", async () => {
    await fc.assert(fc.asyncProperty(changed, assertNoMore), { numRuns: 600 });
  });

  it("refuses much that Node takes, and Node nothing else of the corpus than it should", async () => {
    let stricter = 0;
    for (const { kind, text } of CORPUS) {
      if (kind !== "request") continue;
      const { requests } = await readByNode(text);
      if (requests.length > 0) stricter++;
    }
    assert(stricter > 10, String(stricter));
  });
});
