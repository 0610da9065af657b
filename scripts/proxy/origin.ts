/** Whom a request is for. */
export interface Origin {
  scheme: "http" | "https";
  /** A name, or an address without brackets. */
  host: string;
  port: number;
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/**
 * Takes the target of a CONNECT apart.
 *
 * @param target Such as `example.com:443` or `[::1]:443`
 * @param scheme What is spoken there
 * @returns The origin, or null for what is none
 */
export function originOf(target: string, scheme: Origin["scheme"]): Origin | null {
  const { host, port } = splitAuthority(target);
  return host === null || port === null ? null : { scheme, host, port };
}

/**
 * Takes an absolute target apart.
 *
 * @param target Such as `http://example.com/path?query`
 * @returns The origin and the target as the origin is asked for it, or null for what is no http or https URL
 */
export function parseTarget(target: string): { origin: Origin; path: string } | null {
  const [, name = "", authority = "", path = ""] = /^(https?):\/\/([^/?#]+)([^#]*)$/i.exec(target) ?? [];
  const scheme = name.toLowerCase() === "https" ? "https" : "http";
  const bare = !/:\d*$/.test(authority) || authority.endsWith("]");
  const { host, port } = splitAuthority(bare ? `${authority}:${DEFAULT_PORTS[scheme]}` : authority);
  if (host === null || port === null) return null;
  // What has no path is asked for the root.
  return { origin: { scheme, host, port }, path: path.startsWith("/") ? path : `/${path}` };
}

function splitAuthority(authority: string): { host: string | null; port: number | null } {
  const [, name = "", digits = ""] = /^(\[[\da-f:.]+\]|[^\s/?#@\\:]+):(\d+)$/i.exec(authority) ?? [];
  const port = Number(digits);
  return {
    // As a URL writes it: addresses in one way, names in lower case.
    host: URL.canParse(`http://${name}/`)
      ? new URL(`http://${name}/`).hostname.replace(/^\[|\]$/g, "")
      : null,
    port: port >= 1 && port <= 65535 ? port : null,
  };
}

/** The host and port of an origin, as a CONNECT has it. */
export function authorityOf({ host, port }: Origin): string {
  return `${bracketed(host)}:${port}`;
}

/** The host and, if it is not that of the scheme, the port: as a Host field and a URL have it. */
export function hostOf({ scheme, host, port }: Origin): string {
  return port === DEFAULT_PORTS[scheme] ? bracketed(host) : `${bracketed(host)}:${port}`;
}

/** An origin as the beginning of a URL. */
export function urlOf(origin: Origin): string {
  return `${origin.scheme}://${hostOf(origin)}`;
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
