import { ANOMALOUS_SCORE, type Episode, FoldRow, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { pointBatch } from "../../store/codec/point-batch.ts";
import { PartitionStore } from "../../store/partition/partition-store.ts";
import { freshFold, type LiveSeries } from "../live-series.ts";
import { counterfactualIn } from "./counterfactual.ts";

const START = Date.UTC(2026, 4, 4);
const COUNT = 900;
const SPIKE = 800;
const key = { tenantId: "t", clusterId: "c", nodeId: "n", metricName: "m" };

/** 100 and small steps a minute, and 160 once. */
function rates(): Float64Array {
  return Float64Array.from({ length: COUNT }, (_, i) =>
    i === SPIKE ? 160 : 100 + Math.sin(i * 12.9898) + Math.sin(i * 78.233),
  );
}

/** The counter whose rate per second these are. */
function totals(values: Float64Array): Float64Array {
  let total = 0;
  return values.map((value) => {
    total += 60 * value;
    return total;
  });
}

describe("counterfactualIn", () => {
  let place: Scratch;
  let store: PartitionStore;
  beforeEach(() => {
    place = scratch();
    store = PartitionStore.open(place.dir, UNHARMED);
  });
  afterEach(() => {
    store.close();
    place.remove();
  });

  const timestampsMs = Float64Array.from({ length: COUNT }, (_, i) => START + i * MINUTE_MS);

  function stored(values: Float64Array, metadata: Record<string, string>): LiveSeries {
    const storeId = store.intern({ ...key, metadata });
    store.append(pointBatch([{ seriesId: storeId, timestampsMs, values }]));
    store.commit();
    const fold = freshFold(metadata);
    const idle = {
      lastScore: 0,
      replayedUpTo: 0,
      lateFromMs: Number.POSITIVE_INFINITY,
      savedPoints: 0,
      snapshotDay: -1,
    };
    return { handle: 0, storeId, key, metadata, fold, ...idle };
  }

  /** Folds everything, saving the state at `saveAt`; the episode of the spike. */
  function episodeOf(series: LiveSeries, values: Float64Array, saveAt: number): Episode {
    const fold = freshFold(series.metadata);
    const row = new FoldRow();
    for (let i = 0; i <= SPIKE; i++) {
      fold.push(timestampsMs[i]!, values[i]!, row);
      if (i === saveAt) {
        const uptoMs = timestampsMs[i]!;
        const state = {
          seriesId: series.storeId,
          slot: "head",
          uptoMs,
          bytes: fold.save(),
        } as const;
        store.states.save([state]);
      }
    }
    return fold.episode()!;
  }

  it.each([["gauge"], ["counter"]])("is normal when a %s is folded again with it", (type) => {
    const samples = (values: Float64Array) => (type === "counter" ? totals(values) : values);
    const series = stored(samples(rates()), { type });
    const told = counterfactualIn(store, series, episodeOf(series, samples(rates()), 700))!;
    expect(told).toMatchObject({ atMs: timestampsMs[SPIKE], bound: "at-most" });
    expect(told.value).toBeGreaterThan(101);
    expect(told.value).toBeLessThan(120);

    const changed = rates();
    changed[SPIKE] = told.value;
    const fold = freshFold({ type });
    const values = samples(changed);
    const row = new FoldRow();
    for (let i = 0; i <= SPIKE; i++) fold.push(timestampsMs[i]!, values[i]!, row);
    expect(row.score).toBeCloseTo(told.score, 6);
    expect(told.score).toBeLessThan(ANOMALOUS_SCORE);
  });

  it("says the same whether a state was saved or all is folded from the first point", () => {
    const series = stored(rates(), {});
    const episode = episodeOf(series, rates(), -1);
    const fromStart = counterfactualIn(store, series, episode);
    episodeOf(series, rates(), 700);
    expect(counterfactualIn(store, series, episode)).toEqual(fromStart);
  });
});
