import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Asks the garbage collector to run now. */
type Collect = () => void;

/** How this host lets a program collect garbage, or null if it does not. */
export function findCollector(): Collect | null {
  const bun: unknown = Reflect.get(globalThis, "Bun");
  if (typeof bun === "object" && bun !== null) {
    const gc: unknown = Reflect.get(bun, "gc");
    if (typeof gc === "function") return () => void gc.call(bun, true);
  }
  try {
    setFlagsFromString("--expose-gc");
    const gc: unknown = runInNewContext("gc");
    return typeof gc === "function" ? () => void gc() : null;
  } catch {
    return null;
  }
}

/** Collects until something is gone; false if it is still there after so many rounds. */
export async function isCollected(collect: Collect, ref: WeakRef<object>, rounds: number): Promise<boolean> {
  for (let round = 0; round < rounds; round++) {
    // A WeakRef that was looked at stays alive to the end of the task.
    await new Promise((resolve) => setTimeout(resolve, 0));
    collect();
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (ref.deref() === undefined) return true;
  }
  return false;
}
