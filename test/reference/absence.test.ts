import { describe, expect, it } from "vitest";
import { FlatlineDetector } from "../../packages/core/src/engine/absence/flatline-detector.ts";
import { askReference, type ReferenceCase, referenceMissing } from "./python-reference.ts";

const missing = referenceMissing();
const DAY_S = 86_400;
/** Return periods in days: one a day, one in 5.5 days, one a month. */
const LEVELS = [1, 5.5, 30];

const CLEAN = `
from generator import KINDS, generate
for kind in KINDS:
    for seed in range(6):
        t, x, _ = generate(kind, seed + 900, 21, int(sys.argv[2]))
        emit({"kind": kind}, t, x)
`;

const STUCK = `
from generator import KINDS, generate, inject
for kind in KINDS:
    if kind == "const":
        continue
    for seed in range(6):
        t, x, noise = generate(kind, seed + 950, 12)
        x, _, window = inject(t, x, noise, "flatline", seed)
        emit({"kind": kind, "first": window[0], "last": window[1]}, t, x)
`;

describe.skipIf(missing !== undefined && process.env.CI === undefined)(
  `FlatlineDetector on the reference's metrics${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    it.each([60, 300, 3600])(
      "raises at most about the promised alarms on healthy metrics sampled every %d s, every kind",
      (intervalS) => {
        const cases = askReference(CLEAN, [String(intervalS)]);
        const kinds = new Set(cases.map(({ row }) => String(row.kind)));
        for (const kind of kinds) {
          const mine = cases.filter(({ row }) => row.kind === kind);
          const alarms = mine.flatMap((series) => returnPeriods(series, intervalS));
          const months = (mine.length * 21) / 30;
          for (const level of LEVELS) {
            const realised = alarms.filter((days) => days >= level).length / months;
            expect(realised, `${kind} at once in ${level} days`).toBeLessThanOrEqual(
              Math.max(1.5, 30 / level),
            );
          }
        }
      },
    );

    it("finds every stuck value before it ends, at once in 5.5 days, but for counters as short at rest as ever", () => {
      const cases = askReference(STUCK).map((stuck) => {
        const { first, last } = stuck.row as { first: number; last: number };
        const p = pOf(stuck).slice(first, last + 1);
        return { kind: stuck.row.kind, found: p.some((value) => 60 / DAY_S / value >= 5.5) };
      });
      expect(cases.length).toBe(54);
      const unfound = cases.filter(({ found }) => !found).map(({ kind }) => kind);
      expect(unfound.filter((kind) => kind !== "errors" && kind !== "queue")).toEqual([]);
      expect(unfound.length).toBeLessThanOrEqual(5);
    });
  },
);

function pOf({ columns }: ReferenceCase, intervalS = 60): Float64Array {
  const detector = new FlatlineDetector(intervalS * 1000);
  const at = columns[0]!;
  return columns[1]!.map((value, i) => detector.push(at[i]! * 1000, value));
}

/** The rarest point of each stretch with an opinion, in days. */
function returnPeriods(series: ReferenceCase, intervalS: number): number[] {
  const periods: number[] = [];
  let rarest = 0;
  for (const p of pOf(series, intervalS)) {
    if (!Number.isNaN(p)) rarest = Math.max(rarest, intervalS / DAY_S / p);
    else if (rarest > 0) {
      periods.push(rarest);
      rarest = 0;
    }
  }
  return rarest > 0 ? [...periods, rarest] : periods;
}
