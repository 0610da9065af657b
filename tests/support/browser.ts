/** The parts of a browser's page that tests use. The library that Deno compiles with does not have them. */
export interface Page {
  document: {
    querySelector(selector: "input"): (EventTarget & { files: ArrayLike<File> | null }) | null;
  };
  navigator: {
    storage: { getDirectory(): Promise<PrivateFolder> };
    serviceWorker: EventTarget & {
      controller: unknown;
      getRegistrations(): Promise<unknown[]>;
      register(url: string, options: { type: "module" }): Promise<{ unregister(): Promise<boolean> }>;
    };
  };
  FileSystemFileHandle: { prototype: PrivateFile };
}

/** A folder of the origin private file system. */
export interface PrivateFolder {
  getFileHandle(name: string, options: { create: true }): Promise<PrivateFile>;
  removeEntry(name: string): Promise<void>;
}

/** A file of the origin private file system. */
export interface PrivateFile {
  getFile(): Promise<File>;
  createWritable(): Promise<WritableStream<Uint8Array>>;
}

/** This page; where it is none, what it has is missing. */
export const page: Page = globalThis as unknown as Page;
