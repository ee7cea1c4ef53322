import { stepShift } from "../stream/evidence.ts";
import { STATE } from "../stream/state.ts";

/** Horizons of the energies in points, as in the stream engine. */
const RATES = [1 / 3, 1 / 10, 1 / 30] as const;

/** Which residuals judge a point: those before it or those after it. */
export type Side = "past" | "future";

/**
 * Size of the residuals up to each point: the root of their running mean square over three horizons.
 * Cost: O(n).
 */
export function residualSize(z: Float64Array, side: Side): Float64Array {
  let short = 0;
  let middle = 0;
  let long = 0;
  return along(z, side, (residual) => {
    const square = residual * residual;
    short += (square - short) * RATES[0];
    middle += (square - middle) * RATES[1];
    long += (square - long) * RATES[2];
    return Math.sqrt((short + middle + long) / 3);
  });
}

/** Size of a sustained shift up to each point, as the stream engine measures it. Cost: O(n). */
export function shiftSize(slow: Float64Array, side: Side): Float64Array {
  const numbers = new Float64Array(STATE.SHIFT_SCALE + 1);
  return along(slow, side, (distance) => stepShift(numbers, distance));
}

function along(column: Float64Array, side: Side, step: (number: number) => number): Float64Array {
  const forward = side === "past";
  const out = new Float64Array(column.length);
  for (let k = 0; k < column.length; k++) {
    const i = forward ? k : column.length - 1 - k;
    out[i] = step(column[i]!);
  }
  return out;
}
