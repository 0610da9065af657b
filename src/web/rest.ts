import { FreshMemory } from "../core/memory.ts";
import { type Intake, takingSome } from "../transfer/intake.ts";

/**
 * A stream over what is left of an intake, chunk by chunk and none before it is asked for.
 *
 * @param intake What is left; the stream takes it over
 * @param cancel What to do when the stream is cancelled
 */
export function restOf(
  intake: Intake,
  cancel: (reason: unknown) => Promise<void>,
): ReadableStream<Uint8Array> {
  const memory = new FreshMemory({ owned: true });
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = await takingSome(intake, Infinity, memory);
      if (chunk === null) controller.close();
      else controller.enqueue(chunk);
    },
    cancel,
  }, { highWaterMark: 0 });
}
