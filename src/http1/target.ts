const VISIBLE = /^[!-"$-~]+$/; // no fragment
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?]+)/;
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+;=%]+)(?::([0-9]*))?$/;

/** Whether a text is a host, with a port or without. */
export function isHost(text: string): boolean {
  return portOf(text) !== null;
}

/** The port of a host, or nothing if it has none; null if it is no host. */
function portOf(text: string): string | null {
  const found = HOST.exec(text);
  if (found === null) return null;
  const [, port = ""] = found;
  return Number(port) > 65535 ? null : port;
}

/** Whether a target has one of the forms that go with the method. A name and password before a host are in none of them. */
export function isTarget(method: string, target: string): boolean {
  if (method === "CONNECT") return !!portOf(target);
  if (!VISIBLE.test(target)) return false;
  return target.startsWith("/") || target === "*" && method === "OPTIONS" ||
    isHost(authorityOf(method, target));
}

/** The authority that a target names, or nothing. */
export function authorityOf(method: string, target: string): string {
  return method === "CONNECT" ? target : ABSOLUTE.exec(target)?.[1] ?? "";
}
