import type { Classification, Episode, KnownBefore } from "@foreshock/core/fold";
import { expect, it } from "vitest";
import type { LiveSeries } from "../live-series.ts";
import { OpenKinds } from "./open-kinds.ts";

const SPIKE: Classification = { kind: "spike", label: "spike", missedPeak: false, evidence: {} };
const STEP_MS = 1;
const EPISODE = { windowStartMs: 5, intervalMs: STEP_MS, open: true };
const since = (onsetMs: number) => ({ onsetMs, firstMs: onsetMs }) as Episode;
const seriesOf = (storeId: number, fold: { lastMs: number }, tenantId = "acme") =>
  ({ storeId, fold, key: { tenantId } }) as unknown as LiveSeries;

it("classifies once a point, and looks at the time before the onset once", () => {
  const kinds = new OpenKinds();
  const seen: KnownBefore[] = [];
  const classify = (_: number, before: KnownBefore) => {
    seen.push(before);
    return SPIKE;
  };
  const fold = { lastMs: 10 };
  const ask = (onsetMs = 5) => kinds.of(seriesOf(1, fold), EPISODE, since(onsetMs), classify);
  expect([ask(), ask()]).toEqual([SPIKE, SPIKE]);
  expect(seen).toHaveLength(1);
  fold.lastMs++;
  ask();
  expect(seen).toHaveLength(2);
  expect(seen[1]).toBe(seen[0]);
  // Another onset has another time before it, and so has a fold that has seen late points.
  ask(4);
  expect(seen[2]).not.toBe(seen[1]);
  kinds.of(seriesOf(1, { lastMs: 11 }), EPISODE, since(4), classify);
  expect(seen[3]).not.toBe(seen[2]);
});

it("judges an episode that goes on for long less and less often, and when it ends", () => {
  const kinds = new OpenKinds();
  const until: number[] = [];
  const fold = { lastMs: 0 };
  const ask = (open: boolean) =>
    kinds.of(seriesOf(1, fold), { ...EPISODE, open }, since(1), (untilMs) => {
      until.push(untilMs);
      return SPIKE;
    });
  for (fold.lastMs = 1; fold.lastMs <= 4096; fold.lastMs++) ask(true);
  // The first 15 points, then 8 times in each doubling; never later than an eighth of it.
  expect(until.slice(0, 18)).toEqual([...Array.from({ length: 16 }, (_, k) => k + 1), 18, 20]);
  expect(until).toHaveLength(16 + 8 * 8);
  expect(until.at(-1)).toBe(4096);
  fold.lastMs = 4100;
  ask(true);
  ask(false);
  expect(until.slice(-2)).toEqual([4096, 4096]);
});

it("keeps so many, those asked for last", () => {
  const kinds = new OpenKinds();
  let classified = 0;
  const fold = { lastMs: 1 };
  const ask = (storeId: number) =>
    kinds.of(seriesOf(storeId, fold), EPISODE, since(5), () => {
      classified++;
      return SPIKE;
    });
  for (let id = 0; id < 1000; id++) ask(id);
  ask(999);
  ask(998);
  expect(classified).toBe(1000);
  ask(0);
  expect(classified).toBe(1001);
});

it("takes room from whoever has most of it", () => {
  const kinds = new OpenKinds();
  const classified: Record<string, number> = { quiet: 0, noisy: 0 };
  const fold = { lastMs: 1 };
  const ask = (tenantId: string, storeId: number) =>
    kinds.of(seriesOf(storeId, fold, tenantId), EPISODE, since(5), () => {
      classified[tenantId]!++;
      return SPIKE;
    });
  for (let id = 0; id < 60; id++) ask("quiet", id);
  for (let id = 1000; id < 3000; id++) ask("noisy", id);
  for (let id = 0; id < 60; id++) ask("quiet", id);
  expect(classified).toEqual({ quiet: 60, noisy: 2000 });
});
