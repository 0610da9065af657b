import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { until, untilStill } from "../support/waiting.ts";
import { hashOf, largeBody, writePieces } from "./proxy/body.ts";
import { command, CURL, curl, curlUpload, withClient, withOrigin, withProxy } from "./proxy/harness.ts";

const MiB = 1024 * 1024;

describe("the proxy, for plain HTTP", CURL, () => {
  it("forwards a request of curl, and its answer", () =>
    withOrigin((request, response) => {
      response.setHeader("x-seen", `${request.method} ${request.url} ${request.headers.host}`);
      response.end("hello\n");
    }, (origin) =>
      withProxy({}, async (proxy) => {
        const { code, stdout } = await curl(proxy, "-i", `${origin.url}a/b?c=d`);
        assertEquals(code, 0);
        assertMatch(stdout, /^HTTP\/1\.1 200 OK\r\n/);
        assertStringIncludes(stdout, `x-seen: GET /a/b?c=d ${origin.authority}\r\n`);
        assertMatch(stdout, /\r\n\r\nhello\n$/);
        assertEquals(proxy.said.length, 1);
        assertMatch(proxy.said[0] ?? "", /^GET http:\/\/127\.0\.0\.1:\d+\/a\/b\?c=d 200 \d+ B in .*s$/);
      })));

  it("names itself in Via, and forwards no field that is for the proxy alone or that Connection names", () =>
    withOrigin((request, response) => {
      response.setHeader("connection", "x-hop, keep-alive");
      response.setHeader("x-hop", "1");
      response.setHeader("x-kept", "2");
      response.setHeader("proxy-authenticate", "Basic");
      response.end(JSON.stringify(request.headers));
    }, (origin) =>
      withProxy({}, (proxy) =>
        withClient(proxy, async (client) => {
          await client.send(
            `GET ${origin.url} HTTP/1.1\r\nHost: elsewhere\r\nConnection: close, X-Mine\r\nX-Mine: a\r\nX-Kept: b\r\n` +
              "Proxy-Authorization: Basic eA==\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\nVia: 1.0 before\r\n\r\n",
          );
          const head = await client.until("\r\n\r\n");
          assertMatch(head, /\r\nvia: 1\.1 sluice-\w+\r\n/);
          assertStringIncludes(head, "x-kept: 2\r\n");
          assert(!/x-hop|proxy-authenticate/.test(head), head);
          const { via, ...seen } = JSON.parse((await client.rest()).replace(/^\w+\r\n|\r\n0\r\n\r\n$/g, ""));
          assertMatch(via, /^1\.0 before, 1\.1 sluice-\w+$/);
          assertEquals(seen["x-kept"], "b");
          // The target says who is asked, whatever Host says.
          assertEquals(seen.host, origin.authority);
          for (const name of ["x-mine", "proxy-authorization", "proxy-connection", "te"]) {
            assertEquals(seen[name], undefined, name);
          }
        }))));

  it("keeps the connections of both sides for a series of requests: row 18", () =>
    withOrigin(
      (request, response) => response.end(`${request.url}\n`),
      (origin) =>
        withProxy({}, async (proxy) => {
          const urls = Array.from({ length: 50 }, (_, i) => `${origin.url}${i}`);
          const { code, stdout, stderr } = await curl(proxy, "-v", ...urls);
          assertEquals(code, 0);
          assertEquals(stdout, urls.map((_, i) => `/${i}\n`).join(""));
          assertEquals(stderr.match(/Re-using existing connection/g)?.length, 49);
          assertEquals(origin.connections(), 1);
        }),
    ));

  it("answers requests that came in one segment in their order, bodies intact: row 21", () =>
    withOrigin(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      response.end(`${request.url}=${body};`);
    }, (origin) =>
      withProxy({}, (proxy) =>
        withClient(proxy, async (client) => {
          const head = (path: string) => `POST ${origin.url}${path} HTTP/1.1\r\nHost: x\r\n`;
          await client.send(
            `${head("a")}Content-Length: 3\r\n\r\none${
              head("b")
            }Transfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n` +
              `${head("c")}Content-Length: 5\r\nConnection: close\r\n\r\nthree`,
          );
          const bodies = [...(await client.rest()).matchAll(/\/\w=\w+;/g)].join("");
          assertEquals(bodies, "/a=one;/b=two;/c=three;");
        }))));

  it("answers HEAD with the length of what GET would have, and goes on", () =>
    withOrigin((request, response) => {
      if (request.url === "/chunked") response.write("");
      else response.setHeader("content-length", 12345);
      response.end();
    }, (origin) =>
      withProxy({}, async (proxy) => {
        assertMatch(
          (await curl(proxy, "-I", origin.url)).stdout,
          /^HTTP\/1\.1 200 OK\r\ncontent-length: 12345\r\n/,
        );
        await withClient(proxy, async (client) => {
          await client.send(`HEAD ${origin.url} HTTP/1.1\r\nHost: x\r\n\r\n`);
          assertStringIncludes(await client.until("\r\n\r\n"), "content-length: 12345\r\n");
          await client.send(`HEAD ${origin.url}chunked HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
          const rest = await client.rest();
          assertMatch(rest, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
          assert(!rest.includes("content-length"), rest);
        });
      })));

  for (const status of [204, 304]) {
    it(`forwards a ${status} without a body`, () =>
      withOrigin((_, response) => {
        response.statusCode = status;
        response.end();
      }, (origin) =>
        withProxy({}, async (proxy) => {
          const { stdout } = await curl(proxy, "-i", origin.url, origin.url);
          assertEquals(stdout.match(new RegExp(`HTTP/1.1 ${status} `, "g"))?.length, 2);
          assertEquals(origin.connections(), 1);
        })));
  }

  it("forwards 100 Continue, and only then the body", () =>
    withOrigin(async (request, response) => {
      let size = 0;
      for await (const chunk of request) size += chunk.length;
      response.end(String(size));
    }, (origin) =>
      withProxy({}, (proxy) =>
        withClient(proxy, async (client) => {
          await client.send(
            `PUT ${origin.url} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n`,
          );
          assertMatch(await client.until("\r\n\r\n"), /^HTTP\/1\.1 100 /);
          await client.send("body");
          const head = await client.until("\r\n\r\n");
          assertMatch(head, /^HTTP\/1\.1 200 /);
          assertMatch(await client.until("4"), /4$/);
          // The connection lives on.
          await client.send(`GET ${origin.url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
          assertMatch(await client.rest(), /HTTP\/1\.1 200 /);
        }))));

  it("lets curl upload with Expect, and forwards a final answer that comes instead of 100", () =>
    withOrigin((request, response) => {
      if (request.headers.expect !== undefined) response.writeContinue();
      request.resume().on("end", () => response.end("stored\n"));
    }, (origin) =>
      withProxy({}, async (proxy) => {
        const upload = ["-H", "Expect: 100-continue", "--data-binary", "x".repeat(2000)];
        assertEquals((await curl(proxy, ...upload, origin.url)).stdout, "stored\n");
        const refused = await curl(proxy, ...upload, "-w", "%{http_code}", "http://127.0.0.1:1/");
        assertMatch(refused.stdout, /502$/);
      })));

  it("forwards chunked bodies both ways with their trailers", () =>
    withOrigin(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      response.writeHead(200, { trailer: "x-sum" });
      response.write(body.toUpperCase());
      response.addTrailers({ "x-sum": String(request.trailers["x-sum"]) });
      response.end();
    }, (origin) =>
      withProxy({}, (proxy) =>
        withClient(proxy, async (client) => {
          await client.send(
            `POST ${origin.url} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n` +
              "5\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 42\r\n\r\n",
          );
          const answer = await client.rest();
          assertStringIncludes(answer, "transfer-encoding: chunked\r\n");
          assertMatch(answer, /HELLO/);
          assertMatch(answer, /0\r\nx-sum: 42\r\n\r\n$/);
        }))));

  it("sends on at once what comes bit by bit: V2", () =>
    withOrigin((_, response) => {
      response.write("tick");
      // and nothing more until the client has gone
    }, (origin) =>
      withProxy({}, (proxy) =>
        withClient(proxy, async (client) => {
          await client.send(`GET ${origin.url} HTTP/1.1\r\nHost: x\r\n\r\n`);
          assertMatch(await client.until("tick"), /^HTTP\/1\.1 200 /);
        }))));

  it("answers a client of HTTP/1.0, whose body goes to the end of the connection", () =>
    withOrigin((_, response) => {
      response.write("one ");
      response.end("two");
    }, (origin) =>
      withProxy({}, (proxy) =>
        withClient(proxy, async (client) => {
          await client.send(`GET ${origin.url} HTTP/1.0\r\n\r\n`);
          const answer = await client.rest();
          assertStringIncludes(answer, "connection: close\r\n");
          assertMatch(answer, /\r\n\r\none two$/);
        }))));

  it("downloads 200 MiB, the same by hash", async () => {
    const { pieces, hash } = largeBody(200 * MiB);
    await withOrigin(async (_, response) => {
      response.setHeader("content-length", 200 * MiB);
      await writePieces(response, pieces);
      response.end();
    }, (origin) =>
      withProxy({}, async (proxy) => {
        const script = `curl -sS --proxy ${proxy.url} --noproxy '' ${origin.url} | sha256sum`;
        assertMatch((await command("sh", "-c", script)).stdout, new RegExp(`^${hash}`));
      }));
  });

  it("uploads 200 MiB, the same by hash", async () => {
    const { pieces, hash } = largeBody(200 * MiB);
    await withOrigin(
      async (request, response) => response.end(await hashOf(request)),
      (origin) =>
        withProxy({}, async (proxy) => {
          assertEquals(await curlUpload(proxy, pieces, origin.url), hash);
        }),
    );
  });

  it("reads an origin no faster than the client reads: row 30", async () => {
    const { pieces } = largeBody(200 * MiB);
    let sent = 0;
    await withOrigin(
      (_, response) => writePieces(response, pieces, (n) => sent += n),
      (origin) =>
        withProxy({}, (proxy) =>
          withClient(proxy, async (client) => {
            await client.send(`GET ${origin.url} HTTP/1.1\r\nHost: x\r\n\r\n`);
            await client.until("\r\n\r\n");
            // What the kernels and the proxy hold, and no more.
            assert(await untilStill(() => sent) < 32 * MiB, String(sent));
          })),
    );
  });

  it("lets go of an origin when the client aborts its download: row 20", async () => {
    const { pieces } = largeBody(200 * MiB);
    let gone = false;
    await withOrigin(async (_, response) => {
      response.on("close", () => gone = true);
      await writePieces(response, pieces);
    }, (origin) =>
      withProxy({}, async (proxy) => {
        await withClient(proxy, async (client) => {
          await client.send(`GET ${origin.url} HTTP/1.1\r\nHost: x\r\n\r\n`);
          await client.until("\r\n\r\n");
        });
        await until(() => gone && proxy.open === 0);
        assertMatch(proxy.said.join("\n"), /GET .* failed: the client went away: /);
      }));
  });

  it("cuts an answer off that its origin cuts off", () =>
    withOrigin((_, response) => {
      response.setHeader("content-length", 1000);
      response.write("only this", () => response.destroy());
    }, (origin) =>
      withProxy({}, async (proxy) => {
        const { code, stdout } = await curl(proxy, origin.url);
        assertEquals({ code, stdout }, { code: 18, stdout: "only this" });
        assertMatch(proxy.said.join("\n"), /GET .* failed: /);
      })));

  it("answers before a large upload has ended, and the client hears it", () =>
    withOrigin((_, response) => {
      response.writeHead(413, { connection: "close" });
      response.end("too large");
    }, (origin) =>
      withProxy({}, (proxy) =>
        withClient(proxy, async (client) => {
          await client.send(`POST ${origin.url} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n`);
          await client.send("x".repeat(100_000));
          assertMatch(await client.rest(), /^HTTP\/1\.1 413 [^]*connection: close[^]*too large/);
          await client.send("x".repeat(1000)).catch(() => {});
        }))));

  it("asks once more where a kept connection turns out to have ended", async () => {
    let served = 0;
    await withOrigin((request, response) => {
      served++;
      response.end(`${served}`);
      // Ended right after the answer, without a word about it.
      if (request.url === "/first") response.on("finish", () => request.socket.destroySoon());
    }, (origin) =>
      withProxy({}, async (proxy) => {
        assertEquals((await curl(proxy, `${origin.url}first`, `${origin.url}second`)).stdout, "12");
        assertEquals(origin.connections(), 2);
      }));
  });

  it("answers what is malformed with the status of the failure, and closes: no smuggling", () =>
    withProxy({}, async (proxy) => {
      for (
        const [request, status] of [
          ["GET http://127.0.0.1:1/ HTTP/1.1\nHost: x\n\n", 400],
          [
            "POST http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
          ],
          ["GET http://127.0.0.1:1/ HTTP/2.0\r\nHost: x\r\n\r\n", 505],
          [`GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(40_000)}\r\n\r\n`, 431],
          ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400],
          ["GET ftp://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400],
        ] as const
      ) {
        await withClient(proxy, async (client) => {
          await client.send(
            request.endsWith("close\r\n\r\n")
              ? request
              : request.replace(/\r\n\r\n$/, "\r\nConnection: close\r\n\r\n"),
          );
          assertMatch(await client.rest(), new RegExp(`^HTTP/1\\.1 ${status} [^]*connection: close`));
        });
      }
    }));

  it("answers a malformed chunk of an upload with 400", () =>
    withOrigin(
      (request, response) => request.on("end", () => response.end()).resume(),
      (origin) =>
        withProxy({}, (proxy) =>
          withClient(proxy, async (client) => {
            await client.send(
              `POST ${origin.url} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nonetwo\r\n0\r\n\r\n`,
            );
            assertMatch(await client.rest(), /^HTTP\/1\.1 400 /);
          })),
    ));

  it("answers 502 with a Warning where the target refuses: row 29", () =>
    withProxy({}, async (proxy) => {
      const { code, stdout } = await curl(proxy, "-i", "http://127.0.0.1:1/");
      assertEquals(code, 0);
      assertMatch(stdout, /^HTTP\/1\.1 502 Bad Gateway\r\n/);
      assertMatch(
        stdout,
        /\r\nwarning: 199 sluice-\w+ "Cannot connect to 127\.0\.0\.1:1: Connection refused"\r\n/,
      );
      assertMatch(proxy.said.join(), /GET http:\/\/127\.0\.0\.1:1\/ 502: Cannot connect/);
    }));

  it("answers 502 where the answer is no HTTP, and 504 where none comes", () =>
    withOrigin(
      (_, response) => response.socket?.end("nonsense\r\n\r\n"),
      (nonsense) =>
        withOrigin(() => {}, (silent) =>
          withProxy({ idleTimeout: 200 }, async (proxy) => {
            assertMatch((await curl(proxy, "-i", nonsense.url)).stdout, /^HTTP\/1\.1 502 /);
            assertMatch(
              (await curl(proxy, "-i", silent.url)).stdout,
              /^HTTP\/1\.1 504 [^]*no byte moved for 200 ms/,
            );
          })),
    ));

  it("closes a connection on which nothing is asked for too long: row 19", () =>
    withProxy({ idleTimeout: 100 }, (proxy) =>
      withClient(proxy, async (client) => {
        assertEquals(await client.rest(), "");
        await until(() => proxy.open === 0);
        assertMatch(proxy.said.join(), /no byte moved for 100 ms/);
      })));

  it("applies modifiers to heads and bodies", () =>
    withOrigin(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      response.setHeader("content-length", 6);
      response.end(`${request.headers["x-set"]} ${body}`.slice(0, 6));
    }, (origin) =>
      withProxy({
        modifiers: {
          request(request) {
            request.headers.set("x-set", "yes");
            if (request.method === "POST") request.body = new Blob(["changed"]);
          },
          response(response) {
            response.headers.set("x-set", "too");
            response.body = new Blob(["<", "replaced", ">"]);
          },
        },
      }, async (proxy) => {
        const { stdout } = await curl(proxy, "-i", "-d", "original", origin.url, origin.url);
        assertEquals(stdout.match(/x-set: too\r\n/g)?.length, 2);
        assertEquals(stdout.match(/content-length: 10\r\n/g)?.length, 2);
        assertEquals(stdout.match(/<replaced>/g)?.length, 2);
        assertEquals(origin.connections(), 1);
      })));

  it("refuses what was here before", () =>
    withOrigin(
      (request, response) => response.end(request.headers.via),
      (origin) =>
        withProxy({}, async (proxy) => {
          const via = (await curl(proxy, origin.url)).stdout;
          assertMatch((await curl(proxy, "-i", "-H", `Via: ${via}`, origin.url)).stdout, /^HTTP\/1\.1 508 /);
        }),
    ));

  it("ends everything at once when it is closed: row 20", () =>
    withOrigin(
      (_, response) => void response.write("and then nothing"),
      (origin) =>
        withProxy({}, (proxy) =>
          withClient(proxy, (busy) =>
            withClient(proxy, async (idle) => {
              await busy.send(`GET ${origin.url} HTTP/1.1\r\nHost: x\r\n\r\n`);
              await busy.until("nothing");
              await idle.send("GET http://");
              await proxy.close();
              assertEquals(proxy.open, 0);
              await busy.rest().catch(() => {});
              await idle.rest().catch(() => {});
              await until(() => origin.open() === 0);
            }))),
    ));
});
