/** Index of the first row whose name is `name` or after it; rows are sorted by name. */
export function firstAt<Row>(
  rows: readonly Row[],
  name: string,
  nameOf: (row: Row) => string,
): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (nameOf(rows[middle]!) < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
