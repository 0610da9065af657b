import { assert, assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { copy, copyN, discard, limitReader, readAll, type Reader, readFull } from "../../mod.ts";
import { StringReader } from "../../src/bytes/mod.ts";
import { toResponse, writeRequest } from "../../src/http1/mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { findCollector } from "../support/collect.ts";
import { needsProgram, program } from "../support/programs.ts";
import { decode } from "../support/utf8.ts";
import { until } from "../support/waiting.ts";
import { dial, type Handler, serve, type TestServer } from "./sockets.ts";

const CURL = await needsProgram("curl");
const WRK = await needsProgram("wrk");
const CHROMIUM = await needsProgram("chromium");
const NGINX = await needsProgram("nginx");

const headers = { host: "localhost" };

/** Zeros without end. */
const zeros: Reader = {
  read(p) {
    p.fill(0);
    return Promise.resolve(p.byteLength);
  },
};

const PAGE =
  '<!doctype html><title>A page</title><script type="module" src="/script"></script><p>Loading</p>';
const SCRIPT = `
const posted = await fetch("/echo", { method: "POST", body: "x".repeat(100_000) });
const chunked = await (await fetch("/chunked")).text();
document.querySelector("p").textContent = chunked + ", " + (await posted.text()).length + " bytes came back";
`;

/** Answers programs of others. */
const handle: Handler = async ({ method, target, body }) => {
  const ok = (text: string, type = "text/plain") => ({
    status: 200,
    statusText: "OK",
    headers: { "content-type": type },
    body: new StringReader(text),
    length: text.length,
  });
  switch (target) {
    case "/hello":
      return ok("hello");
    case "/page":
      return ok(PAGE, "text/html");
    case "/script":
      return ok(SCRIPT, "text/javascript");
    case "/chunked":
      return {
        status: 200,
        statusText: "OK",
        body: new StringReader("in chunks"),
        trailers: { "x-sum": "42" },
      };
    case "/echo":
      return {
        status: 200,
        statusText: "OK",
        body: new Blob([await readAll(body) as Uint8Array<ArrayBuffer>]),
      };
    case "/count":
      return ok(`${method} ${await copy(discard, body)}`);
    case "/much":
      return { status: 200, statusText: "OK", body: limitReader(zeros, MUCH), length: MUCH };
    case "/much-in-chunks":
      return { status: 200, statusText: "OK", body: limitReader(zeros, MUCH) };
    default:
      return { status: 404, statusText: "Not Found" };
  }
};

const MUCH = 1024 * 1024 * 1024; // 1 GiB

const STEP = 64 * 1024 * 1024; // 64 MiB: after so much one looks at the memory

/** How much memory may be held more than before while that goes by. */
const FLAT = 12 * 1024 * 1024; // 12 MiB

async function run(program: string, args: string[], input?: Uint8Array): Promise<string> {
  const child = new Deno.Command(program, {
    args,
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(input);
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  assertEquals(code, 0, `${program} ${args.join(" ")}: ${decode(stderr)}`);
  return decode(stdout);
}

describe("http1 as a server of other programs", () => {
  let server: TestServer;
  let url: string;

  beforeAll(async () => {
    server = await serve(handle);
    url = `http://127.0.0.1:${server.port}`;
  });

  afterAll(async () => await server[Symbol.asyncDispose]());

  it("answers curl", CURL, async () => {
    const curl = await program("curl");
    const args = (...more: string[]) => ["--silent", "--show-error", "--max-time", "60", ...more];
    assertEquals(
      await run(curl, args(`${url}/hello`, `${url}/chunked`, `${url}/hello`)),
      "helloin chunkshello",
    );
    assertEquals(await run(curl, args("--http1.0", `${url}/chunked`)), "in chunks");
    assertEquals(
      await run(curl, args("-X", "OPTIONS", "--request-target", "*", "-w", "%{http_code}", url)),
      "404",
    );
    const head = await run(curl, args("--head", `${url}/hello`));
    assert(head.startsWith("HTTP/1.1 200 OK\r\n") && /^content-length: 5\r$/m.test(head), head);
    const trailers = await run(curl, args("--raw", `${url}/chunked`));
    assertEquals(trailers, "9\r\nin chunks\r\n0\r\nx-sum: 42\r\n\r\n");
  });

  it("takes uploads from curl, which waits for 100 Continue", CURL, async () => {
    const curl = await program("curl");
    const args = (...more: string[]) => ["--silent", "--show-error", "--max-time", "60", "-T", "-", ...more];
    const input = new Uint8Array(3_000_000);
    assertEquals(await run(curl, args(`${url}/count`), input), "PUT 3000000");
    const waits = args("-H", "Expect: 100-continue", "--expect100-timeout", "60", `${url}/count`);
    assertEquals(await run(curl, waits, input), "PUT 3000000");
    const posts = ["--silent", "--data-binary", "@-", "-H", "Expect: 100-continue", `${url}/count`];
    assertEquals(await run(curl, posts, input), "POST 3000000");
  });

  it("answers wrk on many connections", WRK, async () => {
    const wrk = await program("wrk");
    const report = await run(wrk, ["-t", "1", "-c", "8", "-d", "1s", `${url}/hello`]);
    assert(Number(/(\d+) requests in/.exec(report)?.[1]) > 50, report);
    assert(!/Non-2xx|Socket errors: connect [1-9]|read [1-9]|timeout [1-9]/.test(report), report);
  });

  it("loads a page in Chromium", CHROMIUM, async () => {
    const chromium = await program("chromium");
    const profile = await Deno.makeTempDir();
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"];
    const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-quic"];
    try {
      const page = await run(chromium, [
        ...flags,
        ...quiet,
        `--user-data-dir=${profile}`,
        "--virtual-time-budget=60000",
        "--dump-dom",
        `${url}/page`,
      ]);
      assert(page.includes("<p>in chunks, 100000 bytes came back</p>"), page);
    } finally {
      await Deno.remove(profile, { recursive: true });
    }
  });

  it("answers 10,000 requests over one connection, many of them sent at once", async () => {
    await using client = await dial({ port: server.port });
    const send = async () => {
      for (let i = 0; i < 10_000; i++) {
        await writeRequest(client.w, { method: "GET", target: "/hello", headers });
      }
      await client.w.flush();
    };
    const sent = send();
    const p = new Uint8Array(5);
    for (let i = 0; i < 10_000; i++) {
      const { body } = await client.answer({ method: "GET" });
      if (await readFull(body, p) !== 5 || p[4] !== 0x6f) {
        throw new Error(`The body of response ${i} is wrong`);
      }
    }
    await sent;
  });

  it("moves 1 GiB in both directions and keeps none of it", async () => {
    const collect = findCollector() ?? (() => {});
    const held = () => {
      collect();
      const { heapUsed, external } = Deno.memoryUsage();
      return heapUsed + external;
    };
    const before = held();
    let most = 0;
    let passed = 0;
    const look = (n: number) => {
      if (Math.floor(passed / STEP) !== Math.floor((passed + n) / STEP)) {
        most = Math.max(most, held() - before);
      }
      passed += n;
    };
    const watched: Reader = {
      read(p) {
        look(p.byteLength);
        return zeros.read(p);
      },
    };
    for (const length of [{ length: MUCH }, {}]) {
      await using client = await dial({ port: server.port });
      const body = limitReader(watched, MUCH);
      const counted = await client.ask({ method: "PUT", target: "/count", headers, body, ...length });
      assertEquals(decode(await readAll(counted.body)), `PUT ${MUCH}`);
      const target = "length" in length ? "/much" : "/much-in-chunks";
      const much = await client.ask({ method: "GET", target, headers });
      let seen = 0;
      const onProgress = (written: number) => look(-seen + (seen = written));
      assertEquals(await copy(discard, much.body, { onProgress }), MUCH);
    }
    assert(most < FLAT, `${most} bytes more than before`);
  });
});

describe("http1 as a client of other servers", () => {
  it("asks Deno.serve()", async () => {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/echo") return new Response(request.body);
      if (pathname === "/empty") return new Response(null, { status: 204 });
      return new Response(`${request.method} ${(await request.bytes()).length}`, { headers: { a: "b" } });
    });
    const bytes = pattern(300_000);
    for (const length of [{ length: bytes.byteLength }, {}]) {
      // It closes a connection if it answers before it has read the request.
      await using client = await dial({ port: server.addr.port });
      const body = new Blob([bytes]).stream();
      const echo = await client.ask({ method: "POST", target: "/echo", headers, body, ...length });
      assertEquals(echo.body.length, null);
      assertBytes(await readAll(echo.body), bytes);
    }
    {
      await using client = await dial({ port: server.addr.port });
      for (let round = 0; round < 3; round++) {
        const put = await client.ask({ method: "PUT", target: "/", headers, body: new StringReader("abc") });
        assertEquals([put.headers.get("a"), decode(await readAll(put.body))], ["b", "PUT 3"]);
        const post = await client.ask({ method: "POST", target: "/", headers, body: new Blob([bytes]) });
        assertEquals(decode(await readAll(post.body)), "POST 300000");
        const empty = await client.ask({ method: "GET", target: "/empty", headers });
        assertEquals([empty.status, await empty.body.drain()], [204, true]);
        const head = await client.ask({ method: "HEAD", target: "/", headers });
        assertEquals([head.headers.get("content-length"), await head.body.drain()], ["6", true]);
      }
    }
    await server.shutdown();
  });

  it("asks nginx", NGINX, async () => {
    const nginx = await program("nginx");
    const folder = await Deno.makeTempDir();
    const path = `${folder}/socket`;
    const bytes = pattern(500_000);
    await Deno.mkdir(`${folder}/root`);
    await Deno.writeFile(`${folder}/root/file`, bytes);
    await Deno.writeTextFile(`${folder}/root/text.txt`, "hello ".repeat(1000));
    await Deno.chmod(folder, 0o755); // its workers are not root
    await Deno.writeTextFile(`${folder}/nginx.conf`, configuration(folder));
    const child = new Deno.Command(nginx, { args: ["-c", `${folder}/nginx.conf`], stderr: "null" }).spawn();
    try {
      let there = false;
      const look = () => void Deno.stat(path).then(() => there = true, look);
      look();
      await until(() => there);
      await using client = await dial({ path });

      const file = await client.ask({ method: "GET", target: "/file", headers });
      assertEquals([file.status, file.body.length], [200, bytes.byteLength]);
      assertBytes(await readAll(file.body), bytes);

      const range = await client.ask({
        method: "GET",
        target: "/file",
        headers: { ...headers, range: "bytes=5-9" },
      });
      assertEquals(range.status, 206);
      assertBytes(await readAll(range.body), bytes.subarray(5, 10));

      const etag = file.headers.get("etag") ?? "";
      const same = await client.ask({
        method: "GET",
        target: "/file",
        headers: { ...headers, "if-none-match": etag },
      });
      assertEquals([same.status, same.body.length, await same.body.drain()], [304, 0, true]);

      const head = await client.ask({ method: "HEAD", target: "/file", headers });
      assertEquals([head.headers.get("content-length"), head.body.length], [`${bytes.byteLength}`, 0]);

      const packed = await client.ask({
        method: "GET",
        target: "/text.txt",
        headers: { ...headers, "accept-encoding": "gzip" },
      });
      assertEquals([packed.headers.get("content-encoding"), packed.body.length], ["gzip", null]);
      const unpacked = toResponse(packed).body?.pipeThrough(
        new DecompressionStream("gzip") as TransformStream,
      );
      assertEquals(await new Response(unpacked ?? null).text(), "hello ".repeat(1000));

      const refused = await client.ask({
        method: "POST",
        target: "/file",
        headers,
        body: new StringReader("abc"),
      });
      assertEquals([refused.status, await refused.body.drain()], [405, true]);

      const moved = await client.ask({ method: "GET", target: "/moved", headers });
      assertEquals([moved.status, moved.headers.get("location")], [301, "http://localhost/file"]);
      await copyN(discard, moved.body, moved.body.length ?? 0);

      const last = await client.ask({
        method: "GET",
        target: "/file",
        headers: { ...headers, connection: "close" },
      });
      assertEquals([last.keepAlive, await copy(discard, last.body)], [false, bytes.byteLength]);
      assertEquals(await client.r.fill(), 0);
    } finally {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    }
  });
});

function configuration(folder: string): string {
  return `
    daemon off;
    worker_processes 1;
    pid ${folder}/pid;
    error_log /dev/null;
    events {}
    http {
      access_log off;
      client_body_temp_path ${folder}/body;
      proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi;
      scgi_temp_path ${folder}/scgi;
      types { text/plain txt; }
      gzip on;
      gzip_types text/plain;
      server {
        listen unix:${folder}/socket;
        root ${folder}/root;
        location /moved { return 301 /file; }
      }
    }`;
}
