/** Does it for all, in their order, and for so many at a time; ends with the first that fails. */
export async function fewAtATime<T, R>(all: T[], most: number, act: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let [next, isOver] = [0, false];
  const work = async () => {
    while (next < all.length && !isOver) {
      const index = next++;
      results[index] = await act(all[index]);
    }
  };
  try {
    await Promise.all([...Array(most)].map(work));
  } finally {
    isOver = true;
  }
  return results;
}
