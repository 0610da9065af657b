/**
 * A server and a client over sockets, made of nothing but this library.
 *
 * @module
 */
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from "node:net";
import { BufReader, BufWriter } from "../../src/bufio/mod.ts";
import {
  HttpError,
  type OutgoingRequest,
  type OutgoingResponse,
  readRequest,
  readResponse,
  type RequestMessage,
  type ResponseMessage,
  writeRequest,
  writeResponse,
} from "../../src/http1/mod.ts";
import { type Conn, duplexFrom } from "../../src/net/mod.ts";

/** The size of the buffers: large ones move large bodies in fewer steps. */
const SIZE = 16 * 1024;

/** A connection of a client. */
export class Client {
  readonly conn: Conn;
  readonly r: BufReader;
  readonly w: BufWriter;

  constructor(socket: Socket) {
    this.conn = duplexFrom(socket);
    this.r = new BufReader(this.conn, SIZE);
    this.w = new BufWriter(this.conn, SIZE);
  }

  /** Sends a request. */
  async send(request: OutgoingRequest): Promise<void> {
    await writeRequest(this.w, request);
    await this.w.flush();
  }

  /** Sends a request and reads the final response to it. */
  async ask(request: OutgoingRequest): Promise<ResponseMessage> {
    const [response] = await Promise.all([this.answer(request), this.send(request)]);
    return response;
  }

  /** Reads the final response to a request. */
  async answer(request: { method: string }): Promise<ResponseMessage> {
    for (;;) {
      const response = await readResponse(this.r, request);
      if (response.status >= 200 || response.status === 101) return response;
    }
  }

  async close(): Promise<void> {
    await this.conn.close().catch(() => {}); // the other side may be gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Connects to a server of this machine, by its port or the path of its socket. */
export function dial(to: NetConnectOpts): Promise<Client> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { ...to, allowHalfOpen: true } as NetConnectOpts,
      () => resolve(new Client(socket)),
    );
    socket.once("error", reject);
  });
}

/** Answers a request. What it does not read of the body is drained where that is worth it. */
export type Handler = (
  request: RequestMessage,
  conn: Upgradable,
) => OutgoingResponse | Promise<OutgoingResponse>;

/** A connection that a handler may take over. */
export interface Upgradable {
  readonly conn: Conn;
  readonly r: BufReader;
  readonly w: BufWriter;
  /** Set by a handler that goes on with the connection once the response was sent. */
  then?: () => Promise<void>;
}

/** Serves one connection until it closes. */
export async function serveConn(conn: Conn, handle: Handler): Promise<void> {
  const r = new BufReader(conn, SIZE);
  const w = new BufWriter(conn, SIZE);
  try {
    for (let request = await readRequest(r); request !== null; request = await readRequest(r)) {
      if (request.expectsContinue) {
        await writeResponse(w, { status: 100, statusText: "Continue" });
        await w.flush();
      }
      const upgradable: Upgradable = { conn, r, w };
      const response = await handle(request, upgradable);
      const headers = new Headers(response.headers);
      // For a peer of HTTP/1.0 the end of the connection may be that of the body.
      const last = !request.keepAlive || request.version === "HTTP/1.0";
      if (last) headers.set("connection", "close");
      await writeResponse(w, { ...response, headers }, request);
      await w.flush();
      if (upgradable.then !== undefined) return await upgradable.then();
      if (last || !await request.body.drain()) break;
    }
  } catch (reason) {
    if (!(reason instanceof HttpError)) throw reason;
    await writeResponse(w, { status: reason.status, headers: { connection: "close" } });
  }
  await w.flush();
}

/** A server on this machine. */
export interface TestServer extends AsyncDisposable {
  port: number;
  /** What went wrong with connections, peers that went away included. */
  readonly failures: unknown[];
}

/** Serves on a free port of 127.0.0.1. */
export async function serve(handle: Handler): Promise<TestServer> {
  const failures: unknown[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, async (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    const conn = duplexFrom(socket);
    try {
      await serveConn(conn, handle);
      await conn.close();
    } catch (reason) {
      failures.push(reason);
      socket.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    failures,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
