import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import {
  copy,
  InvalidReadError,
  NoProgressError,
  onlyReader,
  type Reader,
  readerFrom,
  toReadableStream,
} from "../../mod.ts";
import { pattern } from "../support/bytes.ts";
import { needs } from "../support/features.ts";
import { givesByob } from "../support/locks.ts";
import { countingSignal } from "../support/signals.ts";
import { sink } from "../support/sinks.ts";
import { failing, readerOf, streamBySteps, waiting } from "../support/steps.ts";
import { scripted, streamOf } from "../support/streams.ts";
import { decode, encode } from "../support/utf8.ts";
import { gate, isPending, settled } from "../support/waiting.ts";

/** A Reader that notes how it was closed. */
function closable(reader: Reader, onClose: () => unknown = () => {}) {
  const events: string[] = [];
  return {
    events,
    read: (p: Uint8Array) => reader.read(p),
    async close() {
      events.push("close");
      await onClose();
    },
  };
}

/** A Reader without an end that notes how many bytes were read. */
function endless() {
  return {
    bytesRead: 0,
    read(p: Uint8Array): Promise<number | null> {
      p.fill(7);
      this.bytesRead += p.byteLength;
      return Promise.resolve(p.byteLength);
    },
  };
}

function nothing(): Promise<never> {
  return new Promise(() => {});
}

async function drain(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  for (let r = await reader.read(); !r.done; r = await reader.read()) chunks.push(r.value);
  reader.releaseLock();
  return chunks;
}

/** Runs with a ReadableStream that refuses byte streams, as that of WebKitGTK does. */
async function withoutByteStreams(run: () => Promise<void>): Promise<void> {
  const { ReadableStream } = globalThis;
  globalThis.ReadableStream = new Proxy(ReadableStream, {
    construct(target, args, newTarget) {
      if (args[0]?.type === "bytes") throw new TypeError("ReadableByteStreamController is not implemented");
      return Reflect.construct(target, args, newTarget);
    },
  });
  try {
    await run();
  } finally {
    globalThis.ReadableStream = ReadableStream;
  }
}

const hasByteStreams = givesByob(toReadableStream(readerOf()));

/** The ways of a platform: what holds of a byte stream holds of the ordinary one that takes its place. */
const PLATFORMS = [
  { where: "a platform with byte streams", within: (run: () => Promise<void>) => run() },
  { where: "a platform without byte streams", within: withoutByteStreams },
];

