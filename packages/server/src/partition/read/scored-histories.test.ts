import { MINUTE_MS } from "@foreshock/core/fold";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { atOnce } from "../../platform/pace.ts";
import { PartitionStore } from "../../store/partition/partition-store.ts";
import { Emissions } from "../emission.ts";
import type { LiveSeries } from "../live-series.ts";
import { PartitionRuntime } from "../partition-runtime.ts";
import { scoredPoints } from "./chart.ts";

const START = Date.UTC(2026, 5, 7);
let place: Scratch;
beforeEach(() => {
  place = scratch();
});
afterEach(() => place.remove());

function open(name: string): { runtime: PartitionRuntime; series: LiveSeries } {
  const runtime = new PartitionRuntime(
    PartitionStore.open(`${place.dir}/${name}`, UNHARMED),
    new Emissions(1),
  );
  const key = { tenantId: "acme", clusterId: "eu", nodeId: "n1", metricName: "cpu" };
  return { runtime, series: runtime.name({ handle: 0, key, metadata: {} }) };
}

let ticket = 0;
function send(runtime: PartitionRuntime, minutes: readonly number[]): void {
  const handles = Int32Array.of(0);
  const ends = Int32Array.of(minutes.length);
  const times = Float64Array.from(minutes, (k) => START + k * MINUTE_MS);
  const values = Float64Array.from(minutes, (k) => 50 + 9 * Math.sin(k / 20) + (k % 7));
  runtime.append(++ticket, { partition: 0, fresh: [], handles, ends, times, values });
  runtime.commit();
  while (!runtime.isIdle) runtime.detect("acme", 1e6);
}

const rangeOf = (from: number, to: number) => ({
  startMs: START + from * MINUTE_MS,
  endMs: START + to * MINUTE_MS,
});

it("gives what judging all points anew gives, whatever came and was asked for in between", () => {
  let turn = 0;
  const steps = fc.array(
    fc.record({
      late: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
      count: fc.integer({ min: 0, max: 300 }),
      from: fc.integer({ min: -50, max: 500 }),
      length: fc.integer({ min: 0, max: 700 }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const { runtime, series } = open(String(turn++));
      let next = 0;
      for (const { late, count, from, length } of all) {
        if (count > 0)
          send(
            runtime,
            Array.from({ length: count }, (_, k) => next + k),
          );
        next += count;
        if (late !== undefined && next > 0) send(runtime, [Math.max(0, next - late) + 0.5]);
        const range = rangeOf(from, from + length);
        const { at, value, p } = atOnce(runtime.histories.of(series, range));
        const wanted = scoredPoints(runtime.store, series, range);
        expect(at).toEqual(wanted.at);
        expect(value).toEqual(wanted.value);
        expect(p).toEqual(wanted.p);
      }
      runtime.store.close();
    }),
    { numRuns: 40 },
  );
});

it("judges only what has come since it was asked for last", () => {
  const { runtime, series } = open("again");
  send(
    runtime,
    Array.from({ length: 3000 }, (_, k) => k),
  );
  const judged = (from: number, to: number): number => {
    let points = 0;
    for (const work = runtime.histories.of(series, rangeOf(from, to)); ; ) {
      const { done, value } = work.next();
      if (done === true) return points;
      points += value;
    }
  };
  expect(judged(1500, 3000)).toBe(3000);
  send(runtime, [3000, 3001]);
  expect(judged(1502, 3002)).toBe(2);
  expect(judged(1502, 3002)).toBe(0);
  // A late point gives the series another fold.
  send(runtime, [2999.5]);
  expect(judged(1502, 3002)).toBe(3003);
  runtime.histories.forget();
  expect(runtime.histories.bytes).toBe(0);
  runtime.store.close();
});

it("keeps no more than its room", () => {
  const { runtime } = open("room");
  const all = Array.from({ length: 200 }, (_, k) => {
    const key = { tenantId: `t${k % 3}`, clusterId: "eu", nodeId: `n${k}`, metricName: "m" };
    return runtime.name({ handle: k + 1, key, metadata: {} });
  });
  const handles = Int32Array.from(all, ({ handle }) => handle);
  const ends = handles.map((_, k) => 1500 * (k + 1));
  const times = Float64Array.from({ length: 1500 * 200 }, (_, i) => START + (i % 1500) * MINUTE_MS);
  const values = times.map((_, i) => i % 13);
  runtime.append(++ticket, { partition: 0, fresh: [], handles, ends, times, values });
  runtime.commit();
  for (const series of all) atOnce(runtime.histories.of(series, rangeOf(0, 1500)));
  expect(runtime.histories.bytes).toBeLessThanOrEqual(2 ** 20);
  expect(runtime.histories.bytes).toBeGreaterThan(2 ** 19);
  runtime.store.close();
});
