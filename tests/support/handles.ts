import { FileError, type FileHandleLike, type SyncHandleLike } from "../../src/fs/mod.ts";

/** What a browser's stream to a file takes besides bytes. */
type Command = Uint8Array | { type: string; position?: number; data?: Uint8Array; size?: number };

/** A file in memory with a browser's handle to it. */
export interface MemoryHandle extends FileHandleLike {
  /** What is in the file now. */
  contents: Uint8Array<ArrayBuffer>;
  /** How many copies were begun to be written. */
  readonly copies: number;
}

function put(contents: Uint8Array<ArrayBuffer>, data: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(Math.max(contents.byteLength, at + data.byteLength));
  grown.set(contents);
  grown.set(data, at);
  return grown;
}

function cut(contents: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(size);
  changed.set(contents.subarray(0, size));
  return changed;
}

/** Makes one as a page has it. `room` is how large the file may become. */
export function memoryHandle(contents: Uint8Array<ArrayBuffer>, room = Infinity): MemoryHandle {
  let copies = 0;
  const handle = {
    name: "kept",
    contents,
    get copies() {
      return copies;
    },
    getFile: () => Promise.resolve(new Blob([handle.contents])),
    async createWritable({ keepExistingData = false }: { keepExistingData?: boolean } = {}) {
      copies++;
      let copy = keepExistingData ? handle.contents : new Uint8Array(0);
      let at = 0;
      return await new WritableStream<Command>({
        write(chunk) {
          if ("type" in chunk && chunk.type === "truncate") {
            copy = cut(copy, chunk.size ?? 0);
            at = Math.min(at, copy.byteLength);
            return;
          }
          const data = "type" in chunk ? chunk.data ?? new Uint8Array(0) : chunk;
          if ("type" in chunk) at = chunk.position ?? at;
          if (at + data.byteLength > room) throw new DOMException("There is no room", "QuotaExceededError");
          copy = put(copy, data, at);
          at += data.byteLength;
        },
        close: () => void (handle.contents = copy),
      });
    },
  };
  return handle;
}

/** Makes one as a worker has it. */
export function memorySyncHandle(
  contents: Uint8Array<ArrayBuffer>,
): MemoryHandle & { readonly flushes: number; readonly isOpen: boolean } {
  let flushes = 0;
  let isOpen = false;
  const page = memoryHandle(contents);
  const access: SyncHandleLike = {
    read(p, { at }) {
      const part = page.contents.subarray(at, at + p.byteLength);
      p.set(part);
      return part.byteLength;
    },
    write(p, { at }) {
      page.contents = put(page.contents, p, at);
      return p.byteLength;
    },
    getSize: () => page.contents.byteLength,
    truncate: (size) => void (page.contents = cut(page.contents, size)),
    flush: () => void flushes++,
    close: () => void (isOpen = false),
  };
  return Object.defineProperties(page, {
    flushes: { get: () => flushes },
    isOpen: { get: () => isOpen },
    createSyncAccessHandle: {
      value() {
        if (isOpen) {
          return Promise.reject(new DOMException("It is in use", "NoModificationAllowedError"));
        }
        isOpen = true;
        return Promise.resolve(access);
      },
    },
  }) as ReturnType<typeof memorySyncHandle>;
}

/** The code of the FileError that something rejects with. */
export async function codeOf(step: () => Promise<unknown>): Promise<string | null> {
  try {
    await step();
    return null;
  } catch (reason) {
    if (reason instanceof FileError) return reason.code;
    throw reason;
  }
}

/**
 * What a worker's thread does with a file of the origin's own: it keeps the synchronous handle, which no page can have, and
 * does what it is told to.
 */
const WORKER = `
const open = new Map();
onmessage = async ({ data: [id, name, method, args] }) => {
  try {
    if (method === "open") {
      const root = await navigator.storage.getDirectory();
      const handle = await root.getFileHandle(name, { create: true });
      open.set(name, await handle.createSyncAccessHandle());
      return postMessage([id, null, null]);
    }
    const result = await open.get(name)[method](...args);
    postMessage([id, null, result ?? null, method === "read" ? args[0] : null]);
  } catch (reason) {
    postMessage([id, [reason.message, reason.name], null]);
  }
};`;

/** The handles of a worker, as promises. */
export class HandleWorker {
  readonly #worker = new Worker(URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" })));
  readonly #waiting = new Map<
    number,
    { resolve: (value: number) => void; reject: (reason: unknown) => void; p?: Uint8Array }
  >();
  #id = 0;

  constructor() {
    this.#worker.onmessage = ({ data: [id, failure, result, bytes] }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (failure !== null) return waiting?.reject(new DOMException(...failure as [string, string]));
      if (bytes) waiting?.p?.set(bytes);
      waiting?.resolve(result);
    };
    this.#worker.onerror = () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("The worker does not run"));
    };
  }

  /** Gives a page's handle what it would have in the worker. */
  lend(handle: FileHandleLike): FileHandleLike {
    const ask = (method: string, ...args: unknown[]) => this.#ask(handle.name, method, args);
    return {
      name: handle.name,
      getFile: () => handle.getFile(),
      createWritable: (options) => handle.createWritable(options),
      createSyncAccessHandle: async () => {
        await ask("open");
        return {
          read: (p, options) => this.#ask(handle.name, "read", [p, options], p),
          write: (p, options) => ask("write", p, options),
          getSize: () => ask("getSize"),
          truncate: async (size) => void await ask("truncate", size),
          flush: async () => void await ask("flush"),
          close: async () => void await ask("close"),
        };
      },
    };
  }

  /** Whether the worker has such handles at all. */
  async isAble(handle: FileHandleLike): Promise<boolean> {
    try {
      await (await this.lend(handle).createSyncAccessHandle?.())?.close();
      return true;
    } catch {
      return false;
    }
  }

  end(): void {
    this.#worker.terminate();
  }

  #ask(name: string, method: string, args: unknown[], p?: Uint8Array): Promise<number> {
    const id = this.#id++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, ...(p && { p }) });
      this.#worker.postMessage([id, name, method, args]);
    });
  }
}
