import fc from "fast-check";
import { expect } from "vitest";
import type { MetricSeries } from "../../model/metric-series.ts";
import { Refusal } from "../../model/refusal.ts";
import type { EpochMs } from "../../model/time.ts";
import type { Check } from "./check.ts";
import { RUNS, someSeries } from "./some-series.ts";

/** A fold of points whose state can be saved: an open scorer or a detector. */
export interface Resumable {
  push(atMs: EpochMs, value: number, out: Float64Array): void;
  save(): Uint8Array;
  restore(bytes: Uint8Array): void;
}

/** What whoever keeps a state owes. `outLength`: columns of the row that `push` fills. */
export function stateChecks(open: () => Resumable, outLength: number): Check[] {
  return [
    {
      says: "goes on from saved bytes as if nothing had happened, whatever the cut",
      run: () => goesOnFromSavedBytes(open, outLength),
    },
    {
      says: "refuses damaged bytes and then still is what it was",
      run: () => refusesDamagedBytes(open, outLength),
    },
  ];
}

function goesOnFromSavedBytes(open: () => Resumable, outLength: number): void {
  const check = ({ timestamps, values, length }: MetricSeries) => {
    const whole = rowsOf(open(), timestamps, values, outLength);
    const saver = open();
    const out = new Float64Array(outLength);
    for (let cut = 0; cut < length; cut++) {
      const heir = open();
      heir.restore(saver.save());
      expect(heir.save()).toEqual(saver.save());
      for (let i = cut; i < Math.min(cut + 3, length); i++) {
        heir.push(timestamps[i]!, values[i]!, out);
        expect(out).toEqual(whole[i]);
      }
      saver.push(timestamps[cut]!, values[cut]!, out);
    }
  };
  fc.assert(fc.property(someSeries(1, 90), check), { numRuns: 10 });
}

function refusesDamagedBytes(open: () => Resumable, outLength: number): void {
  const check = ({ timestamps, values }: MetricSeries, at: number, flip: number) => {
    const fold = open();
    rowsOf(fold, timestamps, values, outLength);
    const good = fold.save();
    const flipped = good.slice();
    flipped[Math.floor(at * good.length)]! ^= flip;
    const cut = good.slice(0, Math.floor(at * good.length));
    const longer = new Uint8Array(good.length + 1);
    longer.set(good);
    for (const bad of [flipped, cut, new Uint8Array(), longer]) {
      expect(refusalOf(() => fold.restore(bad))).toBe("state/unreadable");
    }
    expect(fold.save()).toEqual(good);
  };
  const at = fc.double({ min: 0, max: 0.999_999, noNaN: true });
  fc.assert(fc.property(someSeries(0, 60), at, fc.integer({ min: 1, max: 255 }), check), RUNS);
}

function rowsOf(
  fold: Resumable,
  timestamps: Float64Array,
  values: Float64Array,
  outLength: number,
): Float64Array[] {
  return Array.from(values, (value, i) => {
    const out = new Float64Array(outLength);
    fold.push(timestamps[i]!, value, out);
    return out;
  });
}

function refusalOf(action: () => void): string {
  try {
    action();
  } catch (error) {
    return error instanceof Refusal ? error.code : String(error);
  }
  return "accepted";
}
