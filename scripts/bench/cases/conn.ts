import { copy } from "../../../mod.ts";
import { copyBidirectional } from "../../../src/net/mod.ts";
import type { Contender, Contest } from "../measure.ts";
import { obviousLoop } from "../peers.ts";
import type { Received } from "../traffic.ts";

/** One direction of a TCP relay between sockets of Deno. Both far ends are in a process of their own. */
export function connCases(share: number): Contest[] {
  if (typeof Deno === "undefined") return [];
  const bytes = 256 * 1024 * 1024 * share;
  let ends: FarEnds | undefined;
  const contender = (
    name: string,
    relay: (dst: Deno.TcpConn, src: Deno.TcpConn) => Promise<unknown>,
  ): Contender => ({
    name,
    async prepare(stride) {
      if (ends === undefined) throw new Error("There is nobody to connect to");
      const far = ends;
      await far.ask(`/expect?bytes=${bytes}&stride=${stride}`);
      const src = await Deno.connect({ hostname: "127.0.0.1", port: far.source });
      const dst = await Deno.connect({ hostname: "127.0.0.1", port: far.sink });
      let received: Received = { count: 0, hash: 0 };
      return {
        async go() {
          await relay(dst, src);
          received = await far.ask("/received");
        },
        received() {
          for (const conn of [src, dst]) closeOf(conn);
          return received;
        },
      };
    },
  });
  return [{
    name: "relay of a connection",
    bytes,
    async setUp() {
      ends = await startFarEnds();
      return ends.stop;
    },
    ours: [
      contender("copy", async (dst, src) => {
        await copy(dst, src);
        await dst.closeWrite();
      }),
      contender("copyBidirectional", (dst, src) => copyBidirectional(src, dst)),
    ],
    peers: [
      contender("pipeTo", (dst, src) => src.readable.pipeTo(dst.writable)),
      contender("32 KiB loop", async (dst, src) => {
        await obviousLoop(dst, src);
        await dst.closeWrite();
      }),
    ],
  }];
}

function closeOf(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // Its own stream has closed it.
  }
}

/** The process at both ends of the relay. */
interface FarEnds {
  /** The port that sends. */
  source: number;
  /** The port that receives. */
  sink: number;
  ask(path: string): Promise<Received>;
  stop(): Promise<void>;
}

async function startFarEnds(): Promise<FarEnds> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/bench/far_ends.ts"],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  const { source, sink, control } = JSON.parse(new TextDecoder().decode(value));
  return {
    source,
    sink,
    ask: async (path) => await (await fetch(`http://127.0.0.1:${control}${path}`)).json(),
    async stop() {
      child.kill();
      await output.cancel();
      await child.status;
    },
  };
}