describe("toReadableStream()", () => {
  for (const { where, within } of PLATFORMS) {
    describe(`on ${where}`, () => {
      const here = (name: string, body: () => Promise<void>) => it(name, () => within(body));

      here("delivers what the Reader reads, to its end", async () => {
        const stream = toReadableStream(readerOf(encode("abc"), encode("d"), encode("efghi")));
        assertEquals(decode(...await drain(stream)), "abcdefghi");
        assertFalse(stream.locked);
      });

      here("is the body of a Response and the source of copy()", async () => {
        const make = () => toReadableStream(readerOf(encode("abc"), encode("d")));
        assertEquals(await new Response(make()).text(), "abcd");
        const { stream, chunks } = sink();
        assertEquals(await copy(stream, make()), 4);
        assertEquals(decode(...chunks), "abcd");
      });

      here("reads nothing before the consumer asks, and only as much as it asks for", async () => {
        const reader = endless();
        const stream = toReadableStream(reader, { chunkSize: 10 });
        await settled();
        assertEquals(reader.bytesRead, 0);
        const consumer = stream.getReader();
        await settled();
        assertEquals(reader.bytesRead, 0);
        for (const reads of [1, 2, 3]) {
          assertEquals((await consumer.read()).value?.byteLength, 10);
          await settled();
          assertEquals(reader.bytesRead, reads * 10);
        }
        await consumer.cancel();
      });

      here("reads ahead of a slow pipe no more than the pipe's own high-water mark", async () => {
        const reader = endless();
        const { promise, open } = gate();
        const written: number[] = [];
        const slow = new WritableStream<Uint8Array>({
          write(chunk) {
            written.push(chunk.byteLength);
            return promise;
          },
        }, { highWaterMark: 3 });
        const control = new AbortController();
        const piping = toReadableStream(reader, { chunkSize: 10 }).pipeTo(slow, { signal: control.signal });
        await settled();
        await settled();
        // One chunk is in the hands of the sink, and that is one of the three.
        assert(reader.bytesRead <= 40, `${reader.bytesRead} bytes were read while ${written} were written`);
        control.abort("enough");
        open();
        await assertRejects(() => piping);
      });

      here(
        "reads in pieces of 64 KiB, or of chunkSize, for a consumer without memory of its own",
        async () => {
          const usual = readerOf(encode("abc"));
          await drain(toReadableStream(usual));
          assertEquals(usual.sizes[0], 65536);
          const sized = readerOf(encode("abcdefgh"));
          const chunks = await drain(toReadableStream(sized, { chunkSize: 3 }));
          assertEquals(chunks.map((chunk) => decode(chunk)), ["abc", "def", "gh"]);
          assertEquals(new Set(sized.sizes), new Set([3]));
        },
      );

      here("gives every chunk memory of its own", async () => {
        const chunks = await drain(toReadableStream(readerOf(encode("aa"), encode("bb"), encode("cc"))));
        assertEquals(chunks.map((chunk) => decode(chunk)), ["aa", "bb", "cc"]);
        assertEquals(new Set(chunks.map((chunk) => chunk.buffer)).size, 3);
      });

      here("reads on after empty reads", async () => {
        const reader = readerOf(...Array(99).fill(0), encode("a"), ...Array(99).fill(0), encode("b"));
        assertEquals(decode(...await drain(toReadableStream(reader))), "ab");
      });

      here("fails with a NoProgressError after 100 empty reads in a row", async () => {
        let reads = 0;
        const reader = { read: () => Promise.resolve(reads++ === 0 ? 1 : 0) };
        await assertRejects(() => drain(toReadableStream(reader)), NoProgressError);
        assertEquals(reads, 101);
      });

      for (const result of [-1, 4, 1.5, NaN, Infinity, undefined, "2"]) {
        here(`fails with an InvalidReadError where a read of 3 bytes answers ${result}`, async () => {
          const reader = { read: () => Promise.resolve(result as number) };
          const reason = await assertRejects(
            () => drain(toReadableStream(reader, { chunkSize: 3 })),
            InvalidReadError,
          );
          assertEquals(reason.result, result);
        });
      }

      here("fails with the reason of the Reader, after the bytes that came before", async () => {
        for (const reason of [new Error("broken"), "broken", undefined]) {
          const consumer = toReadableStream(readerOf(encode("abc"), failing(reason))).getReader();
          assertEquals(decode((await consumer.read()).value ?? encode("")), "abc");
          const caught = await consumer.read().then(() => "no rejection", (e) => [e]);
          assertEquals(caught, [reason]);
        }
      });

      here("fails with what a Reader throws instead of rejecting", async () => {
        const broken = new Error("broken");
        const reader = {
          read() {
            throw broken;
          },
        };
        assertStrictEquals(await assertRejects(() => drain(toReadableStream(reader))), broken);
      });

      describe("with a signal", () => {
        here("fails at once with the reason of a signal that was aborted before", async () => {
          const reader = readerOf(encode("abc"));
          const { signal, abort, reason, listeners } = countingSignal();
          abort();
          const stream = toReadableStream(reader, { signal });
          assertStrictEquals(await assertRejects(() => drain(stream)), reason);
          assertEquals([reader.sizes, listeners], [[], 0]);
        });

        here("fails at once while a read is pending, and leaves no listener", async () => {
          const control = countingSignal();
          const stream = toReadableStream(readerOf(encode("a"), waiting(nothing())), control);
          const consumer = stream.getReader();
          await consumer.read();
          const pending = consumer.read();
          assert(await isPending(pending));
          control.abort();
          assertStrictEquals(await assertRejects(() => pending), control.reason);
          assertStrictEquals(await assertRejects(() => consumer.read()), control.reason);
          assertEquals(control.listeners, 0);
        });

        here("drops what a read brings that was pending when the signal aborted", async () => {
          const { promise, open } = gate();
          const control = countingSignal();
          const consumer = toReadableStream(readerOf(waiting(promise), encode("late")), control).getReader();
          const pending = assertRejects(() => consumer.read());
          await settled();
          control.abort();
          open();
          await pending;
          await settled();
          assertStrictEquals(await assertRejects(() => consumer.read()), control.reason);
        });

        here("fails between two reads", async () => {
          const control = countingSignal();
          const consumer = toReadableStream(readerOf(encode("a"), encode("b")), control).getReader();
          await consumer.read();
          control.abort();
          assertStrictEquals(await assertRejects(() => consumer.read()), control.reason);
        });

        for (
          const { name, steps, end } of [
            { name: "the end", steps: [encode("a")], end: drain },
            {
              name: "a failure",
              steps: [failing(new Error("broken"))],
              end: (stream: ReadableStream<Uint8Array>) => assertRejects(() => drain(stream)),
            },
            {
              name: "a cancellation",
              steps: [encode("a")],
              end: (stream: ReadableStream<Uint8Array>) => stream.cancel(),
            },
          ]
        ) {
          here(`leaves no listener after ${name}, and an abort after it does nothing`, async () => {
            const control = countingSignal();
            const reader = closable(readerOf(...steps));
            const stream = toReadableStream(reader, { signal: control.signal, close: true });
            assertEquals(control.listeners, 1);
            await end(stream);
            assertEquals(control.listeners, 0);
            control.abort();
            await settled();
            assertEquals(reader.events, ["close"]);
          });
        }

        here("unlocks a web stream below at an abort, and loses nothing of it", async () => {
          const { stream: below, push, end } = scripted();
          const control = countingSignal();
          const consumer = toReadableStream(readerFrom(below), control).getReader();
          const pending = assertRejects(() => consumer.read());
          await settled();
          control.abort();
          assertStrictEquals(await pending, control.reason);
          assertFalse(below.locked);
          push("abc");
          end();
          assertEquals(decode(...await drain(below)), "abc");
        });

        here("leaves nothing unhandled when it aborts a stream that nobody reads", async () => {
          const control = countingSignal();
          toReadableStream(closable(readerOf(), () => Promise.reject(new Error("stuck"))), {
            signal: control.signal,
            close: true,
          });
          control.abort();
          await settled();
        });
      });

      describe("with close", () => {
        here("leaves the Reader open by default, whatever happens to the stream", async () => {
          const control = countingSignal();
          const ended = closable(readerOf(encode("a")));
          await drain(toReadableStream(ended));
          const failed = closable(readerOf(failing("broken")));
          await assertRejects(() => drain(toReadableStream(failed)));
          const cancelled = closable(readerOf(encode("a")));
          await toReadableStream(cancelled).cancel();
          const aborted = closable(readerOf(encode("a")));
          toReadableStream(aborted, { signal: control.signal });
          control.abort();
          await settled();
          assertEquals([ended, failed, cancelled, aborted].flatMap(({ events }) => events), []);
        });

        here("closes the Reader once at the end, and the stream ends after that", async () => {
          const { promise, open } = gate();
          const reader = closable(readerOf(encode("a")), () => promise);
          const draining = drain(toReadableStream(reader, { close: true }));
          assert(await isPending(draining));
          assertEquals(reader.events, ["close"]);
          open();
          assertEquals(decode(...await draining), "a");
          assertEquals(reader.events, ["close"]);
        });

        here("fails if the Reader cannot be closed at the end", async () => {
          const stuck = new Error("stuck");
          const reader = closable(readerOf(encode("a")), () => Promise.reject(stuck));
          assertStrictEquals(
            await assertRejects(() => drain(toReadableStream(reader, { close: true }))),
            stuck,
          );
          assertEquals(reader.events, ["close"]);
        });

        here("closes the Reader once after a failure, whose reason stays that of the Reader", async () => {
          const broken = new Error("broken");
          const reader = closable(readerOf(failing(broken)), () => Promise.reject(new Error("stuck")));
          const stream = toReadableStream(reader, { close: true });
          assertStrictEquals(await assertRejects(() => drain(stream)), broken);
          await settled();
          assertEquals(reader.events, ["close"]);
        });

        here("tells of a failure at once, although closing takes for ever", async () => {
          const broken = new Error("broken");
          const reader = closable(readerOf(failing(broken)), nothing);
          const consumer = toReadableStream(reader, { close: true }).getReader();
          assertStrictEquals(await assertRejects(() => consumer.read()), broken);
        });

        for (
          const { by, reader } of [
            {
              by: "cancel(reason)",
              reader: (told: unknown[]) => ({
                read: nothing,
                cancel: (reason: unknown) => void told.push(reason),
                close: () => void told.push("close"),
              }),
            },
            {
              by: "closeWithError(reason)",
              reader: (told: unknown[]) => ({
                read: nothing,
                closeWithError: (reason: unknown) => void told.push(reason),
                close: () => void told.push("close"),
              }),
            },
            {
              by: "close()",
              reader: (told: unknown[]) => ({ read: nothing, close: () => void told.push("enough") }),
            },
          ]
        ) {
          for (const pending of [false, true]) {
            const when = pending ? "while a read is pending" : "before the first read";
            here(`tells the Reader of a cancellation by its ${by}, ${when}`, async () => {
              const told: unknown[] = [];
              const consumer = toReadableStream(reader(told), { close: true }).getReader();
              const read = pending ? consumer.read() : undefined;
              await settled();
              await consumer.cancel("enough");
              assertEquals(told, ["enough"]);
              if (read !== undefined) assertEquals((await read).done, true);
            });
          }

          here(`tells the Reader of an abort by its ${by}`, async () => {
            const told: unknown[] = [];
            const control = new AbortController();
            toReadableStream(reader(told), { close: true, signal: control.signal });
            control.abort("enough");
            await settled();
            assertEquals(told, ["enough"]);
          });
        }

        here("rejects cancel() with what the Reader says to it", async () => {
          const stuck = new Error("stuck");
          const reader = closable(readerOf(), () => Promise.reject(stuck));
          const stream = toReadableStream(reader, { close: true });
          assertStrictEquals(await assertRejects(() => stream.cancel()), stuck);
        });

        here("cancels the web stream below with the reason", async () => {
          const { stream: below, cancelled } = scripted();
          const consumer = toReadableStream(readerFrom(below), { close: true }).getReader();
          const pending = consumer.read();
          await settled();
          await consumer.cancel("enough");
          assertEquals([cancelled, (await pending).done, below.locked], [["enough"], true, false]);
        });
      });

      here(
        "unlocks the web stream below when it is cancelled without close, and loses nothing of it",
        async () => {
          for (const kind of ["default", "filling"] as const) {
            const below = streamBySteps(kind, encode("abc"), encode("d"));
            const consumer = toReadableStream(readerFrom(below), { chunkSize: 2 }).getReader();
            const first = (await consumer.read()).value ?? encode("");
            await consumer.cancel();
            assertFalse(below.locked);
            assertEquals(decode(first) + await new Response(readerFrom(below).release()).text(), "abcd");
          }
        },
      );

      here("leaves no unhandled rejection when it fails and nobody listens any more", async () => {
        const { promise, open } = gate();
        const fails = () => readerOf(waiting(promise), failing(new Error("nobody listens")));
        const consumer = toReadableStream(fails()).getReader();
        consumer.read().catch(() => {});
        const cancelled = toReadableStream(fails()).getReader();
        const pending = cancelled.read();
        await settled();
        await cancelled.cancel();
        open();
        assertEquals((await pending).done, true);
        await settled();
      });
    });
  }

  it("is an ordinary stream where the platform has no byte streams", () =>
    withoutByteStreams(() => {
      const stream = toReadableStream(readerOf(encode("abc")));
      assertFalse(givesByob(stream));
      return Promise.resolve();
    }));

  describe("with a BYOB consumer", needs("byte streams"), () => {
    it("has the Reader fill the consumer's own memory, and that part of it which the consumer offered", async () => {
      const seen: { text: string; offset: number; size: number }[] = [];
      const reader = {
        read(p: Uint8Array) {
          seen.push({ text: decode(new Uint8Array(p.buffer)), offset: p.byteOffset, size: p.byteLength });
          p.set(encode("AB"));
          return Promise.resolve(2);
        },
      };
      const consumer = toReadableStream(reader).getReader({ mode: "byob" });
      const { value } = await consumer.read(encode("0123456789").subarray(3, 8));
      assert(value !== undefined);
      // What the Reader was given shows the consumer's own bytes, and the rest of the memory is untouched.
      assertEquals(seen, [{ text: "0123456789", offset: 3, size: 5 }]);
      assertEquals([decode(value), value.byteOffset], ["AB", 3]);
      assertEquals(decode(new Uint8Array(value.buffer)), "012AB56789");
    });

    it("goes round with one piece of memory to the end, where the consumer has it back", async () => {
      const stream = toReadableStream(readerOf(encode("abcdef"), encode("g")));
      const consumer = stream.getReader({ mode: "byob" });
      let buffer = new ArrayBuffer(4);
      const reads: [boolean, string][] = [];
      for (;;) {
        const { done, value } = await consumer.read(new Uint8Array(buffer));
        assert(value !== undefined);
        reads.push([done, decode(value)]);
        buffer = value.buffer;
        assertEquals(buffer.byteLength, 4);
        if (done) break;
      }
      assertEquals(reads, [[false, "abcd"], [false, "ef"], [false, "g"], [true, ""]]);
    });

    it("reads no more than the consumer's view has room for, whatever chunkSize says", async () => {
      const reader = readerOf(pattern(100));
      const consumer = toReadableStream(reader, { chunkSize: 50 }).getReader({ mode: "byob" });
      for (const size of [1, 7, 64]) await consumer.read(new Uint8Array(size));
      assertEquals(reader.sizes, [1, 7, 64]);
    });

    it("serves consumers of both kinds by turns", async () => {
      const stream = toReadableStream(readerOf(encode("abcdefghij")), { chunkSize: 2 });
      let text = "";
      for (const mode of ["byob", "default", "byob", "default"] as const) {
        if (mode === "byob") {
          const consumer = stream.getReader({ mode });
          text += decode((await consumer.read(new Uint8Array(3))).value ?? encode("?"));
          consumer.releaseLock();
        } else {
          const consumer = stream.getReader();
          text += decode((await consumer.read()).value ?? encode("?"));
          consumer.releaseLock();
        }
      }
      assertEquals(text, "abcdefghij");
    });

    it("ends a read that waits, with and without bytes before it", async () => {
      for (const steps of [[], [encode("abc")]]) {
        const { promise, open } = gate();
        const consumer = toReadableStream(readerOf(...steps, waiting(promise))).getReader({ mode: "byob" });
        for (const step of steps) assertEquals((await consumer.read(new Uint8Array(8))).value, step);
        const pending = consumer.read(new Uint8Array(8));
        assert(await isPending(pending));
        open();
        const { done, value } = await pending;
        assertEquals([done, value?.byteLength, value?.buffer.byteLength], [true, 0, 8]);
        await consumer.closed;
      }
    });

    it("fails with the reason of the Reader, and with that of the signal", async () => {
      const broken = new Error("broken");
      const failed = toReadableStream(readerOf(failing(broken))).getReader({ mode: "byob" });
      assertStrictEquals(await assertRejects(() => failed.read(new Uint8Array(4))), broken);

      const control = countingSignal();
      const aborted = toReadableStream(readerOf(waiting(nothing())), control).getReader({ mode: "byob" });
      const pending = assertRejects(() => aborted.read(new Uint8Array(4)));
      await settled();
      control.abort();
      assertStrictEquals(await pending, control.reason);
    });

    it("ends a read that waits when the consumer cancels", async () => {
      const consumer = toReadableStream(readerOf(waiting(nothing()))).getReader({ mode: "byob" });
      const pending = consumer.read(new Uint8Array(4));
      await settled();
      await consumer.cancel();
      assertEquals((await pending).done, true);
    });

    it("keeps for the next consumer what a read brings that the last one gave up", async () => {
      for (const mode of ["default", "byob"] as const) {
        const { promise, open } = gate();
        const stream = toReadableStream(readerOf(waiting(promise), encode("abc"), encode("d")));
        const first = mode === "byob" ? stream.getReader({ mode }) : stream.getReader();
        const given = assertRejects(() => first.read(new Uint8Array(8)), TypeError);
        await settled();
        first.releaseLock();
        await given;
        open();
        assertEquals(decode(...await drain(stream)), "abcd");
      }
    });

    it("fills read(view, { min }) by as many reads as it takes", async () => {
      const reader = readerOf(encode("ab"), encode("c"), encode("defg"));
      const consumer = toReadableStream(reader).getReader({ mode: "byob" });
      const { value } = await consumer.read(new Uint8Array(6), { min: 4 });
      assertEquals(decode(value ?? encode("")), "abcdef");
      const last = await consumer.read(new Uint8Array(6), { min: 4 });
      assertEquals(decode(last.value ?? encode("")), "g");
    });

    it("serves both branches of tee()", async () => {
      const [a, b] = toReadableStream(readerOf(encode("abc"), encode("d"))).tee();
      assertEquals(await Promise.all([new Response(a).text(), new Response(b).text()]), ["abcd", "abcd"]);
    });
  });

  describe("with wrong arguments", () => {
    const reader = readerOf(encode("abc"));

    for (const wrong of [null, undefined, {}, "abc", new Uint8Array(1), new Blob([]), streamOf()]) {
      it(`throws a TypeError at once for ${Object.prototype.toString.call(wrong)} as the Reader`, () => {
        assertThrows(() => toReadableStream(wrong as unknown as Reader), TypeError, "read()");
      });
    }

    for (const chunkSize of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
      it(`throws a RangeError at once for a chunkSize of ${chunkSize}`, () => {
        assertThrows(() => toReadableStream(reader, { chunkSize }), RangeError, `${chunkSize}`);
      });
    }

    it("throws a TypeError at once for a signal that is none", () => {
      for (const signal of [{}, null, "abort", new AbortController()]) {
        assertThrows(() => toReadableStream(reader, { signal: signal as AbortSignal }), TypeError, "signal");
      }
    });
  });

  it("delivers the same bytes however the Reader cuts them and however they are read", async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constant(0))),
      fc.integer({ min: 1, max: 16 }),
      fc.array(fc.option(fc.integer({ min: 1, max: 16 })), { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (steps, chunkSize, consumers, wrapped) => {
        const script = readerOf(...steps);
        const stream = toReadableStream(wrapped ? onlyReader(script) : script, { chunkSize });
        const seen: number[] = [];
        for (let turn = 0, over = false; !over; turn++) {
          const size = consumers[turn % consumers.length];
          if (size && hasByteStreams) {
            const consumer = stream.getReader({ mode: "byob" });
            const { done, value } = await consumer.read(new Uint8Array(size));
            seen.push(...value ?? []);
            over = done;
            consumer.releaseLock();
          } else {
            const consumer = stream.getReader();
            const { done, value } = await consumer.read();
            seen.push(...value ?? []);
            over = done;
            consumer.releaseLock();
          }
        }
        assertEquals(seen, steps.flatMap((step) => typeof step === "number" ? [] : [...step]));
      },
    ));
  });
});
