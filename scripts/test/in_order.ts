/** Takes a line of a report. */
export type Print = (line: string) => void;

/**
 * Runs tasks, several at once, and prints as if they ran one after the other: the first that has not ended
 * prints at once, what the others print waits for their turn.
 *
 * @param tasks Started in this order; each is given what prints for it
 * @param atOnce How many run at the same time
 * @param print Takes the lines in the order of the tasks
 * @returns What the tasks returned
 */
export async function inOrder<T>(
  tasks: readonly ((print: Print) => Promise<T>)[],
  atOnce: number,
  print: Print = console.log,
): Promise<T[]> {
  const waiting = tasks.map((): string[] => []);
  const ended = new Set<number>();
  let turn = 0;
  const printFor = (index: number): Print => (line) => {
    if (index === turn) print(line);
    else waiting[index]?.push(line);
  };
  const end = (index: number) => {
    ended.add(index);
    while (ended.has(turn)) {
      turn++;
      for (const line of waiting[turn] ?? []) print(line);
    }
  };

  const results = new Array<T>(tasks.length);
  const queue = tasks.entries();
  const work = async () => {
    // The workers share one iterator.
    for (const [index, task] of queue) {
      try {
        results[index] = await task(printFor(index));
      } finally {
        end(index);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
