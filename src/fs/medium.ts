/**
 * What a {@linkcode File} stands on: a file of the host, told at every step where to read or write.
 *
 * Failures are those of the host; whoever calls says what was attempted.
 */
export interface Medium {
  /** What the file is called in messages. */
  readonly path: string;
  /** Whether there are positions, as in a regular file; a pipe or a terminal has none, and gets `null` for every offset. */
  readonly seekable: boolean;
  /** Reads once; 0 at the end. */
  read(p: Uint8Array, offset: number | null): Promise<number>;
  /** Writes once; `null` is the end of a file that is open for appending. */
  write(p: Uint8Array, offset: number | null): Promise<number>;
  size(): Promise<number>;
  truncate(size: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
  /** What the kernel needs to know to copy from it or to it, or `null` if it cannot. */
  identify?(): Promise<Identity | null>;
}

/** An open file as the kernel finds it again. */
export interface Identity {
  /** Names the file that is open, whatever has become of the path by which it was opened. */
  name: string;
  /** The size in bytes. */
  size: number;
  /** The permission bits, among others. */
  mode: number;
  /** Finds out whether it was opened to be written, too. */
  writes(): Promise<boolean>;
}
