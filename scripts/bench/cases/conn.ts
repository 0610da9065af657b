import { copy } from "../../../mod.ts";
import { copyBidirectional } from "../../../src/net/mod.ts";
import type { Contender, Contest } from "../measure.ts";
import { obviousLoop } from "../peers.ts";
import { type FarEnds, startFarEnds } from "../relay/far_ends_of.ts";
import { type GoRelay, hasGo, startGoRelay } from "../relay/go_relay.ts";
import type { Received } from "../traffic.ts";

/** One direction of a TCP relay. Both far ends are in a process of their own. */
export function connCases(share: number): Contest[] {
  if (typeof Deno === "undefined") return [];
  const bytes = 256 * 1024 * 1024 * share;
  let started: { ends: FarEnds; go: GoRelay | undefined } | undefined;
  const processes = () => {
    if (started === undefined) throw new Error("There is nobody to connect to");
    return started;
  };

  const contender = (
    name: string,
    relay: (dst: Deno.TcpConn, src: Deno.TcpConn) => Promise<unknown>,
  ): Contender => ({
    name,
    async prepare(stride) {
      const { ends } = processes();
      await ends.expect(bytes, stride);
      const src = await Deno.connect({ hostname: "127.0.0.1", port: ends.source });
      const dst = await Deno.connect({ hostname: "127.0.0.1", port: ends.sink });
      let received: Received = { count: 0, hash: 0 };
      return {
        async go() {
          await relay(dst, src);
          received = await ends.received();
        },
        received() {
          for (const conn of [src, dst]) close(conn);
          return received;
        },
      };
    },
  });
  const inGo: Contender = {
    name: "io.Copy of Go",
    async prepare(stride) {
      const { ends, go } = processes();
      await ends.expect(bytes, stride);
      let received: Received = { count: 0, hash: 0 };
      return {
        async go() {
          await go?.relay(ends.source, ends.sink);
          received = await ends.received();
        },
        received: () => received,
      };
    },
  };

  return [{
    name: "relay of a connection",
    bytes,
    async setUp() {
      const ends = await startFarEnds();
      const go = hasGo() ? await startGoRelay() : undefined;
      started = { ends, go };
      return async () => {
        await go?.stop();
        await ends.stop();
      };
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
      ...hasGo() ? [inGo] : [],
    ],
  }];
}

function close(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // Its own stream has closed it.
  }
}
