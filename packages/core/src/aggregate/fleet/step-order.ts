/** Index of the first item of `step` or a later one; items ascend by step. */
export function firstOfStep<Item>(
  items: readonly Item[],
  step: number,
  stepOf: (item: Item) => number,
): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (stepOf(items[middle]!) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}
