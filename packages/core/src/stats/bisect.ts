/**
 * Index of the first number of an ascending column that is at or after `bound`, i.e. >= it; `to`
 * where there is none. Searches `[from, to)` only. No NaN. Cost: O(log n).
 */
export function firstAtOrAfter(
  ascending: Float64Array,
  bound: number,
  from = 0,
  to = ascending.length,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
