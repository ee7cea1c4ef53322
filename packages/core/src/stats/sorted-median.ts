// Medians of columns that are sorted already. They differ for even counts only, and results are
// kept bit for bit: say which one is meant.

/** Mean of the two numbers in the middle; NaN where there is none. */
export function medianOfSorted(ascending: Float64Array): number {
  const { length } = ascending;
  if (length === 0) return Number.NaN;
  const middle = length >> 1;
  return length % 2 === 1 ? ascending[middle]! : (ascending[middle - 1]! + ascending[middle]!) / 2;
}

/** The lower one of the two numbers in the middle: a number that occurs. NaN where there is none. */
export function lowerMedianOfSorted(ascending: Float64Array): number {
  return ascending[(ascending.length - 1) >> 1] ?? Number.NaN;
}

/** The upper one of the two numbers in the middle: a number that occurs. NaN where there is none. */
export function upperMedianOfSorted(ascending: Float64Array): number {
  return ascending[ascending.length >> 1] ?? Number.NaN;
}
