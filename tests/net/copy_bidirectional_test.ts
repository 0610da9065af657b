import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Reader, Writer } from "../../mod.ts";
import { BufReader, BufReadWriter, BufWriter } from "../../src/bufio/mod.ts";
import { copyBidirectional, copyBidirectionalSettled, type Duplex } from "../../src/net/mod.ts";
import { pattern } from "../support/bytes.ts";
import { countingSignal } from "../support/signals.ts";
import { settled } from "../support/waiting.ts";
import { assertLetGo, methods, ORDERS, PAIRS, SHAPES, streams, type Wire } from "./wires.ts";

describe("copyBidirectional()", () => {
  for (const { name, make } of PAIRS) {
    it(`copies both ways between ${name}, and counts each`, async () => {
      const [a, b] = make();
      const copied = copyBidirectional(a.near, b.near);
      a.send("question");
      await settled();
      assertEquals(b.text, "question");
      b.send("the answer");
      await settled();
      assertEquals(a.text, "the answer");
      a.end();
      b.end();
      assertEquals(await copied, { aToB: 8, bToA: 10 });
      assert(a.over && b.over, "both sides are closed");
      assertLetGo(a, b);
    });
  }

  for (const { name, make } of PAIRS) {
    for (const { first, pick } of ORDERS) {
      it(`goes on with the other direction after the end of ${first} (${name})`, async () => {
        const wires = make();
        const [asks, answers] = pick(...wires);
        const copied = copyBidirectional(wires[0].near, wires[1].near);
        asks.send("question");
        asks.end();
        await settled();
        assertEquals([answers.text, answers.events.join()], ["question", "end"]);
        assertEquals(asks.events.join(), "", "the side that waits for its answer is left alone");
        const answer = pattern(200_000);
        answers.send(answer.subarray(0, 150_000));
        answers.send(answer.subarray(150_000));
        answers.end();
        const [aToB, bToA] = pick(8, 200_000);
        assertEquals(await copied, { aToB, bToA });
        assertEquals(asks.bytes, 200_000);
        assert(asks.over && answers.over, "both sides are closed");
      });
    }
  }

  it("forwards each chunk at once, however small", async () => {
    const [a, b] = [methods(), streams()];
    const copied = copyBidirectional(a.near, b.near);
    for (const letter of "abc") {
      a.send(letter);
      b.send(letter.toUpperCase());
      await settled();
      assert(b.text.endsWith(letter) && a.text.endsWith(letter.toUpperCase()));
    }
    a.end();
    b.end();
    await copied;
  });

  it("closes with close() alone, once both directions have ended, what cannot close its sending half", async () => {
    for (const { pick } of ORDERS) {
      const wires = pick(methods("closeWrite"), methods());
      const [whole, half] = pick(...wires);
      const copied = copyBidirectional(wires[0].near, wires[1].near);
      half.end();
      await settled();
      assertEquals(whole.events.join(), "");
      whole.send("still here");
      whole.end();
      await copied;
      assertEquals([whole.events.join(), half.events.join()], ["close", "end,close"]);
      assertEquals(half.text, "still here");
    }
  });

  it("copies between things that can only read and write", async () => {
    const [a, b] = [methods("closeWrite", "close"), methods("closeWrite", "close")];
    const copied = copyBidirectional(a.near, b.near);
    a.send("x");
    a.end();
    b.end();
    assertEquals(await copied, { aToB: 1, bToA: 0 });
  });

  it("uses the methods of what has both shapes, and its streams if only they can close the sending half", async () => {
    for (const lacks of [[], ["closeWrite"]] as const) {
      const [byMethods, byStreams, b] = [methods(...lacks), streams(), methods()];
      const both: Duplex = Object.assign(byMethods.near, byStreams.near);
      const used = lacks.length === 0 ? byMethods : byStreams;
      const copied = copyBidirectional(both, b.near);
      used.send("x");
      used.end();
      b.end();
      assertEquals(await copied, { aToB: 1, bToA: 0 });
      assertEquals(used.events[0], "end");
    }
  });

  it("closes a pair of streams that has a close() of its own", async () => {
    const [a, b] = [streams(), streams()];
    let closed = 0;
    const socket = Object.assign(a.near, { close: () => void closed++ });
    const copied = copyBidirectional(socket, b.near);
    a.end();
    await settled();
    assertEquals(closed, 0);
    b.end();
    await copied;
    assertEquals(closed, 1);
  });

  it("comes to a good end with a writable that is closed already, as that of a WebSocket is by its peer", async () => {
    const [a, b] = [methods(), streams()];
    if (!("writable" in b.near)) throw new TypeError("Not a pair");
    await b.near.writable.close();
    const copied = copyBidirectional(a.near, b.near);
    b.send("last words");
    b.end();
    await settled();
    a.end();
    assertEquals(await copied, { aToB: 0, bToA: 10 });
    assertLetGo(b);
  });

  it("tells the progress of each direction, exactly", async () => {
    const [a, b] = [methods(), streams()];
    const seen: string[] = [];
    const copied = copyBidirectional(a.near, b.near, { onProgress: (...counts) => seen.push(counts.join()) });
    a.send("abc");
    await settled();
    b.send("12345");
    await settled();
    a.send("d");
    await settled();
    a.end();
    b.end();
    assertEquals(await copied, { aToB: 4, bToA: 5 });
    assertEquals(seen, ["3,0", "3,5", "4,5"]);
  });

  it("leaves no listener on the signal", async () => {
    const [a, b] = [methods(), streams()];
    const abort = countingSignal();
    const copied = copyBidirectional(a.near, b.near, { signal: abort.signal });
    assertEquals(abort.listeners, 1);
    a.end();
    b.end();
    await copied;
    assertEquals(abort.listeners, 0);
  });

  for (const { name, make } of SHAPES) {
    it(`writes the rest where a side accepts only a part (${name})`, async () => {
      const a = make();
      const accepted: number[] = [];
      const b = {
        read: () => Promise.resolve(null),
        write(p: Uint8Array) {
          accepted.push(Math.min(3, p.byteLength));
          return Promise.resolve(Math.min(3, p.byteLength));
        },
      };
      const copied = copyBidirectional(a.near, b);
      a.send("0123456789");
      a.end();
      assertEquals(await copied, { aToB: 10, bToA: 0 });
      assertEquals(accepted, [3, 3, 3, 1]);
    });
  }
});

