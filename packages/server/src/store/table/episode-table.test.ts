import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { internTwoTenants, type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { PartitionStore } from "../partition/partition-store.ts";
import type { EpisodeCursor, EpisodeEntry, EpisodeQuery } from "./episode-table.ts";

const EVER = { tenantId: "acme", startMs: 0, endMs: 1e15, limit: 100 } as const;

describe("EpisodeTable", () => {
  let place: Scratch;
  let store: PartitionStore;
  beforeEach(() => {
    place = scratch();
    store = PartitionStore.open(place.dir, UNHARMED);
    internTwoTenants(store);
  });
  afterEach(() => {
    store.close();
    place.remove();
  });

  it("overwrites an episode with the same key and keeps what was not classified as null", () => {
    store.episodes.put([episode(0, 100, 0.5)]);
    store.episodes.put([{ ...episode(0, 100, 0.75), label: "spike", kind: "dip", open: true }]);
    const kept = store.episodes.query({ ...EVER, sort: "time" });
    expect(kept).toEqual([{ ...episode(0, 100, 0.75), label: "spike", kind: "dip", open: true }]);
    expect(store.episodes.get(0, "stream", 100)).toEqual(kept[0]);
    expect(store.episodes.get(0, "peer", 100)).toBeUndefined();
  });

  it("finds by overlap, score, label and series, of one tenant only", () => {
    store.episodes.put([
      episode(0, 100, 0.5),
      { ...episode(1, 200, 0.9), label: "trend" },
      episode(2, 200, 0.99),
    ]);
    const find = (part: Partial<EpisodeQuery>): number[] =>
      store.episodes.query({ ...EVER, sort: "time", ...part }).map((one) => one.windowStartMs);
    expect(find({})).toEqual([200, 100]);
    expect(find({ startMs: 110, endMs: 200 })).toEqual([]);
    expect(find({ startMs: 109, endMs: 201 })).toEqual([200, 100]);
    expect(find({ minScore: 0.6 })).toEqual([200]);
    expect(find({ label: "trend" })).toEqual([200]);
    expect(find({ seriesIds: [0, 2] })).toEqual([100]);
    expect(find({ tenantId: "nobody" })).toEqual([]);
    expect(store.episodes.count({ ...EVER, minScore: 0.6 })).toBe(1);
  });

  it("deletes what ends after an instant, of one series and engine", () => {
    store.episodes.put([
      episode(0, 100, 0.5),
      episode(0, 200, 0.5),
      episode(1, 200, 0.5),
      { ...episode(0, 200, 0.5), engine: "peer" },
    ]);
    store.episodes.deleteFrom(0, "stream", 110);
    const kept = store.episodes.query({ ...EVER, sort: "time" });
    expect(kept.map((one) => [one.seriesId, one.engine, one.windowStartMs])).toEqual([
      [0, "peer", 200],
      [1, "stream", 200],
      [0, "stream", 100],
    ]);
    expect(store.episodes.dropBefore(110)).toBe(1);
  });

  it("walks through all pages without missing or repeating one, in both orders", () => {
    const rows = fc.uniqueArray(
      fc.tuple(
        fc.constantFrom(0, 1),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(0.5, 0.6, 1),
      ),
      { selector: ([id, at]) => `${id}/${at}`, maxLength: 40 },
    );
    const sort = fc.constantFrom("score" as const, "time" as const);
    fc.assert(
      fc.property(rows, sort, fc.integer({ min: 1, max: 7 }), (given, by, limit) => {
        store.episodes.dropBefore(1e15);
        store.episodes.put(given.map(([id, at, score]) => episode(id, at, score)));
        const seen: EpisodeEntry[] = [];
        let after: EpisodeCursor | undefined;
        for (;;) {
          const page = store.episodes.query({ ...EVER, sort: by, limit, after });
          seen.push(...page);
          if (page.length < limit) break;
          after = page.at(-1);
        }
        const expected = given.toSorted(
          (a, b) => (by === "score" ? b[2] - a[2] : 0) || b[1] - a[1] || a[0] - b[0],
        );
        expect(seen.map((one) => [one.seriesId, one.windowStartMs, one.score])).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

function episode(seriesId: number, startMs: number, score: number): EpisodeEntry {
  return {
    seriesId,
    engine: "stream",
    windowStartMs: startMs,
    windowEndMs: startMs + 10,
    onsetMs: startMs + 1,
    peakMs: startMs + 2,
    score,
    p: 1e-5,
    intervalMs: 60_000,
    label: null,
    kind: null,
    magnitude: 3,
    open: false,
    payload: '{"text":"x"}',
  };
}
