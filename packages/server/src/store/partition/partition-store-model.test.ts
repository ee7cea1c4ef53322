import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type Scratch, scratch } from "../../../testing/scratch.ts";
import { pointBatch, type SeriesRun } from "../codec/point-batch.ts";
import { PartitionStore } from "./partition-store.ts";
import type { AppendOutcome } from "./placement.ts";

const SERIES = 3;
/** Five minutes before a day ends, so that short runs cross the border. */
const START = Date.UTC(2026, 0, 5) - 5 * MINUTE_MS;
const EVER = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };

/** Minutes from START, or "after" the newest point, one a minute. */
interface Sent {
  readonly minutes: readonly number[] | "after";
  readonly values: readonly number[];
}
interface Run {
  readonly series: number;
  readonly points: Sent;
}
type Step =
  | { readonly do: "append"; readonly runs: readonly Run[] }
  | {
      readonly do:
        | "commit"
        | "stage"
        | "mark"
        | "checkpoint"
        | "torn checkpoint"
        | "slice"
        | "crash"
        | "reopen";
    };
type Series = Map<number, number>;
type Model = Series[];

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 50 }).map((n) => n / 10) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, -0, 0, 1 / 3) },
);
/** Minutes from the start: near it, around it, days away. */
const minute = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }) },
  { weight: 2, arbitrary: fc.integer({ min: -1500, max: 3000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -90_000, max: 90_000 }) },
);
const scattered = fc
  .array(fc.tuple(minute, value), { minLength: 1, maxLength: 12 })
  .map((pairs) => ({
    minutes: pairs.map(([at]) => at),
    values: pairs.map(([, v]) => v),
  }));
const stretch = fc
  .tuple(minute, fc.integer({ min: 1, max: 700 }), fc.constantFrom(1, 5, 0.5, 60), fc.nat(6))
  .map(([from, count, step, seed]) => ({
    minutes: Array.from({ length: count }, (_, i) => from + i * step),
    values: Array.from({ length: count }, (_, i) => ((i * 31 + seed) % 97) / 10),
  }));
/** Continues behind the newest point, whatever it is. */
const live = fc.array(value, { minLength: 1, maxLength: 90 }).map((values) => ({
  minutes: "after" as const,
  values,
}));
const run: fc.Arbitrary<Run> = fc.record({
  series: fc.nat(SERIES - 1),
  points: fc.oneof(scattered, stretch, live, live),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      runs: fc.array(run, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: "commit" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "checkpoint" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "mark" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "stage" as const }) },
  { weight: 6, arbitrary: fc.constant({ do: "slice" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "crash" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "reopen" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "torn checkpoint" as const }) },
);

describe("PartitionStore against a plain map", () => {
  let place: Scratch;
  afterEach(() => place.remove());

  const sentence =
    "gives every point once, the last value of each, through commits, crashes, reopenings";
  it(sentence, { timeout: 900_000 }, () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        place = scratch();
        const world = new World(place);
        try {
          for (const one of steps) world.take(one);
        } finally {
          world.store.close();
          place.remove();
        }
      }),
      { numRuns: Number(process.env.FORESHOCK_STORE_RUNS ?? 80) },
    );
  });
});

class World {
  store: PartitionStore;
  #dir: string;
  readonly #place: Scratch;
  #model: Model = Array.from({ length: SERIES }, () => new Map());
  #committed: Model;
  #sliced: ReturnType<PartitionStore["slicedCheckpoint"]> | undefined;

  constructor(place: Scratch) {
    this.#place = place;
    this.#dir = place.dir;
    this.store = this.#open();
    for (let id = 0; id < SERIES; id++) {
      this.store.intern({
        tenantId: "t",
        clusterId: "c",
        nodeId: "n",
        metricName: `m${id}`,
        metadata: {},
      });
    }
    this.store.commit();
    this.#committed = copyOf(this.#model);
  }

  take(one: Step): void {
    if (one.do === "append") this.#append(one.runs);
    else if (one.do === "slice") this.#slice();
    else if (one.do === "commit" || one.do === "stage") {
      this.store[one.do]();
      this.#committed = copyOf(this.#model);
    } else if (one.do === "checkpoint" || one.do === "mark") {
      this.store[one.do](this.store.position);
      this.#committed = copyOf(this.#model);
    } else if (one.do === "torn checkpoint") this.#tear();
    else this.#restart(one.do === "crash");
    this.#compare();
  }

  /** One step of a checkpoint in slices, which goes on beside all else until it is done. */
  #slice(): void {
    this.#sliced ??= this.store.slicedCheckpoint();
    const isBegun = this.#sliced.step();
    // A step commits what waits, but for one that only ends it.
    if (isBegun) this.#committed = copyOf(this.#model);
    else {
      this.#sliced.finish(this.store.position);
      this.#committed = copyOf(this.#model);
      while (this.#sliced.compactNext());
      this.#sliced = undefined;
    }
  }

