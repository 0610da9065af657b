import { endedEarly } from "../core/checks.ts";
import { HttpError, UnexpectedEOFError } from "../core/errors.ts";

/** Throws what stands against a message of a peer; nothing that follows it can be trusted. */
export function refuse(why: string, status = 400): never {
  throw new HttpError(`Cannot read an HTTP message: ${why}`, status);
}

/** The error of a message that breaks off: `done` bytes came of the part, and at least `left` more had to. */
export function cutOff(part: string, done: number, left = 1): UnexpectedEOFError {
  const message = `Cannot read an HTTP message: the input ended after ${done} bytes of its ${part}`;
  return new UnexpectedEOFError(message, done + left, done);
}

/** The error for a body that is to be written and is shorter than was declared. */
export function bodyEndedEarly(length: number, done: number): UnexpectedEOFError {
  return endedEarly(`write a body of ${length} bytes`, length, done);
}

/** Throws what stands against a message of the caller's; nothing of it was written. */
export function cannotWrite(why: string): never {
  throw new TypeError(`Cannot write an HTTP message: ${why}`);
}

/** The beginning of a text, for the message of an error. */
export function quote(text: unknown): string {
  return JSON.stringify(`${text}`.slice(0, 40));
}
