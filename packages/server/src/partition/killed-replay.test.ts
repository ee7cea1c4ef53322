import { MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../testing/scratch.ts";
import { PartitionStore } from "../store/partition/partition-store.ts";
import { catchUpFrom, saveCheckpoint } from "./checkpoint.ts";
import { Emissions } from "./emission.ts";
import { PartitionRuntime } from "./partition-runtime.ts";

const START = Date.UTC(2026, 0, 1);
/** Points of two series; the first has more than those between two states that are kept on the way. */
const COUNTS = [4400, 1800] as const;
/** Points that come late near the end of the first, and at the beginning of the second. */
const LATE = [4390.5, 0.5] as const;

describe("a process killed while late points are folded", () => {
  let place: Scratch;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.remove());

  it("comes to the alarms and episodes of an uninterrupted run, wherever it was cut off", () => {
    const runtime = open(place.dir);
    send(runtime, 1, [[0, range(COUNTS[0])]]);
    while (!runtime.isIdle) runtime.detect("acme", 1);
    send(runtime, 2, [[1, range(COUNTS[1])]]);
    while (!runtime.isIdle) runtime.detect("acme", 1);
    saveCheckpoint(runtime);
    // The second series first: the turns of the replay end elsewhere than those of the first run.
    send(runtime, 3, [
      [1, Float64Array.of(LATE[1])],
      [0, Float64Array.of(LATE[0])],
    ]);
    const killed: string[] = [];
    while (!runtime.isIdle) {
      runtime.detect("acme", 1);
      killed.push(place.crashed(place.dir));
    }
    const wanted = resultsOf(runtime);
    expect(wanted.alarms.some(({ closedMs }) => closedMs !== null)).toBe(true);
    expect(wanted.episodes.length).toBeGreaterThan(5);
    expect(killed.length).toBeGreaterThan(2);
    for (const dir of killed) {
      const again = open(dir);
      expect(resultsOf(again)).toEqual(wanted);
      again.store.close();
    }
    runtime.store.close();
  });
});

/** As a start does it: the newest states, and what they have not seen. */
function open(dir: string): PartitionRuntime {
  const store = PartitionStore.open(dir, UNHARMED);
  const runtime = new PartitionRuntime(store, new Emissions(1));
  for (const handle of COUNTS.keys()) {
    const key = { tenantId: "acme", clusterId: "eu", nodeId: `n${handle}`, metricName: "cpu" };
    const series = runtime.name({ handle, key, metadata: {} });
    const fromMs = catchUpFrom(runtime, series, new Map());
    if (fromMs !== undefined) runtime.catchUp(series, fromMs, () => {});
  }
  while (!runtime.isIdle) runtime.detect("acme", 1);
  return runtime;
}

type Run = readonly [handle: number, minutes: Float64Array];

function send(runtime: PartitionRuntime, ticket: number, runs: readonly Run[]): void {
  const all = Float64Array.from(runs.flatMap(([, minutes]) => Array.from(minutes)));
  let end = 0;
  runtime.append(ticket, {
    partition: 0,
    fresh: [],
    handles: Int32Array.from(runs, ([handle]) => handle),
    ends: Int32Array.from(runs, ([, minutes]) => {
      end += minutes.length;
      return end;
    }),
    times: all.map((minute) => START + minute * MINUTE_MS),
    values: all.map(valueAt),
  });
  runtime.commit();
}

function range(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => i);
}

function resultsOf(runtime: PartitionRuntime) {
  runtime.writeResults();
  const filter = { tenantId: "acme", startMs: START, endMs: START + COUNTS[0] * MINUTE_MS };
  const { alarms, episodes } = runtime.store;
  return {
    alarms: alarms.query({ ...filter, minScore: 0, limit: 1000 }),
    episodes: episodes.query({ ...filter, minScore: 0, sort: "time", limit: 1000 }),
  };
}

/** Noise, spikes, and on the third day, before which no alarm opens, a level that stays for five hours. */
function valueAt(minute: number): number {
  const noise = Math.sin(minute * 12.9898) + Math.sin(minute * 78.233);
  const spike = minute % 397 < 3 ? 30 : 0;
  const shift = minute > 3100 && minute < 3400 ? 40 : 0;
  return 40 + noise + spike + shift;
}
