import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copyBidirectional, copyBidirectionalSettled } from "../../src/net/mod.ts";
import { countingSignal } from "../support/signals.ts";
import { isPending, settled } from "../support/waiting.ts";
import { assertLetGo, methods, ORDERS, PAIRS, streams } from "./wires.ts";

describe("copyBidirectionalSettled()", () => {
  for (const { name, make } of PAIRS) {
    for (const { first, second, pick } of ORDERS) {
      it(`ends both at once when a read of ${first} fails, and tells how much moved (${name})`, async () => {
        const wires = make();
        const [failing, other] = pick(...wires);
        const settling = copyBidirectionalSettled(wires[0].near, wires[1].near);
        failing.send("abc");
        other.send("12345");
        await settled();
        const reason = new Error("connection reset");
        failing.fail(reason);
        const [aToB, bToA] = pick(3, 5);
        assertEquals(await settling, { ok: false, side: first, reason, aToB, bToA });
        await settled();
        assert(failing.over && other.over, "both sides are ended");
        assertEquals([failing.text, other.text], ["12345", "abc"]);
        assertLetGo(...wires);
      });

      it(`ends both at once when a write to ${second} fails, and tells how much moved (${name})`, async () => {
        const wires = make();
        const [sending, failing] = pick(...wires);
        const settling = copyBidirectionalSettled(wires[0].near, wires[1].near);
        sending.send("abc");
        failing.send("12345");
        await settled();
        const reason = new Error("broken pipe");
        failing.refuse(reason);
        sending.send("lost");
        const outcome = await settling;
        const [aToB, bToA] = pick(3, 5);
        assertEquals(outcome, { ok: false, side: second, reason, aToB, bToA });
        await settled();
        assert(sending.over, "the other side is ended");
        assertLetGo(...wires);
      });
    }

    it(`ends both when the signal aborts, also with reads and writes pending (${name})`, async () => {
      const [a, b] = make();
      const abort = countingSignal();
      const settling = copyBidirectionalSettled(a.near, b.near, { signal: abort.signal });
      a.send("abc");
      await settled();
      b.hold();
      a.send("never accepted");
      await settled();
      abort.abort();
      const reason = abort.reason;
      assertEquals(await settling, { ok: false, side: "signal", reason, aToB: 3, bToA: 0 });
      assertEquals(abort.listeners, 0);
      assertLetGo(a, b);
      if ("close" in a.near) assertEquals(a.events.join(), "close");
      else assertEquals(a.events.toSorted().join(), `abort: ${reason.message},cancel: ${reason.message}`);
    });

    it(`ends both, and moves nothing, when the signal is aborted already (${name})`, async () => {
      const [a, b] = make();
      a.send("abc");
      const reason = new Error("too late");
      const signal = AbortSignal.abort(reason);
      const outcome = await copyBidirectionalSettled(a.near, b.near, { signal });
      assertEquals(outcome, { ok: false, side: "signal", reason, aToB: 0, bToA: 0 });
      await settled();
      assert(a.over && b.over, "both sides are ended");
      assertEquals(b.text, "");
      assertLetGo(a, b);
    });

    it(`tells what is wrong after one direction has ended (${name})`, async () => {
      const [a, b] = make();
      const settling = copyBidirectionalSettled(a.near, b.near);
      a.send("abc");
      a.end();
      await settled();
      b.send("12");
      await settled();
      const reason = new Error("connection reset");
      b.fail(reason);
      assertEquals(await settling, { ok: false, side: "b", reason, aToB: 3, bToA: 2 });
      await settled();
      assert(a.over && b.over, "both sides are ended");
      assertLetGo(a, b);
    });
  }

  it("ends both when a side cannot close its sending half", async () => {
    for (const { first, second, pick } of ORDERS) {
      const wires = pick(methods(), methods());
      const [ending, failing] = wires;
      const reason = new Error("not connected");
      Object.assign(failing.near, { closeWrite: () => Promise.reject(reason) });
      const settling = copyBidirectionalSettled(...pick(ending.near, failing.near));
      ending.send("abc");
      ending.end();
      const [aToB, bToA] = pick(3, 0);
      assertEquals(
        await settling,
        { ok: false, side: second, reason, aToB, bToA },
        `after the end of ${first}`,
      );
      await settled();
      assert(ending.over && failing.over);
    }
  });

  it("tells of a stream that fails while it is closed", async () => {
    const reason = new Error("disk full");
    const [a, readable] = [methods(), new Blob([]).stream()];
    const writable = new WritableStream<Uint8Array>({ close: () => Promise.reject(reason) });
    a.end();
    const outcome = await copyBidirectionalSettled(a.near, { readable, writable });
    assertEquals(outcome, { ok: false, side: "b", reason, aToB: 0, bToA: 0 });
  });

  it("ends a side of which only the writable has failed, while nothing is written", async () => {
    const [a, b] = [methods(), streams()];
    const settling = copyBidirectionalSettled(a.near, b.near);
    await settled();
    const reason = new Error("gone");
    b.refuse(reason);
    assertEquals(await settling, { ok: false, side: "b", reason, aToB: 0, bToA: 0 });
    await settled();
    assert(a.over);
    assertLetGo(b);
  });

  it("does not wait for a side that takes its time to be given up", async () => {
    const [a, b] = [methods(), methods()];
    Object.assign(a.near, { close: () => new Promise(() => {}) });
    const settling = copyBidirectionalSettled(a.near, b.near);
    const reason = new Error("connection reset");
    b.fail(reason);
    assertEquals(await settling, { ok: false, side: "b", reason, aToB: 0, bToA: 0 });
  });

  it("does not wait for a sending half that cannot be closed once it is aborted", async () => {
    const [a, b] = [methods(), methods()];
    Object.assign(b.near, { closeWrite: () => new Promise(() => {}) });
    const abort = countingSignal();
    const settling = copyBidirectionalSettled(a.near, b.near, { signal: abort.signal });
    a.end();
    b.end();
    assert(await isPending(settling));
    abort.abort();
    assertEquals(await settling, { ok: false, side: "signal", reason: abort.reason, aToB: 0, bToA: 0 });
  });

  it("lets go of a stream that is being closed once it is aborted", async () => {
    const a = methods();
    const writable = new WritableStream<Uint8Array>({ close: () => new Promise(() => {}) });
    const { signal, abort, reason } = countingSignal();
    const b = { readable: new Blob([]).stream(), writable };
    const settling = copyBidirectionalSettled(a.near, b, { signal });
    a.end();
    assert(await isPending(settling));
    assertEquals(writable.locked, true);
    abort();
    assertEquals(await settling, { ok: false, side: "signal", reason, aToB: 0, bToA: 0 });
    assertEquals(writable.locked, false);
  });

  it("tells what failed first, and nothing of what giving up the sides says", async () => {
    const [a, b] = [methods(), methods()];
    Object.assign(a.near, { close: () => Promise.reject(new Error("closed already")) });
    const settling = copyBidirectionalSettled(a.near, b.near);
    await settled();
    const reason = new Error("first");
    b.fail(reason);
    a.fail(new Error("second"));
    assertEquals(await settling, { ok: false, side: "b", reason, aToB: 0, bToA: 0 });
  });

  it("prefers abort(reason) to close() for what has both", async () => {
    const [a, b] = [methods(), methods()];
    const told: unknown[] = [];
    Object.assign(a.near, { abort: (reason: unknown) => void told.push(reason) });
    const settling = copyBidirectionalSettled(a.near, b.near);
    const reason = new Error("connection reset");
    b.fail(reason);
    await settling;
    assertEquals([told, a.events], [[reason], []]);
  });

  it("ends both with what onProgress throws, which is the caller's doing as an abort is", async () => {
    const [a, b] = [methods(), streams()];
    const reason = new Error("thrown on purpose");
    const settling = copyBidirectionalSettled(a.near, b.near, {
      onProgress() {
        throw reason;
      },
    });
    a.send("abc");
    assertEquals(await settling, { ok: false, side: "signal", reason, aToB: 3, bToA: 0 });
    await settled();
    assert(a.over && b.over);
    assertLetGo(b);
  });

  it("counts a write that was accepted in part before it failed", async () => {
    const a = methods();
    const reason = new Error("broken pipe");
    let writes = 0;
    const b = {
      read: () => new Promise<null>(() => {}),
      write: () => ++writes === 1 ? Promise.resolve(2) : Promise.reject(reason),
    };
    const settling = copyBidirectionalSettled(a.near, b);
    a.send("abc");
    assertEquals(await settling, { ok: false, side: "b", reason, aToB: 2, bToA: 0 });
  });
});

describe("copyBidirectional(), when it fails", () => {
  it("rejects with the reason itself", async () => {
    for (const reason of [new Error("reset"), undefined, "text"]) {
      const [a, b] = [methods(), streams()];
      const copied = copyBidirectional(a.near, b.near);
      copied.catch(() => {});
      b.fail(reason);
      assertStrictEquals(await copied.then(() => "resolved", (thrown) => thrown), reason);
    }
  });

  it("rejects with the reason of the signal", async () => {
    const [a, b] = [methods(), streams()];
    const { signal, abort, reason } = countingSignal();
    const copied = copyBidirectional(a.near, b.near, { signal });
    abort();
    assertStrictEquals(await assertRejects(() => copied), reason);
  });
});
