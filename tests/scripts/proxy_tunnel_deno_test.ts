import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { gate, until } from "../support/waiting.ts";
import { hashOf, largeBody, writePieces } from "./proxy/body.ts";
import {
  command,
  CURL,
  curl,
  curlUpload,
  testAuthority,
  withClient,
  withFile,
  withOrigin,
  withProxy,
  withTcpOrigin,
} from "./proxy/harness.ts";
import { connectTunnelled } from "./proxy/tls_client.ts";
import { echoWebSocket, textFrame, upgradeRequest } from "./proxy/web_socket.ts";

const MiB = 1024 * 1024;
const encoder = new TextEncoder();

describe("the proxy, for tunnels", CURL, () => {
  it("tunnels what curl asks by HTTPS, without framing around it: row 29", async () => {
    const authority = await testAuthority();
    await withOrigin(
      (request, response) => response.end(`${request.method} ${request.url}`),
      (origin) =>
        withFile(authority.cert, (ca) =>
          withProxy({}, async (proxy) => {
            const { code, stdout } = await curl(proxy, "-i", "--cacert", ca, `${origin.url}x`);
            assertEquals(code, 0);
            assertMatch(stdout, /^HTTP\/1\.1 200 Connection established\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
            assertMatch(stdout, /\r\n\r\nGET \/x$/);
            await until(() => proxy.said.length > 0);
            assertMatch(
              proxy.said.join(),
              /^CONNECT 127\.0\.0\.1:\d+ 200: up \d+ B, down [\d.]+ Ki?B in .*s$/,
            );
          })),
      { authority },
    );
  });

  it("downloads 200 MiB through a tunnel, the same by hash", async () => {
    const authority = await testAuthority();
    const { pieces, hash } = largeBody(200 * MiB);
    await withOrigin(
      async (_, response) => {
        response.setHeader("content-length", 200 * MiB);
        await writePieces(response, pieces);
        response.end();
      },
      (origin) =>
        withFile(authority.cert, (ca) =>
          withProxy({}, async (proxy) => {
            const run = `curl -sS --proxy ${proxy.url} --noproxy '' --cacert ${ca} ${origin.url}`;
            assertMatch((await command("sh", "-c", `${run} | sha256sum`)).stdout, new RegExp(`^${hash}`));
          })),
      { authority },
    );
  });

  it("uploads 200 MiB through a tunnel, the same by hash", async () => {
    const authority = await testAuthority();
    const { pieces, hash } = largeBody(200 * MiB);
    await withOrigin(
      async (request, response) => response.end(await hashOf(request)),
      (origin) =>
        withFile(authority.cert, (ca) =>
          withProxy({}, async (proxy) => {
            assertEquals(await curlUpload(proxy, pieces, "--cacert", ca, origin.url), hash);
          })),
      { authority },
    );
  });

  for (const cut of ["with CONNECT", "byte by byte"] as const) {
    it(`forwards a ClientHello that comes ${cut}: V1, row 23`, async () => {
      const authority = await testAuthority();
      await withOrigin((_, response) => response.end("hello"), (origin) =>
        withProxy({}, async (proxy) => {
          const client = await connectTunnelled(proxy, origin.authority, authority.cert, cut);
          await client.conn.write(encoder.encode("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
          let answer = "";
          for (
            let chunk = await client.conn.readChunk();
            chunk !== null;
            chunk = await client.conn.readChunk()
          ) {
            answer += new TextDecoder().decode(chunk);
          }
          assertMatch(answer, /hello/);
          await client.conn.close();
        }), { authority });
    });
  }

  it("forwards what a server says that speaks first", () =>
    withTcpOrigin(async (conn) => {
      await conn.write(encoder.encode("220 ready\r\n"));
      await conn.read(new Uint8Array(4));
      await conn.write(encoder.encode("221 bye\r\n"));
    }, (port) =>
      withProxy({}, (proxy) =>
        withClient(proxy, async (client) => {
          await client.send(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
          await client.until("220 ready\r\n");
          await client.send("QUIT");
          assertEquals(await client.rest(), "221 bye\r\n");
        }))));

  it("delivers an answer of 1 MiB that comes after the end of the question: V3, rows 15 and 31", () =>
    withTcpOrigin(async (conn) => {
      const p = new Uint8Array(1024);
      let size = 0;
      for (let n = await conn.read(p); n !== null; n = await conn.read(p)) size += n;
      const answer = encoder.encode(`${size};`.padEnd(MiB, "x"));
      for (let done = 0; done < MiB;) done += await conn.write(answer.subarray(done));
    }, (port) =>
      withProxy({}, async (proxy) => {
        await withClient(proxy, async (client) => {
          await client.send(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\nquestion`);
          await client.until("\r\n\r\n");
          await client.conn.closeWrite();
          const answer = await client.rest();
          assertEquals(answer.length, MiB);
          assertMatch(answer.slice(0, 3), /^8;x/);
        });
        await until(() => proxy.open === 0);
      })));

  it("ends a tunnel that is silent for too long: row 19", () =>
    withTcpOrigin(
      async (conn) => void await conn.read(new Uint8Array(1)).catch(() => {}),
      (port) =>
        withProxy({ idleTimeout: 100 }, (proxy) =>
          withClient(proxy, async (client) => {
            await client.send(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
            await client.until("\r\n\r\n");
            assertEquals(await client.rest().catch(() => ""), "");
            await until(() => proxy.open === 0);
            assertMatch(proxy.said.join(), /no byte moved for 100 ms/);
          })),
    ));

  it("ends a tunnel when its other half stays silent for too long after one has ended", () => {
    const over = gate();
    return withTcpOrigin(async (conn) => {
      assertEquals(await conn.read(new Uint8Array(1)), null);
      await over.promise;
    }, (port) =>
      withProxy({ halfCloseTimeout: 100 }, (proxy) =>
        withClient(proxy, async (client) => {
          await client.send(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
          await client.until("\r\n\r\n");
          await client.conn.closeWrite();
          assertEquals(await client.rest().catch(() => ""), "");
          await until(() => proxy.open === 0);
          assertMatch(proxy.said.join(), /no byte moved for 100 ms/);
          over.open();
        })));
  });

  it("answers 502 with a Warning where the target refuses, and the client may ask for another: row 22", () =>
    withTcpOrigin(
      async (conn) => void await conn.write(encoder.encode("hello")),
      (port) =>
        withProxy({}, (proxy) =>
          withClient(proxy, async (client) => {
            await client.send("CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n");
            assertMatch(
              await client.until("\r\n\r\n"),
              /^HTTP\/1\.1 502 [^]*warning: 199 sluice-\w+ "Cannot connect/,
            );
            await client.until("refused\n");
            await client.send(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
            assertMatch(await client.until("\r\n\r\n"), /^HTTP\/1\.1 200 Connection established\r\n\r\n$/);
            assertEquals(await client.rest(), "hello");
          })),
    ));

  it("refuses a CONNECT to what is no host and port", () =>
    withProxy({}, async (proxy) => {
      for (const target of ["127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "http://127.0.0.1/"]) {
        await withClient(proxy, async (client) => {
          await client.send(`CONNECT ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
          assertMatch(await client.rest(), /^HTTP\/1\.1 400 /);
        });
      }
    }));

  it("hands HTTP/2 on by a tunnel: row 27", async () => {
    const authority = await testAuthority();
    const { cert, key } = await authority.issue(["127.0.0.1"]);
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", cert, key, onListen() {} },
      () => new Response("two"),
    );
    try {
      await withFile(authority.cert, (ca) =>
        withProxy({}, async (proxy) => {
          const url = `https://127.0.0.1:${server.addr.port}/`;
          const { stdout } = await curl(proxy, "--http2", "--cacert", ca, "-w", " %{http_version}", url);
          assertEquals(stdout, "two 2");
        }));
    } finally {
      await server.shutdown();
    }
  });

  it("passes WebSockets through, with what was said early on both sides", () =>
    withOrigin(
      (_, response) => response.end(),
      (origin) =>
        withProxy({}, (proxy) =>
          withClient(proxy, async (client) => {
            await client.send(upgradeRequest(`${origin.url}chat`, origin.authority) + textFrame("early"));
            assertMatch(await client.until("\r\n\r\n"), /^HTTP\/1\.1 101 [^]*\r\nupgrade: websocket\r\n/);
            assertEquals(await client.until("early"), "\x81\x05hello\x81\x05early");
            await client.send(textFrame("echo?"));
            assertEquals(await client.until("echo?"), "\x81\x05echo?");
            await client.send("\x88\x80\0\0\0\0");
            assertEquals(await client.rest(), "\x88\x00");
            client.close();
            await until(() => proxy.said.length > 0);
            assertMatch(proxy.said.join(), /^GET http:\S+chat 101: up /);
          })),
      { onUpgrade: echoWebSocket },
    ));

  it("ends tunnels at once when it is closed", () =>
    withTcpOrigin(
      async (conn) => void await conn.read(new Uint8Array(1)).catch(() => {}),
      (port) =>
        withProxy({}, (proxy) =>
          withClient(proxy, async (client) => {
            await client.send(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
            await client.until("\r\n\r\n");
            assertEquals(proxy.open, 2);
            await proxy.close();
            assertEquals(proxy.open, 0);
            await client.rest().catch(() => {});
          })),
    ));
});

describe("the proxy, before another proxy", CURL, () => {
  it("goes through it, with plain requests and with tunnels", async () => {
    const authority = await testAuthority();
    await withOrigin(
      (request, response) => response.end(request.headers.via ?? "no via"),
      (plain) =>
        withOrigin(
          (_, response) => response.end("secret"),
          (secure) =>
            withFile(authority.cert, (ca) =>
              withProxy({}, (last) =>
                withProxy({ upstream: new URL(last.url) }, async (first) => {
                  const { stdout } = await curl(first, plain.url, plain.url);
                  assertMatch(stdout, /^(1\.1 sluice-\w+, 1\.1 sluice-\w+){2}$/);
                  assertEquals((await curl(first, "--cacert", ca, secure.url)).stdout, "secret");
                  await until(() =>
                    last.said.length === 3
                  );
                }))),
          { authority },
        ),
    );
  });

  it("keeps what comes right behind the 200 of the other proxy: V5, row 32", () =>
    withTcpOrigin(
      async (conn) => {
        let head = "";
        const p = new Uint8Array(1);
        while (!head.endsWith("\r\n\r\n") && await conn.read(p) !== null) head += String.fromCharCode(...p);
        assertMatch(head, /^CONNECT example\.test:7 HTTP\/1\.1\r\n[^]*proxy-authorization: Basic dTpw\r\n/);
        await conn.write(encoder.encode("HTTP/1.1 200 OK\r\n\r\nHELLO"));
        await conn.read(p);
      },
      (port) =>
        withProxy({ upstream: new URL(`http://u:p@127.0.0.1:${port}`) }, (proxy) =>
          withClient(proxy, async (client) => {
            await client.send("CONNECT example.test:7 HTTP/1.1\r\nHost: x\r\n\r\n");
            await client.until("\r\n\r\nHELLO");
            await client.send("x");
            await client.rest();
          })),
    ));

  it("answers 502 where the other proxy refuses, or is not there", () =>
    withTcpOrigin(async (conn) => {
      await conn.read(new Uint8Array(4096));
      await conn.write(encoder.encode("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
    }, (port) =>
      withProxy({ upstream: new URL(`http://127.0.0.1:${port}`) }, (proxy) =>
        withProxy({ upstream: new URL("http://127.0.0.1:1") }, async (lost) => {
          const refused = await curl(proxy, "-i", "https://example.test/");
          assertMatch(refused.stdout, /^HTTP\/1\.1 502 [^]*answered 403 Forbidden/);
          assertMatch(
            (await curl(lost, "-i", "http://example.test/")).stdout,
            /^HTTP\/1\.1 502 [^]*warning: 199 /,
          );
        }))));
});

describe("the proxy, with --refuse-private", CURL, () => {
  for (
    const host of ["127.0.0.1", "localhost", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
  ) {
    it(`refuses ${host}, by what it stands for`, () =>
      withOrigin(
        (_, response) => response.end("private"),
        (origin) =>
          withProxy({ refusePrivate: true }, (proxy) =>
            withClient(proxy, async (client) => {
              const authority = `${host}:${origin.port}`;
              await client.send(`GET http://${authority}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
              assertMatch(await client.until("\r\n\r\n"), /^HTTP\/1\.1 403 [^]*warning: 199 /);
              await client.until("private network\n");
              await client.send(`CONNECT ${authority} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
              assertMatch(await client.rest(), /^HTTP\/1\.1 403 /);
              assertEquals(origin.connections(), 0);
            })),
      ));
  }
});
