/**
 * How many turns of the microtask queue let every reaction run that was due already, measured over the runtimes with
 * a margin: none needs more than 6 for a pipe that is told to stop.
 */
const ENOUGH_TURNS = 24;

/**
 * Waits until reactions that are due have run, or until `over` says so. Takes no time: no timer, no task.
 *
 * @param over Tells that there is nothing more to wait for
 * @param turns How many turns to wait at most
 */
export async function settleTurns(over: () => boolean, turns = ENOUGH_TURNS): Promise<void> {
  for (let turn = 0; turn < turns && !over(); turn++) await null;
}
