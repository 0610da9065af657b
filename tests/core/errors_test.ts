import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  BufferFullError,
  ClosedPipeError,
  InvalidReadError,
  InvalidUnreadError,
  InvalidWriteError,
  IOError,
  NoProgressError,
  ShortBufferError,
  ShortWriteError,
  TokenTooLongError,
  TooLargeError,
  UnexpectedEOFError,
} from "../../mod.ts";
import * as everything from "../../mod.ts";

const partial = new Uint8Array([1, 2]);
const message = "Cannot do it";

const ERRORS: readonly {
  kind: typeof Error;
  error: IOError;
  code: string;
  carries: Record<string, unknown>;
}[] = [
  of(UnexpectedEOFError, new UnexpectedEOFError(message, 8, 3), "UNEXPECTED_EOF", { expected: 8, actual: 3 }),
  of(ShortWriteError, new ShortWriteError(message, 8, 3), "SHORT_WRITE", { expected: 8, actual: 3 }),
  of(ShortBufferError, new ShortBufferError(message, 8, 3), "SHORT_BUFFER", { needed: 8, size: 3 }),
  of(NoProgressError, new NoProgressError(message), "NO_PROGRESS", {}),
  of(InvalidReadError, new InvalidReadError(message, -1), "INVALID_READ", { result: -1 }),
  of(InvalidReadError, new InvalidReadError(message, undefined), "INVALID_READ", { result: undefined }),
  of(InvalidWriteError, new InvalidWriteError(message, "9"), "INVALID_WRITE", { result: "9" }),
  of(ClosedPipeError, new ClosedPipeError(message), "CLOSED_PIPE", {}),
  of(TooLargeError, new TooLargeError(message, 5), "TOO_LARGE", { limit: 5 }),
  of(TooLargeError, new TooLargeError(message, 2, partial), "TOO_LARGE", { limit: 2, partial }),
  of(BufferFullError, new BufferFullError(message, partial), "BUFFER_FULL", { partial }),
  of(TokenTooLongError, new TokenTooLongError(message, 5), "TOKEN_TOO_LONG", { limit: 5 }),
  of(InvalidUnreadError, new InvalidUnreadError(message), "INVALID_UNREAD", {}),
];

function of(kind: unknown, error: IOError, code: string, carries: Record<string, unknown>) {
  return { kind: kind as typeof Error, error, code, carries };
}

describe("errors", () => {
  for (const { kind, error, code, carries } of ERRORS) {
    it(`${kind.name} has the code ${code} and carries ${JSON.stringify(Object.keys(carries))}`, () => {
      assertInstanceOf(error, kind);
      assertInstanceOf(error, IOError);
      assertInstanceOf(error, Error);
      assertEquals([error.name, error.code, error.message], [kind.name, code, message]);
      assertEquals(String(error), `${kind.name}: ${message}`);
      // Everything that it has of its own, and nothing more; the host may add where it was thrown.
      const own = Object.entries(error).filter(([key]) => key in carries || key === "code" || key === "name");
      assertEquals(Object.fromEntries(own), { name: kind.name, code, ...carries });
      for (const [key, value] of Object.entries(carries)) assertStrictEquals(Reflect.get(error, key), value);
      assertEquals(Reflect.get(error, "partial"), carries.partial);
      assert(typeof error.stack === "string");
    });
  }

  it("are of no other class than their own and IOError", () => {
    for (const { kind, error } of ERRORS) {
      for (const other of new Set(ERRORS.map(({ kind }) => kind))) {
        assertEquals(error instanceof other, other === kind, `${kind.name} and ${other.name}`);
      }
    }
  });

  it("have one code for each class, and this is all of them", () => {
    const kinds = new Set(ERRORS.map(({ kind }) => kind.name));
    assertEquals(new Set(ERRORS.map(({ code }) => code)).size, kinds.size);
    const exported = Object.keys(everything).filter((name) => name.endsWith("Error") && name !== "IOError");
    assertEquals(exported.sort(), [...kinds].sort());
  });

  it("IOError is open to codes of other packages, and keeps a cause", () => {
    const cause = new Error("below");
    const error = new IOError("Cannot go on", "ELSEWHERE", { cause });
    assertEquals([error.name, error.code, error.message], ["IOError", "ELSEWHERE", "Cannot go on"]);
    assertStrictEquals(error.cause, cause);
    assertEquals("cause" in new IOError("Cannot go on", "ELSEWHERE"), false);
  });
});
