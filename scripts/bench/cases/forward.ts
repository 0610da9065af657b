import { bundleProgram } from "../child.ts";
import { sampleFile } from "../host_files.ts";
import type { Cases, Contender, Contest } from "../measure.ts";
import { Receiver } from "../traffic.ts";

/**
 * A worker of workerd that forwards a native body, as its client sees it.
 *
 * @param program The path of workerd
 */
export function forwardCases(program: string): Cases {
  return (share) => {
    const bytes = 32 * 1024 * 1024 * share;
    let port = 0;
    const contender = (name: string, way = name): Contender => ({
      name,
      prepare(stride) {
        const receiver = new Receiver(stride);
        return {
          async go() {
            const { body } = await fetch(`http://127.0.0.1:${port}/${encodeURIComponent(way)}`);
            if (body === null) throw new Error("There is no body");
            for await (const chunk of body) receiver.accept(chunk);
          },
          received: () => receiver,
        };
      },
    });
    const contest = (length: string, peers: Contender[]): Contest => ({
      name: `forward a native body, length ${length}`,
      bytes,
      async setUp() {
        const server = await serve(program, bytes);
        port = server.port;
        return server.stop;
      },
      ours: [contender("copy", `copy, length ${length}`)],
      peers,
    });
    return [
      contest("known", [contender("as it is")]),
      contest("unknown", [contender("pipeTo"), contender("loop")]),
    ];
  };
}

/** A server in a process of its own. */
interface Served {
  port: number;
  stop(): Promise<void>;
}

async function serve(program: string, bytes: number): Promise<Served> {
  const { folder, remove } = await sampleFile(bytes);
  const bundle = await bundleProgram("scripts/bench/forward/worker.ts", "forward");
  await Deno.mkdir(`${folder}/files`);
  await Deno.rename(`${folder}/sample`, `${folder}/files/sample`);
  await Deno.copyFile(bundle, `${folder}/worker.mjs`);
  await Deno.copyFile("scripts/bench/forward/config.capnp", `${folder}/config.capnp`);
  const child = new Deno.Command(await Deno.realPath(program), {
    args: ["serve", "config.capnp", "--control-fd=1"],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  const { port } = JSON.parse(new TextDecoder().decode(value));
  return {
    port,
    async stop() {
      child.kill();
      await output.cancel();
      await child.status;
      await remove();
    },
  };
}
