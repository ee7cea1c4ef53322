import type { Classification, Episode, KnownBefore } from "@foreshock/core/fold";
import { expect, it } from "vitest";
import type { LiveSeries } from "../live-series.ts";
import { OpenKinds } from "./open-kinds.ts";

const SPIKE: Classification = { kind: "spike", label: "spike", missedPeak: false, evidence: {} };
const since = (onsetMs: number) => ({ onsetMs }) as Episode;
const seriesOf = (storeId: number, fold: { lastMs: number }, tenantId = "acme") =>
  ({ storeId, fold, key: { tenantId } }) as unknown as LiveSeries;

it("classifies once a point, and looks at the time before the onset once", () => {
  const kinds = new OpenKinds();
  const seen: KnownBefore[] = [];
  const classify = (before: KnownBefore) => {
    seen.push(before);
    return SPIKE;
  };
  const fold = { lastMs: 100 };
  const ask = (onsetMs = 5) => kinds.of(seriesOf(1, fold), 5, since(onsetMs), classify);
  expect([ask(), ask()]).toEqual([SPIKE, SPIKE]);
  expect(seen).toHaveLength(1);
  fold.lastMs++;
  ask();
  expect(seen).toHaveLength(2);
  expect(seen[1]).toBe(seen[0]);
  // Another onset has another time before it, and so has a fold that has seen late points.
  ask(4);
  expect(seen[2]).not.toBe(seen[1]);
  kinds.of(seriesOf(1, { lastMs: 101 }), 5, since(4), classify);
  expect(seen[3]).not.toBe(seen[2]);
});

it("keeps so many, those asked for last", () => {
  const kinds = new OpenKinds();
  let classified = 0;
  const fold = { lastMs: 1 };
  const ask = (storeId: number) =>
    kinds.of(seriesOf(storeId, fold), 5, since(5), () => {
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
    kinds.of(seriesOf(storeId, fold, tenantId), 5, since(5), () => {
      classified[tenantId]!++;
      return SPIKE;
    });
  for (let id = 0; id < 60; id++) ask("quiet", id);
  for (let id = 1000; id < 3000; id++) ask("noisy", id);
  for (let id = 0; id < 60; id++) ask("quiet", id);
  expect(classified).toEqual({ quiet: 60, noisy: 2000 });
});
