import { writeAll } from "@sluice/io";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ProxyOptions } from "../../scripts/proxy/options.ts";
import { Authority } from "../../scripts/tls/authority.ts";
import type { Secured } from "../../scripts/tls/handshake.ts";
import { until, untilStill } from "../support/waiting.ts";
import { hashOf, largeBody, writePieces } from "./proxy/body.ts";
import {
  command,
  CURL,
  curl,
  curlUpload,
  type Origin,
  testAuthority,
  type TestProxy,
  withClient,
  withFile,
  withOrigin,
  withProxy,
  withTcpOrigin,
} from "./proxy/harness.ts";
import { clientHello } from "./proxy/client_hello.ts";
import { getByHttp2 } from "./proxy/http2.ts";
import { connectTunnelled } from "./proxy/tls_client.ts";
import { echoWebSocket, textFrame, upgradeRequest } from "./proxy/web_socket.ts";

const MiB = 1024 * 1024;
const encoder = new TextEncoder();

/** What a test of interception has. */
interface Scene {
  proxy: TestProxy;
  origin: Origin;
  /** The certificate that signs those of the proxy, and the file that has it. */
  ca: { cert: string; path: string };
}

/** An HTTPS origin, and a proxy with an authority of its own that trusts that of the origin. */
async function withScene(
  handler: Parameters<typeof withOrigin>[0],
  test: (scene: Scene) => Promise<void>,
  options: Partial<ProxyOptions> & Pick<NonNullable<Parameters<typeof withOrigin>[2]>, "onUpgrade"> = {},
): Promise<void> {
  const theirs = await testAuthority();
  const own = await Authority.create("sluice test proxy");
  const { onUpgrade, ...rest } = options;
  await withOrigin(
    handler,
    (origin) =>
      withFile(own.cert, (path) =>
        withProxy(
          { authority: own, trusted: [theirs.cert], ...rest },
          (proxy) => test({ proxy, origin, ca: { cert: own.cert, path } }),
        )),
    { authority: theirs, ...(onUpgrade === undefined ? {} : { onUpgrade }) },
  );
}

/** Receives text until it ends in a certain way. */
async function receive({ conn }: Secured, end: string): Promise<string> {
  let text = "";
  while (!text.endsWith(end)) {
    const chunk = await conn.readChunk();
    if (chunk === null) throw new Error(`The end came after ${JSON.stringify(text)}`);
    text += Array.from(chunk, (byte) => String.fromCharCode(byte)).join("");
  }
  return text;
}

