import type { BufReader } from "@sluice/io/bufio";

/** What a client says at the beginning of TLS. */
export interface ClientHello {
  /** The name of the server that it wants, or null if it says none. */
  serverName: string | null;
  /** The protocols that it offers by ALPN; none if it says nothing of it. */
  protocols: string[];
}

/** The first byte of TLS: the type of a record of the handshake. */
export const HANDSHAKE = 22;

const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const ALPN = 16;

/**
 * Looks at the ClientHello with which TLS begins. None of it is taken.
 *
 * @param reader The connection; its buffer should hold a record
 * @returns What it says; nothing of it where it is cut into several records, or is none
 */
export async function peekClientHello(reader: BufReader): Promise<ClientHello> {
  const hello: ClientHello = { serverName: null, protocols: [] };
  const head = await reader.peek(5);
  if (head.length < 5) return hello;
  const length = new Parts(head).skip(3).uint(2);
  const record = new Parts((await reader.peek(Math.min(5 + length, reader.size))).subarray(5));
  try {
    if (record.uint(1) !== CLIENT_HELLO) return hello;
    const body = record.vector(3).skip(2 + 32); // version and random
    body.vector(1); // session
    body.vector(2); // cipher suites
    body.vector(1); // compression methods
    for (const extensions = body.vector(2); extensions.left > 0;) {
      const type = extensions.uint(2);
      const extension = extensions.vector(2);
      if (type === SERVER_NAME) hello.serverName = serverNameIn(extension);
      if (type === ALPN) hello.protocols = protocolsIn(extension);
    }
  } catch (reason) {
    if (!(reason instanceof RangeError)) throw reason;
  }
  return hello;
}

function serverNameIn(extension: Parts): string | null {
  for (const list = extension.vector(2); list.left > 0;) {
    const type = list.uint(1);
    const name = list.vector(2).text();
    if (type === 0 && /^[a-z0-9._-]+$/i.test(name)) return name.toLowerCase();
  }
  return null;
}

function protocolsIn(extension: Parts): string[] {
  const protocols: string[] = [];
  for (const list = extension.vector(2); list.left > 0;) protocols.push(list.vector(1).text());
  return protocols;
}

/** Bytes that are taken part by part. What is not there is a RangeError. */
class Parts {
  #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.byteLength;
  }

  skip(n: number): this {
    this.#take(n);
    return this;
  }

  /** A number of `size` bytes. */
  uint(size: number): number {
    return this.#take(size).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** What follows its own length, which has `size` bytes. */
  vector(size: number): Parts {
    return new Parts(this.#take(this.uint(size)));
  }

  text(): string {
    return String.fromCharCode(...this.#bytes);
  }

  #take(n: number): Uint8Array {
    if (n > this.left) throw new RangeError(`Cannot take ${n} bytes: ${this.left} are left`);
    const part = this.#bytes.subarray(0, n);
    this.#bytes = this.#bytes.subarray(n);
    return part;
  }
}
