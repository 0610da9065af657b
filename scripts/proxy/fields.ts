/** What is between two neighbours only, besides what Connection names. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
];

/**
 * Takes off a head what is for the proxy alone, and adds the proxy to those that have handled the message.
 *
 * @param headers The fields as they came
 * @param version The version of who sent them
 * @param agent The name of the proxy
 * @returns The fields to be sent on
 */
export function forwarded(headers: Headers, version: string, agent: string): Headers {
  const result = new Headers(headers);
  for (const name of [...HOP_BY_HOP, ...tokens(headers, "connection")]) {
    if (isToken(name)) result.delete(name);
  }
  result.append("via", `${version.replace("HTTP/", "")} ${agent}`);
  return result;
}

/** The protocol that a message wants to change to, or null. */
export function upgradeOf(headers: Headers): string | null {
  return tokens(headers, "connection").includes("upgrade") ? headers.get("upgrade") : null;
}

/** Whether the proxy of that name has handled a message already. */
export function hasPassed(headers: Headers, agent: string): boolean {
  return tokens(headers, "via").some((via) => via.split(/\s+/)[1] === agent);
}

function tokens(headers: Headers, name: string): string[] {
  return (headers.get(name) ?? "").toLowerCase().split(",").map((token) => token.trim());
}

/** `Headers` throws at the name of a field that is none. */
function isToken(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name);
}
