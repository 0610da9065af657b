import { attempt, Complaint } from "./complaint.ts";
import type { DestinationEnd, SourceEnd } from "./ends.ts";

/**
 * Takes an end for a URL if it looks like one.
 *
 * @param end What was given for SRC or DST
 * @returns The URL, or null for a path; throws a Complaint for a URL that is of no use
 */
export function parseUrl(end: string): URL | null {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(end)) return null;
  if (!URL.canParse(end)) throw new Complaint(`Cannot use ${end}: it is no valid URL`);
  const url = new URL(end);
  if (!/^https?:$/.test(url.protocol)) {
    throw new Complaint(`Cannot use ${end}: only http and https URLs are served`);
  }
  return url;
}

/**
 * Fetches a URL.
 *
 * @param url The URL
 * @param signal Ends the request
 * @returns Its body
 */
export async function fetchSource(url: URL, signal: AbortSignal): Promise<SourceEnd> {
  const name = nameOf(url);
  // Unchanged bytes are wanted, and a length that is theirs.
  const request = fetch(url, { headers: { "accept-encoding": "identity" }, signal });
  const response = await attempt(`fetch ${name}`, request);
  const { body, headers } = response;
  if (!response.ok) {
    dismiss(body);
    throw new Complaint(`Cannot fetch ${name}: the server answered ${statusOf(response)}`);
  }
  const length = headers.has("content-encoding") ? null : headers.get("content-length");
  return {
    name,
    src: body ?? new Blob().stream(),
    size: length === null ? null : Number(length),
    close: () => dismiss(body),
  };
}

/**
 * Sends a PUT request whose body is written as the copy goes on.
 *
 * @param url The URL
 * @param signal Ends the request
 * @returns The body of the request; it is final when the server says so
 */
export function putDestination(url: URL, signal: AbortSignal): DestinationEnd {
  const name = nameOf(url);
  let fail = (_reason: unknown): void => {};
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => {
      fail = (reason) => controller.error(reason);
    },
  });

  async function send(): Promise<void> {
    // A body that is streamed cannot be sent a second time to where a redirect points.
    const init = { method: "PUT", body: readable, duplex: "half", redirect: "manual", signal } as const;
    const response = await fetch(url, init);
    dismiss(response.body);
    if (!response.ok) throw new Complaint(`the server answered ${statusOf(response)}`);
  }
  const answer = send();
  // No server, or one that has said no: nobody takes what is still to be written.
  answer.catch(fail);

  return {
    name,
    dst: writable,
    async finish() {
      await attempt(`PUT ${name}`, Promise.all([writable.close(), answer]).catch(blame));
    },
    giveUp(reason) {
      // Not by an abort of the stream, which would wait for a write that the server does not take.
      fail(reason);
      return Promise.resolve();
    },
    explain: (reason) => blame(reason).catch((cause) => cause),
  };

  /** Rejects with what the request died of rather than with what that did to its body. */
  async function blame(reason: unknown): Promise<never> {
    await answer;
    throw reason;
  }
}

function statusOf({ status, statusText }: Response): string {
  return `${status} ${statusText}`.trim();
}

/** The URL without a password. */
function nameOf(url: URL): string {
  const shown = new URL(url);
  shown.username = shown.password = "";
  return shown.href;
}

/** Tells the server that nobody wants the rest. */
function dismiss(body: ReadableStream<Uint8Array> | null): void {
  body?.cancel().catch(() => {}); // a body that failed has nothing more to say
}
