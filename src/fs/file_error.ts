import { IOError } from "../core/errors.ts";
import { systemCode } from "./node_fs.ts";

/**
 * The host's file system refused something. The `code` is the host's own: `"ENOENT"`, `"EEXIST"`, `"ENOSPC"`, `"EISDIR"`,
 * `"EPERM"`, and so on; in a browser it is the name of the `DOMException`.
 *
 * Ported from Go `fs.PathError`.
 *
 * @example Open a file that is not there
 * ```ts
 * import { FileError, open } from "@sluice/io/fs";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const reason = await open("no/such/file").catch((e: unknown) => e);
 * assert(reason instanceof FileError);
 * assertEquals([reason.code, reason.path], ["ENOENT", "no/such/file"]);
 * assertEquals(reason.message, "Cannot open no/such/file: no such file or directory");
 * ```
 */
export class FileError extends IOError {
  /** The name of the class. */
  override name = "FileError";
  /** The file that it is about. */
  readonly path: string;

  /**
   * Makes the error.
   *
   * @param message What was attempted, with the path
   * @param code The host's code
   * @param path The file that it is about
   * @param options The host's own error as the cause
   */
  constructor(message: string, code: string, path: string, options?: ErrorOptions) {
    super(message, code, options);
    this.path = path;
  }
}

/** Does something with a file, and says what it was if the host refuses it. */
export async function attempt<T>(what: string, path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (reason) {
    throw await fileError(what, path, reason);
  }
}

/** The error for something that a host refused; what is no failure of a file system is returned as it is. */
async function fileError(what: string, path: string, reason: unknown): Promise<unknown> {
  if (!(reason instanceof Error) || reason instanceof IOError) return reason;
  const code = await codeOf(reason);
  if (code.endsWith("Error") && !(reason instanceof DOMException)) return reason;
  // "ENOENT: no such file or directory, open 'x'", "File exists (os error 17): open 'x'"
  const text = reason.message.replace(/^E\w+: /, "").replace(/, [a-z]+( '.*)?$| \(os error \d+\).*$/s, "");
  const lower = text.slice(0, 1).toLowerCase() + text.slice(1);
  return new FileError(`Cannot ${what} ${path}: ${lower}`, code, path, { cause: reason });
}

async function codeOf(reason: Error): Promise<string> {
  const code: unknown = Reflect.get(reason, "code");
  // Deno's TypeError may be the host's EINVAL, while Node has ERR_INVALID_ARG_VALUE for what is no matter of a file.
  if (typeof code === "string" && /^E[A-Z\d]+$/.test(code)) return code;
  const [, errno] = /\(os error (\d+)\)/.exec(reason.message) ?? [];
  return errno === undefined ? reason.name : await systemCode(Number(errno));
}