  /** The day files are written, the partition's own transaction fails: nothing of it may count. */
  #tear(): void {
    const fail = (): never => {
      throw new Error("torn");
    };
    expect(() => this.store.checkpoint(this.store.position, fail)).toThrow("torn");
  }

  #restart(crash: boolean): void {
    const before = this.#dir;
    if (crash) {
      this.#dir = this.#place.crashed(before);
      this.#model = copyOf(this.#committed);
    }
    this.#sliced = undefined;
    this.store.close();
    this.store = this.#open();
    this.#committed = copyOf(this.#model);
    expect(this.store.seriesCount).toBe(SERIES);
  }

  #open(): PartitionStore {
    const onDamage = (damage: unknown): never => {
      throw new Error(`damage: ${JSON.stringify(damage)}`);
    };
    return PartitionStore.open(this.#dir, { openDaysMax: 3, onDamage });
  }

  #append(runs: readonly Run[]): void {
    const batch = runs.map(({ series, points }) => this.#runOf(series, points));
    for (const one of batch) {
      const before = new Map(this.#model[one.seriesId]!);
      const [modelBefore, { position }] = [copyOf(this.#model), this.store];
      for (let i = 0; i < one.values.length; i++) {
        this.#model[one.seriesId]!.set(one.timestampsMs[i]!, one.values[i]!);
      }
      checkOutcome(this.store.append(pointBatch([one])), one, before);
      // What went past the log was written before a run of too many days.
      if (this.store.position > position) this.#committed = modelBefore;
    }
  }

  #runOf(seriesId: number, { minutes, values }: Sent): SeriesRun {
    const newest = Math.max(START, ...this.#model[seriesId]!.keys());
    const times = values.map((_, i) =>
      minutes === "after" ? newest + (i + 1) * MINUTE_MS : START + minutes[i]! * MINUTE_MS,
    );
    return {
      seriesId,
      timestampsMs: Float64Array.from(times),
      values: Float64Array.from(values),
    };
  }

  #compare(): void {
    for (let id = 0; id < SERIES; id++) {
      const expected = [...this.#model[id]!].sort((a, b) => a[0] - b[0]);
      expect(pairs(this.store.read(id, EVER))).toEqual(expected);
      const range = { startMs: START + 30 * MINUTE_MS, endMs: START + DAY_MS + 1 };
      const inside = expected.filter(([at]) => at >= range.startMs && at < range.endMs);
      expect(pairs(this.store.read(id, range))).toEqual(inside);
      for (const count of [1, 60, 500]) {
        const newest = expected.slice(-count);
        const startMs = newest[0]?.[0] ?? START;
        expect(pairs(this.store.read(id, { startMs, endMs: EVER.endMs }))).toEqual(newest);
      }
      const { firstMs, lastMs, pointCount, lastValue } = this.store.entry(id);
      expect(pointCount).toBe(expected.length);
      expect([firstMs, lastMs]).toEqual([
        expected[0]?.[0] ?? Number.NaN,
        expected.at(-1)?.[0] ?? Number.NaN,
      ]);
      expect(lastValue).toEqual(expected.at(-1)?.[1] ?? Number.NaN);
    }
  }
}

/** Late from the first change behind the newest point on; silent where nothing changed or all is new. */
function checkOutcome(outcome: AppendOutcome, sent: SeriesRun, before: Series): void {
  const newest = Math.max(Number.NEGATIVE_INFINITY, ...before.keys());
  const times = [...sent.timestampsMs];
  const after = new Map(before);
  times.forEach((at, i) => void after.set(at, sent.values[i]!));
  const behind = times.filter((at) => at <= newest && !Object.is(before.get(at), after.get(at)));
  const late = outcome.lateFromMs[0]!;
  if (behind.length > 0) expect(late).toBeLessThanOrEqual(Math.min(...behind));
  if (times.every((at, i) => at > (times[i - 1] ?? newest))) {
    expect(late).toBeNaN();
    expect(outcome.changedPoints[0]).toBe(times.length);
  }
  if (times.every((at, i) => before.has(at) && Object.is(before.get(at), sent.values[i]))) {
    expect(late).toBeNaN();
    expect(outcome.changedPoints[0]).toBe(0);
  }
}

function pairs(points: { timestampsMs: Float64Array; values: Float64Array }): [number, number][] {
  return Array.from(points.values, (v, i) => [points.timestampsMs[i]!, v]);
}

function copyOf(model: Model): Model {
  return model.map((series) => new Map(series));
}
