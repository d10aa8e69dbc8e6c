/** Waits until something holds; throws where it does not within so many seconds, with what there is to see then, if anything shows it. */
export async function until(what: string, seconds: number, holds: () => boolean, seen?: () => string): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}${seen ? `\n${seen()}` : ''}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Does something again and again, so many seconds apart, while something else goes on; ends as that does. */
export async function during<T>(goesOn: Promise<T>, seconds: number, doing: () => unknown): Promise<T> {
  let isOver = false;
  const over = () => (isOver = true);
  goesOn.then(over, over);
  for (; !isOver; await pause(seconds)) await doing();
  return goesOn;
}

export const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
