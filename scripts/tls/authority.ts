/**
 * Certificates for tests and proxies: an authority of one's own, and what it signs.
 *
 * @module
 */
import "reflect-metadata"; // x509 cannot be loaded without it
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 60 * 60 * 1000; // ms

/** A certificate and its private key, as TLS servers want them. */
export interface Identity {
  /** In PEM; that of the authority comes after it. */
  cert: string;
  /** PKCS #8 in PEM. */
  key: string;
}

/** Signs certificates. Whoever trusts `cert` trusts them all. */
export class Authority {
  /** Its certificate in PEM. */
  readonly cert: string;
  readonly #certificate: x509.X509Certificate;
  readonly #keys: CryptoKeyPair;

  private constructor(certificate: x509.X509Certificate, keys: CryptoKeyPair) {
    this.cert = pem(certificate);
    this.#certificate = certificate;
    this.#keys = keys;
  }

  /**
   * Makes an authority with a key of its own.
   *
   * @param name What it is called in its certificate
   * @param days How long it is valid
   * @returns The authority
   */
  static async create(name: string, days = 30): Promise<Authority> {
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: [{ CN: [name] }],
      ...validity(days),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new Authority(certificate, keys);
  }

  /**
   * Takes up an authority that was stored.
   *
   * @param identity Its certificate and its key
   * @returns The authority
   */
  static async load({ cert, key }: Identity): Promise<Authority> {
    const certificate = new x509.X509Certificate(cert);
    const pkcs8 = x509.PemConverter.decodeFirst(key);
    const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, true, ["sign"]);
    const publicKey = await certificate.publicKey.export(ALGORITHM, ["verify"]);
    return new Authority(certificate, { privateKey, publicKey });
  }

  /** Its private key in PEM, to be stored. */
  async exportKey(): Promise<string> {
    return await exportKey(this.#keys.privateKey);
  }

  /**
   * Signs a certificate with a key of its own for a server.
   *
   * @param hosts Names and IP addresses of the server, at least one
   * @param days How long it is valid
   * @returns The certificate and the key
   */
  async issue(hosts: readonly [string, ...string[]], days = 7): Promise<Identity> {
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: [{ CN: [hosts[0].slice(0, 64)] }],
      issuer: this.#certificate.subject,
      ...validity(days),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          hosts.map((value) => ({ type: isAddress(value) ? "ip" as const : "dns" as const, value })),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
      ],
    });
    return { cert: pem(certificate) + this.cert, key: await exportKey(keys.privateKey) };
  }
}

function pem(certificate: x509.X509Certificate): string {
  return certificate.toString("pem") + "\n";
}

async function exportKey(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY") + "\n";
}

/** A clock that is a little behind must not find a certificate of today to be one of tomorrow. */
function validity(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - DAY), notAfter: new Date(now + days * DAY) };
}

function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = bytes[0]! & 0x3f | 0x40; // there are 16 bytes; positive, and no byte less
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isAddress(host: string): boolean {
  return host.includes(":") || /^\d+(\.\d+){3}$/.test(host);
}
