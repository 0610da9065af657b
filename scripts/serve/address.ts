/** Where to listen or to connect. */
export interface Address {
  hostname: string;
  port: number;
}

/** On this machine and nowhere else, unless another host is named. */
export const LOOPBACK = "127.0.0.1";

const ADDRESS = /^(?:(\[[\da-f:.]+\]|[^:\s[\]]+):|:)?(\d{1,5})$/i;

/**
 * Reads `8080`, `example.com:80` or `[::1]:80`. The host is that of the loopback interface if none is named.
 *
 * @param text What was written
 * @returns The address, or null if it is none
 */
export function parseAddress(text: string): Address | null {
  const [, host = LOOPBACK, digits] = ADDRESS.exec(text) ?? [];
  const port = Number(digits);
  if (!(port <= 65535)) return null;
  return { hostname: host.replace(/^\[(.*)\]$/, "$1"), port };
}

/** Writes an address as {@linkcode parseAddress} reads it. */
export function formatAddress({ hostname, port }: Address): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
