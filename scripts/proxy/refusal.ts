/** Why a request is not served, and the status that says so. */
export class Refusal extends Error {
  override name = "Refusal";

  /**
   * Makes it.
   *
   * @param status The status of the answer
   * @param message What could not be done, and why
   * @param cause What was thrown
   */
  constructor(readonly status: number, message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/** The phrases of the statuses with which the proxy itself answers. */
const PHRASES: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  403: "Forbidden",
  421: "Misdirected Request",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  502: "Bad Gateway",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  508: "Loop Detected",
};

/** The phrase of a status. */
export function phraseOf(status: number): string {
  return PHRASES[status] ?? "";
}

/**
 * The value of a Warning field: code 199, whose text is for people.
 *
 * @param agent Who warns
 * @param text What about
 * @returns The value, in printable ASCII
 */
export function warning(agent: string, text: string): string {
  const safe = text.replace(/["\\]/g, "'").replace(/[^ -~]/g, " ");
  return `199 ${agent} "${safe}"`;
}