describe("copyBidirectional() with buffers", () => {
  /** A buffered reader and writer over a wire, which closes what is below. */
  function buffered({ near }: Wire, size: number): BufReadWriter & { closeWrite(): Promise<void> } {
    if (!("read" in near)) throw new TypeError("Not by methods");
    const both = new BufReadWriter(new BufReader(near, size), new BufWriter(near, size));
    return Object.assign(both, {
      async closeWrite() {
        await both.flush();
        await near.closeWrite?.();
      },
    });
  }

  for (const { first, pick } of ORDERS) {
    it(`sends on first what was read ahead from ${first} and written into its buffer (V1)`, async () => {
      const wires = pick(methods(), methods());
      const [front, back] = wires;
      const duplex = buffered(front, 4096);
      const sides = pick<Duplex>(duplex, back.near);
      front.send("CONNECT\nClientHello");
      assertEquals(await duplex.reader.readString(0x0a), "CONNECT\n");
      await duplex.writeString("200 OK\n");
      assertEquals(front.text, "", "not sent yet");
      const copied = copyBidirectional(...sides);
      await settled();
      assertEquals([front.text, back.text], ["200 OK\n", "ClientHello"]);
      front.end();
      back.end();
      const [aToB, bToA] = pick(11, 0);
      assertEquals(await copied, { aToB, bToA });
    });

    it(`lets nothing wait in the buffer of ${first} (V2)`, async () => {
      const wires = pick(methods(), methods());
      const [front, back] = wires;
      const copied = copyBidirectional(...pick<Duplex>(buffered(front, 4096), back.near));
      for (const letter of "abc") {
        back.send(letter);
        await settled();
        assert(front.text.endsWith(letter), `${letter} waits in the buffer`);
      }
      front.end();
      back.end();
      await copied;
      assertEquals(front.events.join(), "end");
    });
  }

  it("tells whose buffer could not be sent", async () => {
    const [a, b] = [methods(), methods()];
    const reason = new Error("broken pipe");
    const full: Reader & Writer & { flush(): Promise<void> } = {
      read: () => new Promise(() => {}),
      write: (p) => Promise.resolve(p.byteLength),
      flush: () => Promise.reject(reason),
    };
    const outcome = await copyBidirectionalSettled(a.near, full);
    assertEquals(outcome, { ok: false, side: "b", reason, aToB: 0, bToA: 0 });
    assertEquals([a.over, b.over], [true, false]);
  });
});
