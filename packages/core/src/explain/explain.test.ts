import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnomalyKind } from "../model/anomaly-type.ts";
import { LABEL_OF_KIND } from "../model/anomaly-type.ts";
import { type ExplainedEpisode, type ExplainRequest, explainEpisode } from "./explain.ts";
import type { Classification } from "./kind/classify.ts";

const AT = Date.UTC(2025, 2, 11, 14, 5);
const MINUTE = 60_000;

const episode: ExplainedEpisode = {
  onsetMs: AT,
  alarmCount: 4,
  absenceCount: 0,
  peakMs: AT + MINUTE,
  peakP: 1e-5,
  peakValue: 93,
  peakLevel: 37.5,
  peakScale: 2.5,
  farthest: { atMs: AT + MINUTE, value: 93, level: 37.5, scale: 2.5 },
  sumParts: { sudden: 6, hour: 2, recent: 1, shift: 1 },
};

function classified(kind: AnomalyKind): Classification {
  return { kind, label: LABEL_OF_KIND[kind], missedPeak: false, evidence: {} };
}

const request: ExplainRequest = {
  episode,
  classification: classified("spike"),
  pointCount: 28 * 1440,
  subject: { level: "metric", metricName: "cpu_usage", nodeId: "node-042" },
  unit: "%",
  intervalMs: MINUTE,
};

describe("explainEpisode", () => {
  it("gives numbers by hand: 37.5 -+ 2.5 x 2.5, 93 is 55.5 above, 148 %, 22.2 scales; D = 1 / 1440 / 1e-5 = 69.4 days", () => {
    const explanation = explainEpisode(request);
    expect(explanation).toMatchObject({
      kind: "spike",
      direction: "up",
      onset: AT,
      peak: AT + MINUTE,
      actual: 93,
      typical: { low: 31.25, high: 43.75, level: 37.5 },
      deviation: { absolute: 55.5, percent: 148, sigma: 22.2 },
      confidence: 1,
    });
    expect(explanation.returnPeriodDays).toBeCloseTo(69.44, 2);
    expect(explanation.text).toBe(
      "cpu_usage on node-042 rose from a typical 31-44 % to 93 % at 14:05; a sudden spike; " +
        "about once in 10 weeks for this metric.",
    );
  });

  it("claims at most ten times the age of the series, and less confidence while it is young", () => {
    const young = explainEpisode({ ...request, pointCount: 1440 });
    expect(young.returnPeriodDays).toBe(10);
    expect(young.confidence).toBeCloseTo(1 / 3, 12);
  });

  it("tells the farthest point where the value was back in the usual range at the score's peak", () => {
    const back = { ...episode, peakValue: 38, farthest: { ...episode.farthest, atMs: AT } };
    expect(explainEpisode({ ...request, episode: back })).toMatchObject({ actual: 93, peak: AT });
  });

  it("tells the farthest point where the score was highest at the jump back from a step", () => {
    const back = { ...episode, peakMs: AT + 9 * MINUTE, peakValue: 38, peakLevel: 80 };
    const classification = { ...classified("shift_up"), sinceMs: AT };
    const explanation = explainEpisode({ ...request, episode: back, classification });
    expect(explanation).toMatchObject({ kind: "shift_up", direction: "up", actual: 93, onset: AT });
    expect(explanation.text).toMatch(
      / rose from a typical 31-44 % to 93 % at 14:05; a level shift;/,
    );
  });

  it("tells a return from a step as what the value does, when it does it: never 'fell' as a rise since hours ago", () => {
    const point = { atMs: AT + MINUTE, value: 38, level: 80, scale: 2.5 };
    const back = { ...episode, peakValue: 38, peakLevel: 80, farthest: point };
    const classification = { ...classified("shift_up"), sinceMs: AT - 480 * MINUTE };
    const explanation = explainEpisode({ ...request, episode: back, classification });
    expect(explanation).toMatchObject({ kind: "shift_down", direction: "down", onset: AT });
    expect(explanation.text).toMatch(
      / fell from a typical 74-86 % to 38 % at 14:05; a level shift;/,
    );
  });

  it("tells the stuck value since when it has stood, not the value that the score found farthest", () => {
    const stuck = { stuckAt: 42, sinceMs: AT - 30 * MINUTE };
    const classification = { ...classified("flatline"), ...stuck };
    const explanation = explainEpisode({ ...request, classification });
    expect(explanation).toMatchObject({ actual: 42, onset: AT - 30 * MINUTE, direction: "none" });
    expect(explanation.text).toMatch(/^cpu_usage on node-042 stuck at 42 % since 13:35;/);
  });

  it("says nothing of the percentage of a level of 0, nor of scales where there is none", () => {
    const zero = { atMs: AT, value: 3, level: 0, scale: 0 };
    const flat = { ...episode, peakValue: 3, peakLevel: 0, peakScale: 0, farthest: zero };
    const { deviation } = explainEpisode({ ...request, episode: flat });
    expect(deviation).toEqual({ absolute: 3, percent: Number.NaN, sigma: Number.NaN });
  });

  it("shares out the evidence: 6, 2, 1, 1 of 10, and half of it to absence where 2 of 4 points were its", () => {
    expect(explainEpisode(request).factors.map(({ share }) => share)).toEqual([
      0.6, 0.2, 0.1, 0.1, 0,
    ]);
    const stuck = { ...episode, absenceCount: 2 };
    const { factors } = explainEpisode({ ...request, episode: stuck });
    expect(factors.map(({ share }) => share)).toEqual([0.3, 0.1, 0.05, 0.05, 0.5]);
  });

  it("has shares that sum to 1, or all 0 where there is no evidence", () => {
    const part = fc.double({ min: 0, max: 1e6, noNaN: true });
    const parts = fc.record({ sudden: part, hour: part, recent: part, shift: part });
    fc.assert(
      fc.property(parts, fc.nat(4), (sumParts, absenceCount) => {
        const { factors } = explainEpisode({
          ...request,
          episode: { ...episode, sumParts, absenceCount },
        });
        const sum = factors.reduce((total, { share }) => total + share, 0);
        const evidence = absenceCount > 0 || Object.values(sumParts).some((value) => value > 0);
        expect(sum).toBeCloseTo(evidence ? 1 : 0, 9);
      }),
    );
  });

  it.each([
    ["flatline", "cpu_usage on node-042 stuck at 93 % since 14:05"],
    ["missing", "cpu_usage on node-042 stopped reporting at 14:05"],
    ["variance", "cpu_usage on node-042 varies more than usual since 14:05"],
    [
      "shift_up",
      "cpu_usage on node-042 rose from a typical 31-44 % to 93 % at 14:05; a level shift",
    ],
    ["trend", "cpu_usage on node-042 has risen slowly since 14:05, from a typical 31-44 % to 93 %"],
    ["seasonal", "cpu_usage on node-042 was at 93 % at 14:06, where 31-44 % is usual"],
  ] as const)("tells a %s in its own words", (kind, start) => {
    const { text } = explainEpisode({ ...request, classification: classified(kind) });
    expect(text.startsWith(start), text).toBe(true);
  });
});
