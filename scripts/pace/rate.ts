import { copySettled, type Reader, type Writer } from "../../mod.ts";
import { throttle, throttleReader, throttleWriter } from "../../src/rate/mod.ts";
import { Ledger } from "./ledger.ts";
import { Trial } from "./trial.ts";

const WINDOW = 100; // ms
const BLOCK = 256 * 1024;

/** How true a limiter was. */
export interface Truth {
  /** By how much the mean was off at the receiving end, as a share of the rate. */
  off: number;
  /** The most that the limiter let pass in any window of 100 ms, as a share of what may. */
  passed: number;
  /** The most that came to the receiving end in any such window, as a share of the same. */
  arrived: number;
  /** For how many milliseconds the program stood still, beyond what a full bucket makes up for. */
  lost: number;
}

/** A way to throttle what goes through a socket. */
export interface Way {
  name: string;
  /** Moves bytes until the signal; tells of each part when it passes, and when it arrives. */
  move(trial: Trial, arrived: Ledger, signal: AbortSignal): Promise<void>;
}

/** Every way there is, on either side of a socket. */
export const WAYS: readonly Way[] = [
  {
    name: "into a socket by throttleWriter()",
    move: (trial, arrived, signal) =>
      intoSocket(arrived, signal, async (conn) => {
        await copySettled(throttleWriter(noting(trial, conn), trial.limiter), endless(), { signal });
      }),
  },
  {
    name: "into a socket by throttle()",
    move: (trial, arrived, signal) =>
      intoSocket(arrived, signal, async (conn) => {
        const blocks = new ReadableStream<Uint8Array>({
          pull: (controller) => controller.enqueue(new Uint8Array(BLOCK)),
        }, { highWaterMark: 0 });
        await copySettled(noting(trial, conn), blocks.pipeThrough(throttle(trial.limiter)), { signal });
      }),
  },
  {
    name: "out of a socket by throttleReader()",
    move: (trial, arrived, signal) =>
      outOfSocket(signal, async (conn) => {
        await copySettled(noting(trial, sink(arrived)), throttleReader(conn, trial.limiter), { signal });
      }),
  },
  {
    name: "out of a socket by throttle()",
    move: (trial, arrived, signal) =>
      outOfSocket(signal, async ({ readable }) => {
        await copySettled(noting(trial, sink(arrived)), readable.pipeThrough(throttle(trial.limiter)), {
          signal,
        });
      }),
  },
];

/** Bytes without an end. */
export function endless(): Reader {
  return { read: (p) => Promise.resolve(p.byteLength) };
}

/**
 * Sends through a socket at a rate for some time.
 *
 * @param way What is throttled, and how
 * @param rate Bytes a second
 * @param seconds For how long
 * @returns How true it was
 */
export async function measureRate(way: Way, rate: number, seconds: number): Promise<Truth> {
  const trial = new Trial(rate);
  const arrived = new Ledger();
  const controller = new AbortController();
  let mean = NaN;
  const timer = setTimeout(() => {
    mean = trial.mean(arrived.total);
    controller.abort();
  }, seconds * 1000);
  try {
    await way.move(trial, arrived, controller.signal);
  } finally {
    clearTimeout(timer);
  }
  const may = trial.limiter.burst + rate * WINDOW / 1000;
  return {
    off: Math.abs(mean - 1),
    passed: trial.passed.fullest(WINDOW) / may,
    arrived: arrived.fullest(WINDOW) / may,
    lost: trial.lost,
  };
}

/** Notes what passes on its way to a writer. */
function noting(trial: Trial, writer: Writer): Writer {
  return {
    async write(p) {
      const at = trial.now;
      const n = await writer.write(p);
      trial.passed.add(n, at);
      return n;
    },
  };
}

/** A receiving end that is no socket. */
function sink(arrived: Ledger): Writer {
  return {
    write(p) {
      arrived.add(p.byteLength, performance.now());
      return Promise.resolve(p.byteLength);
    },
  };
}

/** Sends into a socket whose other end takes in everything. */
async function intoSocket(
  arrived: Ledger,
  signal: AbortSignal,
  send: (conn: Deno.TcpConn) => Promise<void>,
): Promise<void> {
  await overSocket(send, async (conn) => {
    const p = new Uint8Array(4 * BLOCK);
    for (let n = await conn.read(p); n !== null; n = await conn.read(p)) {
      if (!signal.aborted) arrived.add(n, performance.now());
    }
  });
}

/** Receives from a socket whose other end sends as much as it can. */
async function outOfSocket(
  signal: AbortSignal,
  receive: (conn: Deno.TcpConn) => Promise<void>,
): Promise<void> {
  await overSocket(receive, async (conn) => {
    const block = new Uint8Array(BLOCK);
    while (!signal.aborted) await conn.write(block);
  });
}

/** Connects two ends over loopback. It is over when the near one is; the far one then fails or ends. */
async function overSocket(
  atNear: (conn: Deno.TcpConn) => Promise<void>,
  atFar: (conn: Deno.TcpConn) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = listener.accept();
  const near = await Deno.connect({ port: listener.addr.port, hostname: "127.0.0.1" });
  const far = await accepted;
  listener.close();
  const over = atFar(far).catch(() => {});
  await atNear(near);
  close(near);
  await over;
  close(far);
}

/** Deno closes a connection whose stream was cancelled, and refuses to do so again. */
function close(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch (reason) {
    if (!(reason instanceof Deno.errors.BadResource)) throw reason;
  }
}
