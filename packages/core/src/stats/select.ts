/**
 * The k-th smallest (from 0) of `values[0, count)`, which it reorders: smaller ones before k, larger ones
 * after. No NaN. Expected O(count); median of three as pivot, so sorted columns are not the worst case.
 * Source: Hoare, "Algorithm 65: find" (CACM 4, 1961).
 */
export function selectSmallest(values: Float64Array, count: number, k: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = medianOfThree(values[low]!, values[(low + high) >>> 1]!, values[high]!);
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swap = values[i]!;
        values[i++] = values[j]!;
        values[j--] = swap;
      }
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k]!;
}

/** Quantile `q` of `values[0, count)` by linear interpolation between neighbours; reorders them. NaN for count 0. */
export function quantileInPlace(values: Float64Array, count: number, q: number): number {
  if (count === 0) return Number.NaN;
  const position = (count - 1) * q;
  const below = Math.floor(position);
  const low = selectSmallest(values, count, below);
  if (below === position) return low;
  // After the selection everything after `below` is at least as large.
  let next = Number.POSITIVE_INFINITY;
  for (let i = below + 1; i < count; i++) next = Math.min(next, values[i]!);
  return low + (next - low) * (position - below);
}

/** Median of `values[0, count)`, which it reorders: the mean of the two middle ones for even counts. */
export function medianInPlace(values: Float64Array, count: number): number {
  return quantileInPlace(values, count, 0.5);
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
