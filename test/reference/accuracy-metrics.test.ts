import { beforeAll, describe, expect, it } from "vitest";
import type { IndexRange } from "../../bench/accuracy/datasets/record.ts";
import { countAlarms, poolAlarms, qualityOf } from "../../bench/accuracy/metrics/alarms.ts";
import { NAB_PROFILES, nabScore } from "../../bench/accuracy/metrics/nab-score.ts";
import { aucPr, aucRoc, bestF1 } from "../../bench/accuracy/metrics/rank-curve.ts";
import { tsbWindow } from "../../bench/accuracy/metrics/tsb-window.ts";
import { vus } from "../../bench/accuracy/metrics/vus.ts";
import { askReference, type ReferenceCase, referenceMissing } from "./python-reference.ts";

const missing = referenceMissing();
const DIGITS = 10;

/** Random series with seasons, gaps, ties, missing and infinite scores, and none to many events. */
const SCRIPT = `
import math
import metrics as m
rng = np.random.default_rng(7)
clean = lambda x: [None if isinstance(v, float) and not math.isfinite(v) else v for v in x]
pool = []
for k in range(80):
    n = int(rng.integers(30, 900))
    values = np.sin(np.arange(n) * 2 * np.pi / rng.integers(5, 250)) * rng.random() + rng.normal(0, 0.3, n)
    if k % 7 == 0:
        values[rng.random(n) < 0.1] = np.nan
    if k % 11 == 0:
        values[:] = 5
    label = np.zeros(n)
    for _ in range(int(rng.integers(0, 6))):
        at = int(rng.integers(0, n))
        label[at:at + int(rng.integers(1, 40))] = 1
    if k == 5:
        label[:] = 1
    score = rng.random(n) + label * rng.random()
    if k % 3 == 0:
        score = np.round(score, 1)
    if k % 5 == 0:
        score[rng.random(n) < 0.1] = np.nan
    if k % 13 == 0:
        score[rng.random(n) < 0.02] = np.inf
    seconds = np.cumsum(rng.choice([60, 60, 60, 300], n)).astype(float)
    window = m.tsb_window(values)
    pr, roc = m.vus(score, label, window)
    gap, tolerance = int(rng.integers(0, 12)), int(rng.integers(0, 6))
    report = m.alarm_report(score, label, 0.75, seconds, gap, tolerance)
    pool.append(m.alarm_report(score, label, 0.75, seconds, 5, 0))
    a = report.as_dict()
    wanted = [window, pr, roc, m.auc_pr(score, label), m.auc_roc(score, label), m.best_f1(score, label)[0],
              a["precision"], a["recall"], a["f1"], a["false_alarms_per_series_day"], a["delay_seconds_median"]]
    emit({"wanted": clean(map(float, wanted)), "gap": gap, "tolerance": tolerance}, values, score, label, seconds)
total = m.pool_alarms(pool).as_dict()
emit({"pooled": [total["precision"], total["recall"], total["f1"], total["false_alarms_per_series_day"],
                 total["delay_seconds_median"]]})
for corpus in range(12):
    series = []
    for _ in range(int(rng.integers(1, 5))):
        n = int(rng.integers(40, 600))
        windows, at = [], int(rng.integers(0, 60))
        while at < n and len(windows) < 4:
            end = min(n - 1, at + int(rng.integers(0, 50)))
            windows.append((at, end))
            at = end + int(rng.integers(1, 200))
        score = rng.random(n)
        for a, b in windows:
            score[a:b + 1] += rng.random()
        if corpus % 2:
            score = np.round(score, 1)
        series.append(m.NabSeries(score, windows))
    thr = float(rng.random() + 0.3)
    wanted = [[m.nab_score(series, p)["score"], m.nab_score(series, p, thr)["score"]] for p in m.NAB_PROFILES]
    emit({"nab": wanted, "threshold": thr, "windows": [s.windows for s in series]}, *[s.score for s in series])
`;

interface Row {
  readonly wanted?: readonly (number | null)[];
  readonly gap: number;
  readonly tolerance: number;
  readonly pooled?: readonly number[];
  readonly nab?: readonly (readonly [best: number, fixed: number])[];
  readonly threshold: number;
  readonly windows: readonly IndexRange[][];
}

describe.skipIf(missing !== undefined && process.env.CI === undefined)(
  `the bench's metrics beside eval/metrics.py${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    let cases: ReferenceCase[];
    beforeAll(() => {
      cases = askReference(SCRIPT);
    });

    it("gives the same window, VUS, AUC, F1, alarms and delays on 80 random series", () => {
      const series = cases.filter(({ row }) => "wanted" in row);
      expect(series.length).toBe(80);
      for (const { row, columns } of series) {
        const { wanted, gap, tolerance } = row as unknown as Row;
        const [values, score, label, seconds] = columns as Float64Array[];
        const labels = Uint8Array.from(label!);
        const timesMs = seconds!.map((at) => at * 1000);
        const rule = { threshold: 0.75, mergeGap: gap, tolerance };
        const window = tsbWindow(values!);
        const { pr, roc } = vus(score!, labels, window);
        const quality = qualityOf(countAlarms(score!, labels, timesMs, rule));
        const mine = [
          window,
          pr,
          roc,
          aucPr(score!, labels),
          aucRoc(score!, labels),
          bestF1(score!, labels),
          quality.precision,
          quality.recall,
          quality.f1,
          quality.falsePerDay,
          quality.delayMsMedian / 1000,
        ];
        wanted!.forEach((number, i) => {
          expectSame(mine[i]!, number ?? Number.NaN, `measure ${i}`);
        });
      }
    });

    it("sums alarms over series alike", () => {
      const rule = { threshold: 0.75, mergeGap: 5, tolerance: 0 };
      const counts = cases
        .filter(({ row }) => "wanted" in row)
        .map(({ columns: [, score, label, seconds] }) =>
          countAlarms(
            score!,
            Uint8Array.from(label!),
            seconds!.map((at) => at * 1000),
            rule,
          ),
        );
      const { precision, recall, f1, falsePerDay, delayMsMedian } = qualityOf(poolAlarms(counts));
      const { pooled } = cases.find(({ row }) => "pooled" in row)!.row as unknown as Row;
      const mine = [precision, recall, f1, falsePerDay, delayMsMedian / 1000];
      mine.forEach((number, i) => {
        expectSame(number, pooled![i]!, `measure ${i}`);
      });
    });

    it("gives the same NAB score in all profiles, at the best and at a fixed threshold", () => {
      const corpora = cases.filter(({ row }) => "nab" in row);
      expect(corpora.length).toBe(12);
      for (const { row, columns } of corpora) {
        const { nab, threshold, windows } = row as unknown as Row;
        const series = columns.map((score, i) => ({ score, windows: windows[i]! }));
        const profiles = Object.keys(NAB_PROFILES) as (keyof typeof NAB_PROFILES)[];
        profiles.forEach((profile, i) => {
          expect(nabScore(series, profile).score).toBeCloseTo(nab![i]![0], 8);
          expect(nabScore(series, profile, threshold).score).toBeCloseTo(nab![i]![1], 8);
        });
      }
    });
  },
);

function expectSame(mine: number, wanted: number, what: string): void {
  if (Number.isNaN(wanted)) expect(mine, what).toBeNaN();
  else expect(mine, what).toBeCloseTo(wanted, DIGITS);
}
