import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../testing/scratch.ts";
import { PartitionStore } from "../store/partition/partition-store.ts";
import { catchUpFrom, saveCheckpoint } from "./checkpoint.ts";
import { Emissions } from "./emission.ts";
import { PartitionRuntime } from "./partition-runtime.ts";
import type { AppendPart } from "./protocol.ts";
import { Quarantine } from "./quarantine.ts";

const START = Date.UTC(2026, 0, 1);
const KEY = { tenantId: "acme", clusterId: "eu", nodeId: "n1", metricName: "octets" };
const COUNTER = { unit: "B", type: "counter" };
const GAUGE = { unit: "B" };
/** More points than between two states that are kept on the way. */
const POINTS = 4400;
const NONE = new Int32Array(0);

describe("a series that turns out to be something else", () => {
  let place: Scratch;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.remove());

  it.each([
    ["a counter", GAUGE, COUNTER],
    ["no counter", COUNTER, GAUGE],
  ])("comes to the results of %s, wherever the process is killed", (_, was, is) => {
    const wanted = fromTheStart(is);
    const before = fromTheStart(was);
    expect(wanted.episodes).not.toEqual(before.episodes);
    const runtime = open(place.dir, was);
    send(runtime, 1, { points: range(0, POINTS - 200) });
    fold(runtime);
    saveCheckpoint(runtime);
    send(runtime, 2, { points: range(POINTS - 200, POINTS - 100) });
    const killed = [];
    send(runtime, 3, { points: range(POINTS - 100, POINTS), is });
    killed.push(place.crashed(place.dir));
    while (!runtime.isIdle) {
      runtime.detect("acme", 500);
      if (killed.length === 3) saveCheckpoint(runtime);
      killed.push(place.crashed(place.dir));
    }
    expect(resultsOf(runtime)).toEqual(wanted);
    expect(killed.length).toBeGreaterThan(8);
    for (const dir of killed) {
      // Whoever hosts the tenant may still take it for what it was.
      for (const metadata of [is, was]) {
        const again = open(place.crashed(dir), metadata);
        expect(again.series()[0]!.metadata).toEqual(is);
        expect(resultsOf(again)).toEqual(wanted);
        again.store.close();
      }
    }
    runtime.store.close();
  });

  it("is what it was after a crash before that was written", () => {
    const runtime = open(place.dir, GAUGE);
    send(runtime, 1, { points: range(0, 300) });
    fold(runtime);
    const was = resultsOf(runtime);
    runtime.append(2, partOf({ points: [], is: COUNTER }));
    runtime.detect("acme", 1e6);
    runtime.writeResults();
    const again = open(place.crashed(place.dir), COUNTER);
    expect(again.series()[0]!.metadata).toEqual(GAUGE);
    expect(resultsOf(again)).toEqual(was);
    again.store.close();
    runtime.forgetUnwritten();
    // The host tells it again with its next batch.
    send(runtime, 3, { points: range(300, POINTS), is: COUNTER });
    fold(runtime);
    expect(resultsOf(runtime)).toEqual(fromTheStart(COUNTER));
    runtime.store.close();
  });

  it("sends the tenant's fold what that can still take back, and no more", () => {
    const runtime = open(place.dir, GAUGE);
    send(runtime, 1, { points: range(0, POINTS) });
    fold(runtime);
    heard(runtime);
    send(runtime, 2, { points: [], is: COUNTER });
    fold(runtime);
    const times = heard(runtime);
    const last = START + (POINTS - 1) * MINUTE_MS;
    expect(times[0]!).toBeLessThanOrEqual(last - 120 * MINUTE_MS);
    expect(times[0]!).toBeGreaterThan(last - DAY_MS / 4);
    expect(times.at(-1)).toBe(last);
    runtime.store.close();
  });

  it("is folded as what it is when its tenant comes out of quarantine, also after a start", () => {
    const quarantine = new Quarantine();
    const runtime = open(place.dir, GAUGE, quarantine);
    send(runtime, 1, { points: range(0, POINTS) });
    fold(runtime);
    quarantine.set(["acme"]);
    send(runtime, 2, { points: [], is: COUNTER });
    expect(runtime.isIdle).toBe(true);
    saveCheckpoint(runtime);
    const again = open(place.crashed(place.dir), COUNTER);
    expect(resultsOf(again)).toEqual(fromTheStart(COUNTER));
    again.store.close();
    runtime.store.close();
  });

  function fromTheStart(metadata: Record<string, string>) {
    const own = scratch();
    const runtime = open(own.dir, metadata);
    send(runtime, 1, { points: range(0, POINTS) });
    fold(runtime);
    const results = resultsOf(runtime);
    runtime.store.close();
    own.remove();
    return results;
  }
});

const emissions = new WeakMap<PartitionRuntime, Emissions>();

/** As a start does it: the newest states, and what they have not seen. */
function open(
  dir: string,
  metadata: Record<string, string>,
  quarantine = new Quarantine(),
): PartitionRuntime {
  const store = PartitionStore.open(dir, UNHARMED);
  const own = new Emissions(1);
  const runtime = new PartitionRuntime(store, own, { quarantine });
  emissions.set(runtime, own);
  const series = runtime.name({ handle: 0, key: KEY, metadata });
  const fromMs = catchUpFrom(runtime, series, new Map());
  if (fromMs !== undefined) runtime.catchUp(series, fromMs, () => {});
  fold(runtime);
  return runtime;
}

function fold(runtime: PartitionRuntime): void {
  while (!runtime.isIdle) runtime.detect("acme", 1000);
}

/** Times of what was sent since the last call. */
function heard(runtime: PartitionRuntime): number[] {
  return Array.from(emissions.get(runtime)!.of(0).take().times);
}

interface Sent {
  readonly points: readonly number[];
  /** What the series is said to be with it. */
  readonly is?: Record<string, string>;
}

function send(runtime: PartitionRuntime, ticket: number, sent: Sent): void {
  runtime.append(ticket, partOf(sent));
  runtime.commit();
}

function partOf({ points, is }: Sent): AppendPart {
  return {
    partition: 0,
    fresh: [],
    ...(is === undefined ? {} : { retold: [{ handle: 0, key: KEY, metadata: is }] }),
    handles: points.length === 0 ? NONE : Int32Array.of(0),
    ends: points.length === 0 ? NONE : Int32Array.of(points.length),
    times: Float64Array.from(points, (point) => START + point * MINUTE_MS),
    values: Float64Array.from(points, totalAt),
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function resultsOf(runtime: PartitionRuntime) {
  runtime.writeResults();
  const filter = { tenantId: "acme", startMs: START, endMs: START + POINTS * MINUTE_MS };
  const { alarms, episodes } = runtime.store;
  return {
    alarms: alarms.query({ ...filter, minScore: 0, limit: 1000 }),
    episodes: episodes.query({ ...filter, minScore: 0, sort: "time", limit: 1000 }),
  };
}

/** A total that grows by about 900 a minute, with a restart, and half an hour of threefold growth. */
function totalAt(point: number): number {
  const restart = 2500;
  const noise = 40 * Math.sin(point * 12.9898) + 40 * Math.sin(point * 78.233);
  const from = point < restart ? 0 : restart;
  const busy = Math.max(0, Math.min(30, point - 3600));
  return 900 * (point - from + 2 * busy) + noise;
}
