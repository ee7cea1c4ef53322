import { MINUTE_MS } from "@foreshock/core/fold";
import { beforeAll, describe, expect, it } from "vitest";
import { classify } from "../../packages/core/src/explain/kind/classify.ts";
import { type EventWindow, viewEvent } from "../../packages/core/src/explain/kind/event-view.ts";
import { referenceVerdict } from "../../packages/core/src/explain/kind/reference-rules.ts";
import { askReference, type ReferenceCase, referenceMissing } from "./python-reference.ts";

const missing = referenceMissing();

/** Every metric kind x fault kind x size of the reference's own measurement, with its verdicts. */
const CASES = `
from classifier import classify, detected_window
from generator import ANOMALIES, KINDS, generate, inject
for kind in KINDS:
    for anomaly in ANOMALIES:
        if kind == "const" or (anomaly == "seasonal" and kind in ("disk", "mem_saw", "queue")):
            continue
        for seed in (21, 22, 23):
            for size in (6.0, 12.0):
                t, x, noise = generate(kind, seed + 50, days=12)
                x, _, true = inject(t, x, noise, anomaly, seed + int(size) * 10, size)
                found = detected_window(t, x, *true)
                for name, window in (("true", true), ("detected", found)):
                    if window:
                        first = max(0, window[0] - 10 * 1440)
                        emit({"window": name, "truth": anomaly, "said": classify(t, x, *window)[0],
                              "first": int(window[0] - first), "last": int(window[1] - first)},
                             t[first:window[1] + 1], x[first:window[1] + 1])
`;

interface Case {
  readonly window: "true" | "detected";
  readonly truth: string;
  readonly said: string;
  readonly event: EventWindow;
}

/** The reference's four labels; missing is its own data-quality label there. */
const LABELS: Readonly<Record<string, string>> = {
  spike: "spike",
  dip: "spike",
  variance: "spike",
  shift_up: "trend",
  shift_down: "trend",
  trend: "trend",
  flatline: "trend",
  seasonal: "seasonal",
  missing: "missing",
};

describe.skipIf(missing !== undefined && process.env.CI === undefined)(
  `classify beside the reference${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    let cases: Case[];

    beforeAll(() => {
      cases = askReference(CASES).map(caseOf);
    }, 600_000);

    it("gives the reference's verdict on every window by the reference's own rules", () => {
      expect(cases.length).toBeGreaterThan(800);
      const unlike = cases.filter(
        ({ event, said }) => referenceVerdict(viewEvent(event)).kind !== said,
      );
      expect(unlike.map(({ truth, said }) => `${truth}: ${said}`)).toEqual([]);
    });

    it.each([
      ["true", 0.95, 0.9],
      ["detected", 0.95, 0.91],
    ] as const)(
      "names four labels and the fine kind right on %s windows: at least %d and %d, above the reference",
      (window, labelsMin, kindsMin) => {
        const valued = cases.filter((one) => one.window === window && one.truth !== "missing");
        const share = (right: (one: Case) => boolean) =>
          valued.filter(right).length / valued.length;
        const kinds = new Map(valued.map((one) => [one, classify(one.event).kind as string]));
        const kindOf = (one: Case) => kinds.get(one)!;
        const labels = share((one) => LABELS[kindOf(one)] === LABELS[one.truth]);
        const fine = share((one) => kindOf(one) === one.truth);
        expect(labels).toBeGreaterThanOrEqual(labelsMin);
        expect(fine).toBeGreaterThanOrEqual(kindsMin);
        expect(labels).toBeGreaterThan(share((one) => LABELS[one.said] === LABELS[one.truth]));
        expect(fine).toBeGreaterThan(share((one) => one.said === one.truth));
      },
    );
  },
);

function caseOf({ row, columns }: ReferenceCase): Case {
  const { window, truth, said, first, last } = row as unknown as Case & {
    readonly first: number;
    readonly last: number;
  };
  const event: EventWindow = {
    timestampsMs: columns[0]!.map((seconds) => seconds * 1000),
    values: columns[1]!,
    firstIndex: first,
    lastIndex: last,
    intervalMs: MINUTE_MS,
  };
  return { window, truth, said, event };
}
