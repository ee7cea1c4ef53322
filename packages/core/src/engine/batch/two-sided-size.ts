/** Horizons of the energies in points, as in the stream engine. */
const RATES = [1 / 3, 1 / 10, 1 / 30] as const;

/**
 * Size of the residuals around each point: the root of their running mean square over three horizons,
 * once coming from the past and once from the future, added up. 0 for an empty column.
 *
 * Cost: O(n), four columns.
 */
export function twoSidedSize(z: Float64Array): Float64Array {
  const size = sizeFrom(z);
  const fromBehind = sizeFrom(z.toReversed());
  for (let i = 0; i < size.length; i++) size[i]! += fromBehind[size.length - 1 - i]!;
  return size;
}

function sizeFrom(z: Float64Array): Float64Array {
  const size = new Float64Array(z.length);
  let short = 0;
  let middle = 0;
  let long = 0;
  for (let i = 0; i < z.length; i++) {
    const square = z[i]! * z[i]!;
    short += (square - short) * RATES[0];
    middle += (square - middle) * RATES[1];
    long += (square - long) * RATES[2];
    size[i] = Math.sqrt((short + middle + long) / 3);
  }
  return size;
}
