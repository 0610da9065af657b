import type { Memory } from "../core/memory.ts";
import type { CopyOptions } from "../core/types.ts";

/** What a caller inside this package may ask beyond the options of a copy. */
export interface RunOptions extends CopyOptions {
  /** Count exactly also when it fails. */
  exact?: boolean;
  /**
   * Provides the memory to read into, in the place of the engine.
   *
   * @param fresh Whether what is read goes to somebody who keeps it
   */
  memory?: (fresh: boolean) => Memory;
}
