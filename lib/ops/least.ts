/** The first of those of which the first number is least, then the second and so on. */
export function least<T>(all: T[], numbersOf: (one: T) => number[]): T | undefined {
  let best: { one: T; numbers: number[] } | undefined;
  for (const one of all) {
    const numbers = numbersOf(one);
    const difference = best && numbers.map((number, index) => number - best!.numbers[index]).find((part) => part !== 0);
    if (!best || (difference !== undefined && difference < 0)) best = { one, numbers };
  }
  return best?.one;
}
