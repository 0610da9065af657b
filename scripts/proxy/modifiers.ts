import type { Source } from "@sluice/io";
import type { SentResponse } from "./exchange.ts";

/** A request that is about to be sent on. What may be changed can be set. */
export interface ModifiableRequest {
  /** The method. */
  readonly method: string;
  /** Whom and what it is for. */
  readonly url: string;
  /** The fields, without those that are for the proxy alone. */
  readonly headers: Headers;
  /** The body. Whoever replaces it need not say how long the new one is. */
  body: Source | null;
}

/** A response that is about to be sent on. What may be changed can be set. */
export type ModifiableResponse = SentResponse;

/** Changes what passes. What it throws ends the connection. */
export interface Modifiers {
  /** Changes a request. */
  request?(request: ModifiableRequest): void | Promise<void>;
  /** Changes a response. */
  response?(response: ModifiableResponse, request: ModifiableRequest): void | Promise<void>;
}

/**
 * Has a message changed. A body that was replaced loses the length of the old one.
 *
 * @param message The message
 * @param change What changes it
 */
export async function modify<T extends { headers: Headers; body: Source | null }>(
  message: T,
  change: ((message: T) => void | Promise<void>) | undefined,
): Promise<void> {
  if (change === undefined) return;
  const { body } = message;
  await change(message);
  if (message.body !== body) message.headers.delete("content-length");
}

/**
 * Makes modifiers that set fields.
 *
 * @param request Those of requests
 * @param response Those of responses
 * @returns The modifiers
 */
export function settingFields(request: Headers, response: Headers): Modifiers {
  return {
    request: ({ headers }) => request.forEach((value, name) => headers.set(name, value)),
    response: ({ headers }) => response.forEach((value, name) => headers.set(name, value)),
  };
}
