import type { Identity, Medium } from "./medium.ts";
import { nodeFs, type NodeHandle } from "./node_fs.ts";

/** The bits of the flags of an open file that say for what it was opened; 0 is reading only. */
const ACCESS = 3;

/** A file that Node's `FileHandle` stands for, in Deno, Bun and Node. */
export class NodeMedium implements Medium {
  readonly path: string;
  readonly seekable: boolean;
  readonly #handle: NodeHandle;

  constructor(path: string, handle: NodeHandle, seekable: boolean) {
    this.path = path;
    this.#handle = handle;
    this.seekable = seekable;
  }

  async read(p: Uint8Array, offset: number | null): Promise<number> {
    return (await this.#handle.read(p, 0, p.byteLength, offset)).bytesRead;
  }

  async write(p: Uint8Array, offset: number | null): Promise<number> {
    return (await this.#handle.write(p, 0, p.byteLength, offset)).bytesWritten;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  truncate(size: number): Promise<void> {
    return this.#handle.truncate(size);
  }

  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async identify(): Promise<Identity | null> {
    const handle = this.#handle;
    const { readFile, stat } = await nodeFs();
    const name = `/proc/self/fd/${handle.fd}`;
    const [own, found] = await Promise.all([handle.stat(), stat(name)]);
    if (!own.isFile() || own.dev !== found.dev || own.ino !== found.ino) return null;
    return {
      name,
      size: own.size,
      mode: own.mode,
      async writes() {
        const info = await readFile(`/proc/self/fdinfo/${handle.fd}`, "utf8");
        const flags = /^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? "";
        return (parseInt(flags, 8) & ACCESS) > 0;
      },
    };
  }
}

/** A medium over a handle, however it was opened. */
export async function nodeMedium(path: string, handle: NodeHandle): Promise<NodeMedium> {
  const stats = await handle.stat();
  const isBlock = (stats.mode & 0o170000) === 0o060000;
  return new NodeMedium(path, handle, stats.isFile() || stats.isDirectory() || isBlock);
}
