import type { FileHandleLike } from "../../src/fs/mod.ts";

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
}

/** A folder of the origin's private file system. */
export interface PrivateFolder {
  getFileHandle(name: string, options: { create: boolean }): Promise<FileHandleLike>;
  removeEntry(name: string): Promise<void>;
}

/** This page; where it is none, what it has is missing. */
export const page: Page = globalThis as unknown as Page;