describe("the proxy, with --mitm", CURL, () => {
  it("decrypts what curl asks by HTTPS, modifies it, and encrypts it again: rows 24 to 26", () =>
    withScene((request, response) => {
      response.end(`${request.headers["x-set"]} ${request.headers.host}`);
    }, async ({ proxy, origin, ca }) => {
      const { code, stdout } = await curl(
        proxy,
        "-i",
        "--cacert",
        ca.path,
        `${origin.url}a`,
        `${origin.url}b`,
      );
      assertEquals(code, 0);
      assertEquals(stdout.match(/\r\nx-set: too\r\n/g)?.length, 2);
      assertEquals(stdout.match(new RegExp(`yes ${origin.authority}`, "g"))?.length, 2);
      assertEquals(origin.connections(), 1);
      assertEquals(proxy.said.map((line) => line.replace(/ \d+ B in .*/, "")), [
        `CONNECT ${origin.authority} 200: TLS within, decrypted`,
        `GET ${origin.url}a 200`,
        `GET ${origin.url}b 200`,
      ]);
    }, {
      modifiers: {
        request: ({ headers }) => headers.set("x-set", "yes"),
        response: ({ headers }) => headers.set("x-set", "too"),
      },
    }));

  it("shows a certificate for the name that the client asks for", () =>
    withScene((_, response) => response.end("named"), async ({ proxy, origin, ca }) => {
      const url = `https://localhost:${origin.port}/`;
      assertEquals((await curl(proxy, "--cacert", ca.path, url)).stdout, "named");
    }));

  it("downloads 200 MiB, the same by hash", async () => {
    const { pieces, hash } = largeBody(200 * MiB);
    await withScene(async (_, response) => {
      response.setHeader("content-length", 200 * MiB);
      await writePieces(response, pieces);
      response.end();
    }, async ({ proxy, origin, ca }) => {
      const run = `curl -sS --proxy ${proxy.url} --noproxy '' --cacert ${ca.path} ${origin.url}`;
      assertMatch((await command("sh", "-c", `${run} | sha256sum`)).stdout, new RegExp(`^${hash}`));
    });
  });

  it("uploads 200 MiB, the same by hash", async () => {
    const { pieces, hash } = largeBody(200 * MiB);
    await withScene(
      async (request, response) => response.end(await hashOf(request)),
      async ({ proxy, origin, ca }) => {
        assertEquals(await curlUpload(proxy, pieces, "--cacert", ca.path, origin.url), hash);
      },
    );
  });

  it("reads an origin no faster than the client reads: row 30", async () => {
    const { pieces } = largeBody(200 * MiB);
    let sent = 0;
    await withScene(
      (_, response) => writePieces(response, pieces, (n) => sent += n),
      async ({ proxy, origin, ca }) => {
        const client = await connectTunnelled(proxy, origin.authority, ca.cert, "with CONNECT");
        await client.conn.write(encoder.encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        await client.conn.readChunk();
        // What the kernels and the proxy hold, and no more.
        const held = await untilStill(() => sent);
        assert(held < 64 * MiB, String(held));
        await client.conn.abort();
      },
    );
  });

  for (const cut of ["with CONNECT", "byte by byte"] as const) {
    it(`decrypts a ClientHello that comes ${cut}: V1, rows 23 and 25`, () =>
      withScene((_, response) => response.end("hello"), async ({ proxy, origin, ca }) => {
        const client = await connectTunnelled(proxy, origin.authority, ca.cert, cut);
        await client.conn.write(encoder.encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        await receive(client, "hello");
        await client.conn.close();
      }));
  }

  it("serves plain HTTP in a tunnel of the same port: rows 22 and 24", () =>
    withOrigin(
      (request, response) => response.end(`${request.url};`),
      (origin) =>
        withScene(() => {}, async ({ proxy }) => {
          assertEquals((await curl(proxy, "-p", `${origin.url}a`, `${origin.url}b`)).stdout, "/a;/b;");
          assertEquals(proxy.said.length, 3);
          assertMatch(proxy.said[0] ?? "", /^CONNECT \S+ 200: plain HTTP within$/);
        }),
    ));

  it("hands a tunnel on where the server speaks first", () =>
    withTcpOrigin(async (conn) => {
      await conn.write(encoder.encode("220 ready\r\n"));
      await conn.read(new Uint8Array(4));
      await conn.write(encoder.encode("221 bye\r\n"));
    }, (port) =>
      withScene(() => {}, ({ proxy }) =>
        withClient(proxy, async (client) => {
          await client.send(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
          await client.until("220 ready\r\n");
          await client.send("QUIT");
          assertEquals(await client.rest(), "221 bye\r\n");
        }))));

  it("closes with the reason where the first byte does not come, and never guesses: V5", () =>
    withTcpOrigin(
      async (conn) => void await conn.read(new Uint8Array(1)).catch(() => {}),
      (port) =>
        withScene(() => {}, async ({ proxy }) => {
          const connect = `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`;
          await withClient(proxy, async (gone) => {
            await gone.send(connect);
            await gone.until("\r\n\r\n");
            await gone.conn.closeWrite();
            assertEquals(await gone.rest().catch(() => ""), "");
          });
          await withClient(proxy, async (silent) => {
            await silent.send(connect);
            await silent.until("\r\n\r\n");
            assertEquals(await silent.rest().catch(() => ""), "");
          });
          await until(() => proxy.open === 0);
          assertEquals(proxy.said, [
            "closed: Cannot look into the tunnel: the client ended the tunnel before its first byte",
            "closed: Cannot look into the tunnel: nothing was sent for 200 ms",
          ]);
        }, { idleTimeout: 200 }),
    ));

  it("ends with a client that goes away during the handshake, or says nothing more", () =>
    withScene(() => {}, async ({ proxy, origin }) => {
      const connect = `CONNECT ${origin.authority} HTTP/1.1\r\nHost: x\r\n\r\n`;
      const hello = await clientHello();
      for (const part of [hello, hello.subarray(0, 50)]) {
        await withClient(proxy, async (gone) => {
          await gone.send(connect);
          await gone.until("\r\n\r\n");
          await writeAll(gone.conn, part);
          await gone.conn.closeWrite();
          await gone.rest().catch(() => "");
        });
        await withClient(proxy, async (silent) => {
          await silent.send(connect);
          await silent.until("\r\n\r\n");
          await writeAll(silent.conn, part);
          await silent.rest().catch(() => "");
        });
      }
      await until(() => proxy.open === 0);
      const no = "closed: no TLS with the client, or it does not accept the certificate: ";
      assertEquals(proxy.said, [
        `${no}The connection ended during the handshake of TLS`,
        `${no}it took more than 200 ms`,
        `${no}The connection ended during the handshake of TLS`,
        "closed: no ClientHello came in 200 ms",
      ]);
    }, { idleTimeout: 200 }));

  it("answers 502 with a Warning where the certificate of the target cannot be trusted", () =>
    withScene(() => {}, async ({ proxy, origin, ca }) => {
      const { code, stdout } = await curl(proxy, "-i", "--cacert", ca.path, origin.url);
      assertEquals(code, 0);
      assertMatch(stdout, /HTTP\/1\.1 502 Bad Gateway\r\n[^]*warning: 199 sluice-\w+ "Cannot speak TLS to /);
      await until(() => origin.open() === 0);
    }, { trusted: [] }));

  it("says why where the client does not trust the authority", () =>
    withScene(() => {}, async ({ proxy, origin }) => {
      assertEquals((await curl(proxy, origin.url)).code, 60);
      await until(() => proxy.open === 0);
      assertMatch(
        proxy.said.join(),
        /closed: no TLS with the client, or it does not accept the certificate: /,
      );
    }));

  it("answers what is malformed within TLS, and closes", () =>
    withScene(() => {}, async ({ proxy, origin, ca }) => {
      const client = await connectTunnelled(proxy, origin.authority, ca.cert, "with CONNECT");
      await client.conn.write(encoder.encode("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"));
      assertMatch(await receive(client, "fields\n"), /^HTTP\/1\.1 400 [^]*connection: close/);
      assertEquals(await client.conn.readChunk(), null);
      await client.conn.close();
      const other = await connectTunnelled(proxy, origin.authority, ca.cert, "with CONNECT");
      await other.conn.write(encoder.encode("GET https://elsewhere.test/ HTTP/1.1\r\nHost: x\r\n\r\n"));
      assertMatch(await receive(other, "test/\n"), /^HTTP\/1\.1 421 /);
      await other.conn.close();
    }));

  it("passes WebSockets through within TLS", () =>
    withScene(() => {}, async ({ proxy, origin, ca }) => {
      const client = await connectTunnelled(proxy, origin.authority, ca.cert, "with CONNECT");
      const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
      await client.conn.write(bytes(upgradeRequest("/chat", origin.authority)));
      assertMatch(await receive(client, "\x81\x05hello"), /^HTTP\/1\.1 101 /);
      await client.conn.write(bytes(textFrame("echo?")));
      assertEquals(await receive(client, "echo?"), "\x81\x05echo?");
      await client.conn.close();
      await until(() => proxy.open === 0);
    }, { onUpgrade: echoWebSocket }));

  it("speaks HTTP/1.1 with a client that offers h2 too, and hands h2 on where that is all: row 27", async () => {
    const theirs = await testAuthority();
    const identity = await theirs.issue(["127.0.0.1"]);
    const serve = { port: 0, hostname: "127.0.0.1", onListen() {}, ...identity };
    const server = Deno.serve(serve, () => new Response("hello"));
    try {
      await withScene(() => {}, async ({ proxy, ca }) => {
        const authority = `127.0.0.1:${server.addr.port}`;
        const both = ["--http2", "--cacert", ca.path, "-w", " by %{http_version}", `https://${authority}/`];
        assertEquals((await curl(proxy, ...both)).stdout, "hello by 1.1");

        const client = await connectTunnelled(proxy, authority, ca.cert, "with CONNECT", ["h2"]);
        assertEquals(client.protocol, "h2");
        assertEquals(await getByHttp2(client.conn, authority), "hello");
        await client.conn.close();
        await until(() => proxy.said.length === 3);
        assertMatch(proxy.said[2] ?? "", /^CONNECT \S+ 200: h2 within, passed on: up \d+ B, down \d+ B /);
      });
    } finally {
      await server.shutdown();
    }
  });

  it("refuses a client that speaks h2 alone to an origin that does not", () =>
    withScene((_, response) => response.end(), async ({ proxy, origin, ca }) => {
      await assertRejects(() => connectTunnelled(proxy, origin.authority, ca.cert, "with CONNECT", ["h2"]));
      await until(() => proxy.open === 0);
      assertMatch(proxy.said.join(), /closed: the client speaks h2 alone/);
    }));

  it("keeps to the rate within TLS: row 28", () =>
    withScene((_, response) => response.end(new Uint8Array(256 * 1024)), async ({ proxy, origin, ca }) => {
      const start = performance.now();
      const { code, stdout } = await curl(
        proxy,
        "--cacert",
        ca.path,
        "-o",
        "/dev/null",
        "-w",
        "%{size_download}",
        origin.url,
      );
      assertEquals({ code, stdout }, { code: 0, stdout: `${256 * 1024}` });
      // A machine that is busy makes it longer, nothing makes it shorter: half a second, less what may pass at once.
      const took = performance.now() - start;
      assert(took > 400, `${took} ms`);
    }, { rate: 512 * 1024 }));

  it("refuses a private target before anything else", () =>
    withScene(() => {}, async ({ proxy, origin, ca }) => {
      const { code, stderr } = await curl(proxy, "--cacert", ca.path, origin.url);
      assertEquals(code, 56);
      assertMatch(stderr, /403/);
      assertEquals(origin.connections(), 0);
    }, { refusePrivate: true }));

  it("goes through another proxy", () =>
    withScene((_, response) => response.end("through both"), ({ origin }) =>
      withProxy({}, async (last) => {
        const own = await Authority.create("sluice test proxy");
        const { cert } = await testAuthority();
        await withFile(own.cert, (path) =>
          withProxy({ authority: own, trusted: [cert], upstream: new URL(last.url) }, async (first) => {
            assertEquals((await curl(first, "--cacert", path, origin.url)).stdout, "through both");
          }));
      })));

  it("ends everything at once when it is closed", () =>
    withScene((_, response) => void response.write("and then nothing"), async ({ proxy, origin, ca }) => {
      const client = await connectTunnelled(proxy, origin.authority, ca.cert, "with CONNECT");
      await client.conn.write(encoder.encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
      await receive(client, "nothing\r\n");
      await proxy.close();
      assertEquals(proxy.open, 0);
      await client.conn.readChunk().catch(() => null);
      await client.conn.close().catch(() => {});
      await until(() => origin.open() === 0);
    }));
});
