import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { connect } from "node:net";
import { copy, discard, readAll, writeAll } from "../../mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { needsProgram } from "../support/programs.ts";
import { encode } from "../support/utf8.ts";
import { gate, until, untilStill } from "../support/waiting.ts";
import {
  descriptors,
  dial,
  peakMemory,
  run,
  withRelay,
  withRelayOnTerminal,
  withTarget,
} from "./relay/program.ts";

const MIB = 1024 * 1024;

/** Sends everything back at once. */
async function echo(conn: Deno.TcpConn): Promise<void> {
  await copy(conn, conn);
  await conn.closeWrite();
}

/** Reads a question to its end, and only then sends an answer that is a good deal larger. */
async function answerLate(conn: Deno.TcpConn): Promise<void> {
  const question = await readAll(conn);
  await writeAll(conn, pattern(MIB, question.byteLength % 256));
  await conn.closeWrite();
}

/** Reads nothing, and says nothing, until its peer is gone. */
async function stall(conn: Deno.TcpConn): Promise<void> {
  await readAll(conn);
}

const CURL = await needsProgram("curl");
const TERMINAL = await needsProgram("script");

/** What stands under /proc, and only in Linux. */
const hasProc = Deno.build.os === "linux";

describe("deno task relay LISTEN TARGET", () => {
  it("relays what curl asks, one line for each connection", CURL, async () => {
    const body = pattern(300_000);
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const received = await request.bytes();
      return new Response(received.byteLength > 0 ? received : body);
    });
    await withRelay(server.addr.port, [], async ({ port, line, interrupt }) => {
      const curl = async (...args: string[]) => {
        const command = new Deno.Command("curl", {
          args: ["--silent", "--show-error", "--fail", ...args, `http://127.0.0.1:${port}/`],
        });
        const { stdout, code, stderr } = await command.output();
        assertEquals(code, 0, new TextDecoder().decode(stderr));
        return stdout;
      };
      assertBytes(await curl(), body);
      assertBytes(await curl("--data-binary", "posted"), encode("posted"));
      assertMatch(
        await line("293 KiB"),
        /^127\.0\.0\.1:\d+: \d+ B up, 293 KiB .* down in .*s, both sides ended$/,
      );
      assertEquals(await interrupt(), 0);
      assertMatch(await line("2 over"), /^0 open, 2 over, .* up, .* down$/);
    });
  });

  it("carries the end of the client through, and then a late answer whole, as SSH needs it (row 15)", () =>
    withTarget(answerLate, (target) =>
      withRelay(target, [], async ({ port, line }) => {
        using client = await dial(port);
        await writeAll(client, pattern(300_000));
        await client.closeWrite();
        assertBytes(await readAll(client), pattern(MIB, 300_000 % 256));
        assertStringIncludes(await line("1 MiB down"), "(300,000 bytes) up");
      })));

  it("relays 200 connections at once", () =>
    withTarget(echo, (target) =>
      withRelay(target, [], async ({ port, said }) => {
        await Promise.all(Array.from({ length: 200 }, async (_, i) => {
          using client = await dial(port);
          const bytes = pattern(10_000 + i, i);
          const received = readAll(client);
          await writeAll(client, bytes);
          await client.closeWrite();
          assertBytes(await received, bytes);
        }));
        await until(() => said.filter((line) => line.endsWith("both sides ended")).length === 200);
      })));

  it("closes a client that stops reading once it is idle, and goes on with others", () =>
    withTarget(async (conn) => {
      const block = new Uint8Array(MIB);
      for (let i = 0; i < 32; i++) await writeAll(conn, block);
    }, (target) =>
      withRelay(target, ["--idle", "1s"], async ({ port, line }) => {
        using _stuck = await dial(port);
        assertMatch(await line("no byte moved"), / up, .* down in .*s, .*: no byte moved for 1000 ms$/);
        using other = await dial(port);
        assertEquals(await copy(discard, other), 32 * MIB);
      })));

  it("ends the connection to the target when its client vanishes", async () => {
    const [greeted, ended] = [gate(), gate()];
    await withTarget(async (conn) => {
      await conn.read(new Uint8Array(5));
      greeted.open();
      await stall(conn).finally(ended.open);
    }, (target) =>
      withRelay(target, [], async ({ port, line }) => {
        const client = connect(port, "127.0.0.1");
        client.on("error", () => {});
        client.write(encode("hello"));
        await greeted.promise;
        client.resetAndDestroy();
        assertMatch(await line("the client failed"), /, the client failed: Connection reset by peer$/);
        await ended.promise;
      }));
  });

  it("closes its clients, and says why, while there is no target", async () => {
    const refused = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port: target } = refused.addr;
    refused.close();
    await withRelay(target, [], async ({ port, line, interrupt }) => {
      using client = await dial(port);
      assertEquals(await client.read(new Uint8Array(1)), null);
      assertMatch(await line("no target"), /: 0 B up, 0 B down in .*s, no target: Connection refused$/);
      await interrupt();
      assertStringIncludes(await line("1 over"), "0 open, 1 over, 1 failed");
    });
  });

  it(
    "leaves no descriptor behind after 2,000 connections",
    { ignore: !hasProc },
    () =>
      withTarget(echo, (target) =>
        withRelay(target, [], async ({ port, pid, said }) => {
          async function visit(): Promise<void> {
            using client = await dial(port);
            await client.write(encode("x"));
            await client.closeWrite();
            assertEquals(await copy(discard, client), 1);
          }
          const visits = async (n: number) => {
            for (let i = 0; i < n; i += 50) await Promise.all(Array.from({ length: 50 }, visit));
          };
          await visits(50);
          await until(() => said.filter((line) => line.endsWith("ended")).length === 50);
          const before = descriptors(pid);
          await visits(2000);
          await until(() => said.filter((line) => line.endsWith("ended")).length === 2050);
          // The runtime opens and closes a few of its own at times.
          assert(descriptors(pid) <= before + 10, `${before} became ${descriptors(pid)}`);
        })),
  );

  it("needs no more memory for a slow reader of 200 MiB", { ignore: !hasProc }, async () => {
    const size = 200 * MIB;
    let sent = 0;
    await withTarget(async (conn) => {
      const block = new Uint8Array(MIB);
      while (sent < size) sent += await conn.write(block.subarray(0, Math.min(MIB, size - sent)));
      await conn.closeWrite();
      await stall(conn);
    }, (target) =>
      withRelay(target, [], async ({ port, pid, line }) => {
        using client = await dial(port);
        const p = new Uint8Array(64 * 1024);
        await client.read(p);
        const before = peakMemory(pid);
        // Nobody reads: only what the buffers of the system hold can be on the way.
        const held = await untilStill(() => sent);
        assert(held < 32 * MIB, `${held} bytes are on the way`);
        await client.closeWrite();
        await copy(discard, client);
        assertStringIncludes(await line("both sides ended"), "200 MiB down");
        const grown = peakMemory(pid) - before;
        assert(grown < 64 * MIB, `the relay grew by ${Math.round(grown / MIB)} MiB`);
      }));
  });

  for (
    const [limits, least] of [
      [["--rate", "1MiB"], 700],
      [["--rate-each", "1MiB"], 300],
    ] as const
  ) {
    it(`keeps ${limits.join(" ")} for two connections`, () =>
      withTarget(echo, (target) =>
        withRelay(target, [...limits], async ({ port }) => {
          const start = performance.now();
          await Promise.all([0, 1].map(async () => {
            using client = await dial(port);
            const received = copy(discard, client);
            await writeAll(client, new Uint8Array(MIB / 2));
            await client.closeWrite();
            assertEquals(await received, MIB / 2);
          }));
          const ms = performance.now() - start;
          assert(ms > least, `${ms} ms`);
        })));
  }

  it("ends a connection whose other side does not end with --half-close", () =>
    withTarget(async (conn) => {
      // It reads the end, and never answers it.
      await readAll(conn);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }, (target) =>
      withRelay(target, ["--half-close", "100ms"], async ({ port, line }) => {
        using client = await dial(port);
        await client.closeWrite();
        assertEquals(await client.read(new Uint8Array(1)), null);
        assertStringIncludes(await line("for the other direction"), "no byte moved for 100 ms");
      })));

  it("ends every connection with Ctrl-C, and sums up", () => {
    const greeted = gate();
    return withTarget(async (conn) => {
      await conn.read(new Uint8Array(5));
      greeted.open();
      await stall(conn);
    }, (target) =>
      withRelay(target, [], async ({ port, line, interrupt }) => {
        using client = await dial(port);
        await client.write(encode("hello"));
        await greeted.promise;
        const reading = client.read(new Uint8Array(1));
        assertEquals(await interrupt(), 0);
        assertEquals(await reading, null);
        assertMatch(await line("ended with the relay"), /: 5 B up, 0 B down in .*s, ended with the relay$/);
        assertEquals(await line("1 over"), "0 open, 1 over, 1 failed, 5 B up, 0 B down");
      }));
  });

  describe("on a terminal", TERMINAL, () => {
    it("shows live figures in its last line, below a line for each connection, and takes them away in the end", () =>
      withTarget(echo, (target) =>
        withRelayOnTerminal(target, 200, async (relay) => {
          assertMatch(relay.screen[0] ?? "", /^Relaying 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+$/);
          using client = await dial(relay.port);
          await writeAll(client, pattern(300_000));
          await client.read(new Uint8Array(1));
          await relay.lastLine((line) => /^1 open, 0 over, 293 KiB up, .* down; now .*\/s down$/.test(line));
          await until(() => /; now [^0]\S* \S+\/s up/.test(relay.written));
          await client.closeWrite();
          assertEquals(await copy(discard, client), 299_999);
          await relay.lastLine((line) =>
            line === "0 open, 1 over, 293 KiB up, 293 KiB down; now 0 B/s up, 0 B/s down"
          );
          assertMatch(
            relay.screen[1] ?? "",
            /^127\.0\.0\.1:\d+: 293 KiB .* up, .* down in .*s, both sides ended$/,
          );
          assertEquals(relay.screen.length, 3);
          assertEquals(await relay.pressCtrlC(), 0);
          assertEquals(relay.screen.slice(2), ["0 open, 1 over, 293 KiB up, 293 KiB down", ""]);
        })));

    it("never lets the last line become as long as the terminal is wide: it would wrap, and stay", () =>
      withTarget(echo, (target) =>
        withRelayOnTerminal(target, 30, async (relay) => {
          using _client = await dial(relay.port);
          assertEquals(
            await relay.lastLine((line) => line.startsWith("1 open")),
            "1 open, 0 over, 0 B up, 0 B d",
          );
          assertEquals(relay.screen.length, 2);
          assertEquals(await relay.pressCtrlC(), 0);
        })));
  });

  it("says in one line what it cannot do", async () => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    for (
      const [args, says] of [
        [[], "Cannot relay without both LISTEN and TARGET; see --help"],
        [["80"], "Cannot relay without both LISTEN and TARGET; see --help"],
        [["1", "2", "3"], "Cannot relay 3 things: expected LISTEN and TARGET; see --help"],
        [["x", "80"], 'Cannot use "x" as LISTEN: expected a port or HOST:PORT; see --help'],
        [["0", "0"], "Cannot connect to port 0 of TARGET; see --help"],
        [
          ["0", "1", "--rate", "x"],
          'Cannot use "x" for --rate: expected a size such as 64KiB or 1MiB; see --help',
        ],
        [
          ["0", "1", "--idle", "5"],
          'Cannot use "5" for --idle: expected a time such as 500ms or 60s; see --help',
        ],
        [["0", "1", "--fast"], "Unknown option '--fast'; see --help"],
        [
          [String(taken.addr.port), "1"],
          `Cannot listen on 127.0.0.1:${taken.addr.port}: Address already in use`,
        ],
      ] as const
    ) {
      assertEquals(await run(...args), { code: 1, said: `${says}\n`, stdout: "" });
    }
  });

  it("prints its help", async () => {
    const { code, stdout } = await run("--help");
    assertEquals(code, 0);
    assertStringIncludes(stdout, "deno task relay LISTEN TARGET");
  });
});
