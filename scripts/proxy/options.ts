import type { Authority } from "../tls/authority.ts";
import type { Modifiers } from "./modifiers.ts";

/** How a proxy behaves. */
export interface ProxyOptions {
  /** The address to listen at. */
  hostname: string;
  /** The port; 0 for one that is free. */
  port: number;
  /** Signs the certificates with which the proxy looks into tunnels, or null where it does not. */
  authority: Authority | null;
  /** The proxy to go through, or null. */
  upstream: URL | null;
  /** Certificates of authorities in PEM to trust besides those of the host. */
  trusted: readonly string[];
  /** Bytes per second from all clients together, and as many to them; Infinity for no limit. */
  rate: number;
  /** Whether targets in private networks are refused. */
  refusePrivate: boolean;
  /** How many milliseconds a client and whom it talks to may both be silent. */
  idleTimeout: number;
  /** How many milliseconds a tunnel may be silent once one side has ended. */
  halfCloseTimeout: number;
  /** How many milliseconds a connection may take. */
  connectTimeout: number;
  /** What is changed on the way. */
  modifiers: Modifiers;
  /** Takes a line of the log. */
  log(line: string): void;
}

/** What goes without saying. */
export const DEFAULT_OPTIONS: ProxyOptions = {
  hostname: "127.0.0.1",
  port: 8080,
  authority: null,
  upstream: null,
  trusted: [],
  rate: Infinity,
  refusePrivate: false,
  idleTimeout: 120_000,
  halfCloseTimeout: 30_000,
  connectTimeout: 10_000,
  modifiers: {},
  log() {},
};
