import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { build, stop } from "esbuild";
import { install } from "../../scripts/test/install.ts";
import { readAll, writeAll } from "../../mod.ts";
import { assertBytes, pattern } from "../support/bytes.ts";
import { encode } from "../support/utf8.ts";
import { ORDERS } from "./wires.ts";

const ENTRY = `
import { connect } from "cloudflare:sockets";
import { relay } from "./tests/net/workerd_sockets.ts";
export default { fetch: (request) => relay(connect, request) };
`;

const CONFIG = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "relay", worker = (
      modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
      compatibilityDate = "2026-11-01",
    )),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "relay")],
);
`;

/** Starts workerd with the worker; it says on standard output which port it has got. */
async function start(folder: string): Promise<{ child: Deno.ChildProcess; url: string }> {
  const program = await install("workerd", "workerd@latest", "workerd");
  const outfile = `${folder}/worker.mjs`;
  try {
    await build({
      stdin: { contents: ENTRY, resolveDir: Deno.cwd() },
      outfile,
      bundle: true,
      format: "esm",
      target: "es2022",
      external: ["cloudflare:sockets"],
    });
  } finally {
    await stop();
  }
  await Deno.writeTextFile(`${folder}/config.capnp`, CONFIG);
  const child = new Deno.Command(program, {
    args: ["serve", `${folder}/config.capnp`, "--control-fd=1"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes('"listen"')) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`workerd ended early: ${said}`);
    said += value;
  }
  reader.cancel().catch(() => {});
  return { child, url: `http://127.0.0.1:${/"port":(\d+)/.exec(said)?.[1]}/` };
}

async function sendAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  await writeAll(conn, bytes);
  await conn.closeWrite();
}

describe(
  "copyBidirectional() between sockets of workerd",
  { sanitizeOps: false, sanitizeResources: false },
  () => {
    let folder = "";
    let child: Deno.ChildProcess;
    let url = "";

    beforeAll(async () => {
      folder = await Deno.makeTempDir();
      ({ child, url } = await start(folder));
    });

    afterAll(async () => {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    });

    /** Has the worker relay between two connections, of which the test has the other ends. */
    async function relay(
      query: string,
      test: (a: Deno.Conn, b: Deno.Conn) => Promise<void>,
    ): Promise<Record<string, unknown>> {
      using listenerA = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      using listenerB = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const ports = `a=${listenerA.addr.port}&b=${listenerB.addr.port}`;
      const answer = fetch(`${url}?${ports}&${query}`).then((response) => response.json());
      const conns = await Promise.all([listenerA.accept(), listenerB.accept()]);
      try {
        await test(...conns);
        return await answer;
      } finally {
        for (const conn of conns) conn.close();
      }
    }

    for (const { first, pick } of ORDERS) {
      it(`carries the end of ${first} through, then an answer of 1 MiB, if they may be half open`, async () => {
        const [question, answer] = [pattern(300_000), pattern(1024 * 1024, 7)];
        const outcome = await relay("half", async (a, b) => {
          const [asks, answers] = pick(a, b);
          const asked = sendAll(asks, question);
          assertBytes(await readAll(answers), question, "question");
          await asked;
          const answered = sendAll(answers, answer);
          assertBytes(await readAll(asks), answer, "answer");
          await answered;
        });
        const [aToB, bToA] = pick(question.byteLength, answer.byteLength);
        assertEquals(outcome, { ok: true, aToB, bToA });
      });

      it(`ends both with the end of ${first} otherwise, when workerd closes what is locked, and says so`, async () => {
        const outcome = await relay("", async (a, b) => {
          const [talks, listens] = pick(a, b);
          await writeAll(talks, encode("hello"));
          const p = new Uint8Array(16);
          assertEquals(await listens.read(p), 5);
          await talks.closeWrite();
          assertEquals([await talks.read(p), await listens.read(p)], [null, null]);
          await listens.closeWrite();
        });
        const [aToB, bToA] = pick(5, 0);
        const reason = "TypeError: This WritableStream is currently locked to a writer.";
        assertEquals(outcome, { ok: false, side: first, reason, aToB, bToA });
      });
    }
  },
);
