import { createSecureContext, type SecureContext } from "node:tls";
import type { Authority } from "../tls/authority.ts";

const MOST = 1000;
const LIFETIME = 24 * 60 * 60 * 1000; // ms, well below the validity of a certificate

/** The certificates that the proxy shows in the place of hosts, minted when they are first needed. */
export class Identities {
  readonly #authority: Authority;
  readonly #made = new Map<string, { context: Promise<SecureContext>; until: number }>();

  /**
   * Makes an empty cache.
   *
   * @param authority Signs the certificates
   */
  constructor(authority: Authority) {
    this.#authority = authority;
  }

  /**
   * Finds or mints the certificate for a host.
   *
   * @param host A name or an address
   * @returns It and its key, for `node:tls`
   */
  for(host: string): Promise<SecureContext> {
    const now = Date.now();
    const found = this.#made.get(host);
    // The one used last is the last to go.
    this.#made.delete(host);
    if (found !== undefined && found.until > now) {
      this.#made.set(host, found);
      return found.context;
    }
    const context = this.#mint(host);
    this.#made.set(host, { context, until: now + LIFETIME });
    const [oldest] = this.#made.keys();
    if (this.#made.size > MOST && oldest !== undefined) this.#made.delete(oldest);
    return context;
  }

  async #mint(host: string): Promise<SecureContext> {
    try {
      return createSecureContext(await this.#authority.issue([host]));
    } catch (reason) {
      this.#made.delete(host);
      throw reason;
    }
  }
}
