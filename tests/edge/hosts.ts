import { build, stop } from "esbuild";
import { runChild } from "../../scripts/test/child.ts";
import { install } from "../../scripts/test/install.ts";
import worker from "./worker.ts";

/** A host that serves the worker, until it is disposed of. */
export interface Served extends AsyncDisposable {
  /** Where it listens, with a slash at the end. */
  url: string;
}

/** Those who serve the worker, by name. Each makes `worker.ts` its own as its users would. */
export const HOSTS: Record<string, (folder: string) => Promise<Served>> = {
  workerd: serveInWorkerd,
  Deno: serveInDeno,
  Bun: serveInBun,
};

async function serveInWorkerd(folder: string): Promise<Served> {
  const program = await install("workerd", "workerd@latest", "workerd");
  try {
    await build({
      entryPoints: ["tests/edge/worker.ts"],
      outfile: `${folder}/worker.mjs`,
      bundle: true,
      format: "esm",
      target: "es2022",
      logLevel: "warning",
    });
  } finally {
    await stop();
  }
  // A configuration names its files relative to itself.
  await Deno.copyFile("tests/edge/workerd.capnp", `${folder}/workerd.capnp`);
  // Its control messages are the only way to learn which port it has got.
  const args = ["serve", `${folder}/workerd.capnp`, "--control-fd=1"];
  return await serveInChild(program, args, (line) => {
    if (!line.includes('"listen"')) return undefined;
    return `http://127.0.0.1:${JSON.parse(line).port}/`;
  });
}

function serveInDeno(): Promise<Served> {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => worker.fetch(request),
  );
  return Promise.resolve({
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  });
}

async function serveInBun(): Promise<Served> {
  const program = await install("bun", "bun@latest", "bun");
  return await serveInChild(program, ["tests/edge/serve_bun.ts"], (line) => /http:\S+/.exec(line)?.[0]);
}

/** Starts a program, and waits for the line that tells where it listens. */
async function serveInChild(
  program: string,
  args: string[],
  listensOn: (line: string) => string | undefined,
): Promise<Served> {
  const control = new AbortController();
  const listening = Promise.withResolvers<string>();
  const ended = runChild(program, args, (line) => {
    const url = listensOn(line);
    if (url === undefined) console.log(line);
    else listening.resolve(url);
  }, { signal: control.signal });
  ended.then(({ lines }) => listening.reject(new Error([`${program} ended early`, ...lines].join("\n"))));
  return {
    url: await listening.promise,
    async [Symbol.asyncDispose]() {
      control.abort();
      await ended;
    },
  };
}
