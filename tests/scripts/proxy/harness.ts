/**
 * A proxy, origins and clients on the loopback interface, each for the time of a test.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { IncomingMessage, RequestListener } from "node:http";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { ProxyOptions } from "../../../scripts/proxy/options.ts";
import { type Proxy, startProxy } from "../../../scripts/proxy/proxy.ts";
import { Authority } from "../../../scripts/tls/authority.ts";
import { needsProgram } from "../../support/programs.ts";
import { until } from "../../support/waiting.ts";

/** What tests with `curl` need; they name it without a path. */
export const CURL = await needsProgram("curl");

/** A proxy under test. */
export interface TestProxy extends Proxy {
  /** For `curl -x`. */
  url: string;
  /** The lines of the log, without the addresses of clients. */
  said: string[];
}

/** Runs a proxy while a test runs. Afterwards it must have nothing open. */
export async function withProxy(
  options: Partial<ProxyOptions>,
  test: (proxy: TestProxy) => Promise<void>,
): Promise<void> {
  const said: string[] = [];
  const log = (line: string) => void said.push(line.replace(/^127\.0\.0\.1:\d+ /, ""));
  const proxy = startProxy({ port: 0, log, ...options });
  const { hostname, port } = proxy;
  try {
    await test({
      hostname,
      port,
      url: `http://127.0.0.1:${port}`,
      said,
      get open() {
        return proxy.open;
      },
      close: () => proxy.close(),
    });
  } finally {
    await proxy.close();
  }
  assertEquals(proxy.open, 0);
}

/** A server of the test. */
export interface Origin {
  /** Its host and port. */
  authority: string;
  /** Its URL, with a slash at its end. */
  url: string;
  port: number;
  /** How many connections were made to it. */
  connections(): number;
  /** How many of them are open. */
  open(): number;
}

/** Serves HTTP, or HTTPS with a certificate of `authority`, while a test runs. */
export async function withOrigin(
  handler: RequestListener,
  test: (origin: Origin) => Promise<void>,
  { authority, onUpgrade }: {
    authority?: Authority;
    onUpgrade?: (request: IncomingMessage, socket: Socket, head: Uint8Array) => void;
  } = {},
): Promise<void> {
  const identity = await authority?.issue(["localhost", "127.0.0.1"]);
  const server = identity === undefined ? createHttpServer(handler) : createHttpsServer(identity, handler);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  if (onUpgrade !== undefined) server.on("upgrade", onUpgrade);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The origin has no port");
  const { port } = address;
  try {
    await test({
      authority: `127.0.0.1:${port}`,
      url: `${identity === undefined ? "http" : "https"}://127.0.0.1:${port}/`,
      port,
      connections: () => connections,
      open: () => sockets.size,
    });
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await until(() => sockets.size === 0);
  }
}

/** Serves whatever `serve` makes of a connection, while a test runs. Its connections are closed afterwards. */
export async function withTcpOrigin(
  serve: (conn: Deno.TcpConn) => Promise<void>,
  test: (port: number) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const conn of listener) served.push(serve(conn).finally(() => closeQuietly(conn)));
  })();
  try {
    await test((listener.addr as Deno.NetAddr).port);
  } finally {
    listener.close();
    await accepting;
    await Promise.all(served);
  }
}

/** Closes a connection that may be closed already. */
export function closeQuietly(conn: { close(): void }): void {
  try {
    conn.close();
  } catch {
    // It was closed.
  }
}

/** What a program printed. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `curl` through the proxy. */
export async function curl(proxy: { url: string }, ...args: string[]): Promise<Ran> {
  return await command("curl", "-sS", "--max-time", "60", "--proxy", proxy.url, "--noproxy", "", ...args);
}

/** Has `curl` upload through the proxy; returns the answer. */
export async function curlUpload(
  proxy: { url: string },
  pieces: Iterable<Uint8Array<ArrayBuffer>>,
  ...args: string[]
): Promise<string> {
  const all = ["-sS", "--proxy", proxy.url, "--noproxy", "", "-T", "-", ...args];
  const child = new Deno.Command("curl", { args: all, stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  for (const piece of pieces) await writer.write(piece);
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout);
}

/** Runs a program to its end. */
export async function command(program: string, ...args: string[]): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out, stderr: err };
}

/** A client that says what it is told to, byte by byte. */
export class RawClient {
  readonly conn: Deno.TcpConn;
  #received = "";

  private constructor(conn: Deno.TcpConn) {
    this.conn = conn;
  }

  /** Connects. */
  static async connect({ port }: { port: number }): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends text, all of it at once. */
  async send(text: string): Promise<void> {
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
    for (let done = 0; done < bytes.length;) done += await this.conn.write(bytes.subarray(done));
  }

  /** Waits until something was received; resolves to everything up to its end. */
  async until(text: string): Promise<string> {
    for (;;) {
      const at = this.#received.indexOf(text);
      if (at >= 0) return this.#take(at + text.length);
      if (!await this.#receive()) throw new Error(`The end came before ${JSON.stringify(text)}`);
    }
  }

  /** Receives everything up to the end. */
  async rest(): Promise<string> {
    while (await this.#receive());
    return this.#take(this.#received.length);
  }

  /** Closes the connection. */
  close(): void {
    closeQuietly(this.conn);
  }

  async #receive(): Promise<boolean> {
    const p = new Uint8Array(64 * 1024);
    const n = await this.conn.read(p);
    if (n === null) return false;
    this.#received += Array.from(p.subarray(0, n), (byte) => String.fromCharCode(byte)).join("");
    return true;
  }

  #take(n: number): string {
    const taken = this.#received.slice(0, n);
    this.#received = this.#received.slice(n);
    return taken;
  }
}

/** Lends a client to a test. */
export async function withClient(
  proxy: { port: number },
  test: (client: RawClient) => Promise<void>,
): Promise<void> {
  const client = await RawClient.connect(proxy);
  try {
    await test(client);
  } finally {
    client.close();
  }
}

/** An authority of the tests, made once, with its certificate in a file. */
export async function testAuthority(): Promise<Authority> {
  return await (made ??= Authority.create("sluice test"));
}

let made: Promise<Authority> | undefined;

/** Lends a file with that content. */
export async function withFile(content: string, test: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "sluice-test-" });
  try {
    await Deno.writeTextFile(path, content);
    await test(path);
  } finally {
    await Deno.remove(path);
  }
}
