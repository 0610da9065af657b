import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { StagingBuffer } from "../../mod.ts";
import { openLease } from "../../src/core/staging_buffer.ts";

// What a user sees of it is in tests/io/copy_buffer_test.ts.
describe("the lease of a StagingBuffer", () => {
  it("lends the same memory copy after copy, never more than its size", () => {
    const staging = new StagingBuffer(100);
    const buffers = new Set<ArrayBufferLike>();
    for (let copy = 0; copy < 3; copy++) {
      const lease = openLease(staging);
      const lent = lease.lend(Infinity, false);
      assertEquals(lent.byteLength, 100);
      buffers.add(lease.settle(lent).buffer);
      lease.free(false);
    }
    assertEquals(buffers.size, 1);
  });

  it("leaves memory behind that somebody may still be using", () => {
    const staging = new StagingBuffer(100);
    const first = openLease(staging);
    const late = first.lend(Infinity, false);
    first.free(true);
    assertEquals(staging.busy, false);
    assert(openLease(staging).lend(Infinity, false).buffer !== late.buffer);
  });

  it("ends once: a late free() does not end the lease of the next copy, nor take its memory", () => {
    const staging = new StagingBuffer(100);
    const first = openLease(staging);
    first.free(false);
    const second = openLease(staging);
    const { buffer } = second.lend(Infinity, false);
    for (const lent of [false, true]) first.free(lent);
    assertEquals(staging.busy, true);
    assertThrows(() => openLease(staging), TypeError, "two copies");
    assertStrictEquals(second.lend(Infinity, false).buffer, buffer);
    second.free(false);
    assertEquals(staging.busy, false);
  });
});
