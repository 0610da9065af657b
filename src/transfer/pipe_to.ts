import { asBytes } from "../core/checks.ts";
import { settleTurns } from "../core/turns.ts";
import type { Intake, Unread } from "./intake.ts";
import type { Transfer } from "./transfer.ts";

/** How many turns a chunk that the pipe has read may take to reach its sink; none was seen to need more than 6. */
const ON_THE_WAY = 8;

/**
 * The path `"pipeTo"`: the platform's own pipe moves the chunks of a web stream, into a sink that hands each of them to
 * the loop and takes the next when the loop does.
 *
 * The pipe neither aborts nor cancels anything, and what is in the hands of its sink when the copy ends is given back.
 *
 * @param transfer The copy it works for
 * @param intake Takes back what was not written
 * @param unread Hands over what is left of the stream
 * @returns What the loop takes from; `end` waits until the pipe has let go of the stream
 */
export function pipeIntake(
  transfer: Transfer,
  intake: Intake,
  unread: () => Unread,
): Intake & { end(): Promise<void> } {
  let source: ReadableStream<Uint8Array> | undefined;
  let controller: WritableStreamDefaultController | undefined;
  let piping = false;
  /** Whether the pipe waits for the loop to take more. */
  let holding = false;
  let goOn = () => {};
  let answer: (chunk: unknown) => void;
  let refuse: (reason: unknown) => void;

  function write(chunk: unknown): Promise<void> {
    holding = true;
    if (!transfer.stopped) answer(chunk);
    else if (!transfer.settled) intake.giveBack(asBytes(chunk));
    return new Promise((resolve) => goOn = resolve);
  }

  function pipe(stream: ReadableStream<Uint8Array>): void {
    const sink = new WritableStream({ start: (given) => void (controller = given), write });
    piping = true;
    const over = () => piping = false;
    stream.pipeTo(sink, { preventAbort: true, preventCancel: true }).finally(over)
      .then(() => answer(null), (reason) => refuse(reason));
  }

  async function end(): Promise<void> {
    intake.letGo();
    // Browsers drop a chunk that is on its way from the source to the sink when the pipe ends, so it has to arrive first.
    await settleTurns(() => holding || !piping, ON_THE_WAY);
    // Told by its signal, the pipe of WebKit and workerd goes on until a read that is pending has settled.
    controller?.error(transfer.failure?.reason);
    goOn();
    await settleTurns(() => !piping);
  }

  return {
    lane: () => "chunks",
    take() {
      if (source === undefined) {
        const { head, stream } = unread();
        source = stream;
        if (head !== null) return Promise.resolve(head);
      }
      const answered = new Promise<unknown>((resolve, reject) => [answer, refuse] = [resolve, reject]);
      if (controller === undefined) pipe(source);
      holding = false;
      goOn();
      return answered;
    },
    taken: (chunk) => chunk === null ? null : asBytes(chunk),
    giveBack: (bytes) => intake.giveBack(bytes),
    letGo: () => void end(),
    end,
  };
}
