import { HttpError } from "../core/errors.ts";

/** Throws what stands against a message of a peer; nothing that follows it can be trusted. */
export function refuse(why: string, status = 400): never {
  throw new HttpError(`Cannot read an HTTP message: ${why}`, status);
}
