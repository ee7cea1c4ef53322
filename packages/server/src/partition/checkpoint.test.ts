import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../testing/scratch.ts";
import { PartitionStore } from "../store/partition/partition-store.ts";
import { catchUpFrom, saveCheckpoint } from "./checkpoint.ts";
import { Emissions } from "./emission.ts";
import { PartitionRuntime } from "./partition-runtime.ts";

const START = Date.UTC(2026, 0, 1);
const STEP_MS = 60_000;
const SERIES = 3;

describe("checkpoints of a partition", () => {
  let place: Scratch;
  let ticket = 0;
  beforeEach(() => {
    place = scratch();
    ticket = 0;
  });
  afterEach(() => place.remove());

  it("continues after a start as if nothing had happened, whatever states were saved", () => {
    const whole = open(`${place.dir}/whole`);
    const broken = open(`${place.dir}/broken`);
    let runs = broken;
    for (let k = 0; k < 400; k++) {
      push(whole, k);
      push(runs, k);
      if (k % 70 === 69) saveCheckpoint(runs.runtime);
      if (k % 150 === 149) {
        runs.store.close();
        runs = open(`${place.dir}/broken`);
      }
    }
    for (const series of whole.runtime.series()) {
      const again = runs.runtime.byHandle(series.handle)!;
      expect(again.fold.save()).toEqual(series.fold.save());
    }
    whole.store.close();
    runs.store.close();
  });

  it("folds again what no state was saved for, and tells only what nobody had seen", () => {
    const first = open(place.dir);
    for (let k = 0; k < 50; k++) push(first, k);
    saveCheckpoint(first.runtime);
    for (let k = 50; k < 60; k++) push(first, k);
    first.store.close();
    const second = open(place.dir);
    expect([...second.runtime.series()].map(({ fold }) => fold.pointCount)).toEqual([60, 60, 60]);
    const { times } = second.emission.take();
    expect(times.length).toBe(10 * SERIES);
    expect(Math.min(...times)).toBe(START + 50 * STEP_MS);
    second.store.close();
  });

  it("saves a state of a series about every 60 points, not at every checkpoint", () => {
    const { store, runtime } = open(place.dir);
    const saved: number[] = [];
    for (let k = 0; k < 600; k++) {
      push({ store, runtime }, k);
      if (k % 10 !== 9) continue;
      saveCheckpoint(runtime);
      const state = store.states.load(0, Number.MAX_SAFE_INTEGER);
      if (state !== undefined && saved.at(-1) !== state.uptoMs) saved.push(state.uptoMs);
    }
    expect(saved.length).toBe(10);
    store.close();
  });

  it("saves neighbours together, so that whole pages are written, and not all at once", () => {
    const series = 640;
    const { store, runtime } = open(place.dir, series);
    for (let k = 0; k < 60; k++) push({ store, runtime }, k, series);
    saveCheckpoint(runtime);
    for (let k = 60; k < 80; k++) push({ store, runtime }, k, series);
    const saved = saveCheckpoint(runtime);
    const isSaved = Array.from({ length: series }, (_, id) => {
      return store.states.load(id, Number.MAX_SAFE_INTEGER)?.uptoMs === START + 79 * STEP_MS;
    });
    expect(saved.seriesCount).toBeGreaterThan(series / 10);
    expect(saved.seriesCount).toBeLessThan(series / 1.5);
    expect(isSaved.filter(Boolean).length).toBe(saved.seriesCount);
    const changes = isSaved.filter((one, id) => id > 0 && one !== isSaved[id - 1]).length;
    expect(changes).toBeLessThan(series / 30);
    store.close();
  });

  function open(dir: string, seriesCount = SERIES) {
    const store = PartitionStore.open(dir, UNHARMED);
    const emissions = new Emissions(1);
    const runtime = new PartitionRuntime(store, emissions);
    for (let handle = 0; handle < seriesCount; handle++) {
      const key = { tenantId: "acme", clusterId: "eu", nodeId: `n${handle}`, metricName: "cpu" };
      runtime.name({ handle, key, metadata: {} });
    }
    for (const series of runtime.series()) {
      const fromMs = catchUpFrom(runtime, series, new Map());
      if (fromMs !== undefined) runtime.catchUp(series, fromMs, () => {});
    }
    runtime.detect("acme", 1e6);
    return { store, runtime, emission: emissions.all[0]! };
  }

  function push(
    { runtime }: { runtime: PartitionRuntime; store: PartitionStore },
    k: number,
    seriesCount = SERIES,
  ) {
    const handles = Int32Array.from({ length: seriesCount }, (_, i) => i);
    runtime.append(++ticket, {
      partition: 0,
      fresh: [],
      handles,
      ends: handles.map((i) => i + 1),
      times: new Float64Array(seriesCount).fill(START + k * STEP_MS),
      values: Float64Array.from(handles, (i) => 10 + i + Math.sin(k * (1 + i)) + (k % 7)),
    });
    runtime.commit();
    runtime.detect("acme", 1e6);
  }
});
