/**
 * Connections by script, of every shape that a Duplex has: `near` is the duplex, everything else is what its peer does and
 * sees.
 *
 * @module
 */
import type { Duplex } from "../../src/net/mod.ts";
import { assertUnlocked } from "../support/locks.ts";
import { decode, encode } from "../support/utf8.ts";
import { type Gate, gate } from "../support/waiting.ts";

/** A connection by script. */
export interface Wire {
  near: Duplex;
  /** Sends to the near side. */
  send(data: string | Uint8Array): void;
  /** Ends what is sent. */
  end(): void;
  /** Fails what is sent: the near side's reads reject. */
  fail(reason: unknown): void;
  /** From now on the near side's writes reject. */
  refuse(reason: unknown): void;
  /** From now on the near side's writes wait until the result is called. */
  hold(): () => void;
  /** What the near side wrote. */
  readonly bytes: number;
  readonly text: string;
  /** What happened to the near side besides, in order: `end` of what it sends, `close`, and `abort` with its reason. */
  readonly events: readonly string[];
  /** Whether everything at the near side has ended. */
  readonly over: boolean;
}

/** What both kinds of wires have in common: what is written, and how. */
class Written {
  readonly chunks: string[] = [];
  readonly events: string[] = [];
  bytes = 0;
  refusal: { reason: unknown } | null = null;
  held: Gate | null = null;

  async take(p: Uint8Array): Promise<number> {
    if (this.refusal !== null) throw this.refusal.reason;
    const copy = new Uint8Array(p);
    await this.held?.promise;
    this.chunks.push(decode(copy));
    this.bytes += copy.byteLength;
    return copy.byteLength;
  }

  hold(): () => void {
    this.held = gate();
    const { open } = this.held;
    return () => {
      this.held = null;
      open();
    };
  }
}

function wire(near: Duplex, written: Written, rest: Pick<Wire, "send" | "end" | "fail" | "over">): Wire {
  return {
    near,
    refuse: (reason) => void (written.refusal = { reason }),
    hold: () => written.hold(),
    get bytes() {
      return written.bytes;
    },
    get text() {
      return written.chunks.join("");
    },
    events: written.events,
    send: rest.send,
    end: rest.end,
    fail: rest.fail,
    get over() {
      return rest.over;
    },
  };
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? encode(data) : data;
}

/** A connection with methods, as `Deno.Conn`; without those that `lacks` names. */
export function methods(...lacks: ("closeWrite" | "close")[]): Wire {
  const written = new Written();
  const queue: Uint8Array[] = [];
  let over: { reason?: unknown } | null = null;
  let closed = false;
  let wake = () => {};
  function finish(how: { reason?: unknown }): void {
    over ??= how;
    wake();
  }
  const near = {
    async read(p: Uint8Array): Promise<number | null> {
      while (queue.length === 0 && over === null) await new Promise<void>((resolve) => wake = resolve);
      const chunk = queue.shift();
      if (chunk === undefined) {
        if (over !== null && "reason" in over) throw over.reason;
        return null;
      }
      const part = chunk.subarray(0, p.byteLength);
      p.set(part);
      if (part.byteLength < chunk.byteLength) queue.unshift(chunk.subarray(part.byteLength));
      return part.byteLength;
    },
    write: (p: Uint8Array) => written.take(p),
    closeWrite: () => void written.events.push("end"),
    close() {
      written.events.push("close");
      closed = true;
      queue.length = 0;
      finish({ reason: new Error("the connection is closed") });
    },
  };
  for (const method of lacks) Reflect.deleteProperty(near, method);
  return wire(near, written, {
    send(data) {
      queue.push(bytesOf(data));
      wake();
    },
    end: () => finish({}),
    fail: (reason) => finish({ reason }),
    get over() {
      return closed;
    },
  });
}

/** A pair of web streams. */
export function streams(): Wire {
  const written = new Written();
  const over = new Set<string>();
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let failWritable: (reason: unknown) => void = () => {};
  const near = {
    readable: new ReadableStream<Uint8Array>({
      start: (given) => void (controller = given),
      cancel(reason) {
        written.events.push(`cancel: ${message(reason)}`);
        over.add("readable");
      },
    }, { highWaterMark: 0 }),
    writable: new WritableStream<Uint8Array>({
      start: (given) => void (failWritable = (reason) => given.error(reason)),
      write: async (chunk) => void await written.take(chunk),
      close() {
        written.events.push("end");
        over.add("writable");
      },
      abort(reason) {
        written.events.push(`abort: ${message(reason)}`);
        over.add("writable");
      },
    }),
  };
  const refuse = (reason: unknown) => failWritable(reason);
  return Object.assign(
    wire(near, written, {
      send: (data) => controller.enqueue(bytesOf(data).slice()),
      end() {
        over.add("readable");
        controller.close();
      },
      fail(reason) {
        over.add("readable");
        controller.error(reason);
      },
      get over() {
        return over.size === 2;
      },
    }),
    { refuse },
  );
}

/** A pair of byte streams, which is read by BYOB where the platform has that. */
export function byteStreams(): Wire {
  const made = streams();
  if (!("readable" in made.near)) throw new TypeError("Not a pair");
  const { readable, writable } = made.near;
  const reader = readable.getReader();
  let bytes: ReadableStream<Uint8Array>;
  const source = {
    async pull(controller: ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value as Uint8Array<ArrayBuffer>);
      controller.close();
      if ("byobRequest" in controller) controller.byobRequest?.respond(0);
    },
    cancel: (reason: unknown) => reader.cancel(reason),
  };
  try {
    bytes = new ReadableStream({ type: "bytes", ...source });
  } catch {
    bytes = new ReadableStream(source, { highWaterMark: 0 });
  }
  made.near = { readable: bytes, writable };
  return made;
}

function message(reason: unknown): string {
  return reason instanceof Error || reason instanceof DOMException ? reason.message : String(reason);
}

/** The shapes that can close their sending half alone. */
export const SHAPES: readonly { name: string; make: () => Wire }[] = [
  { name: "methods", make: methods },
  { name: "streams", make: streams },
  { name: "byte streams", make: byteStreams },
];

/** Both orders of the two sides: what holds for one must hold for the other. */
export const ORDERS = [
  { first: "a", second: "b", pick: <T>(a: T, b: T) => [a, b] as const },
  { first: "b", second: "a", pick: <T>(a: T, b: T) => [b, a] as const },
] as const;

/** Asserts that no stream of these is locked. */
export function assertLetGo(...wires: Wire[]): void {
  for (const { near } of wires) {
    if ("readable" in near) assertUnlocked(near.readable, near.writable);
  }
}

/** Every two of them. */
export const PAIRS = SHAPES.flatMap((a) =>
  SHAPES.map((b) => ({ name: `${a.name} and ${b.name}`, make: () => [a.make(), b.make()] as const }))
);
