import { createStreamEngine, SeriesFold } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { buffersOf, Emission, Emissions } from "./emission.ts";

const engine = createStreamEngine();

function someFold(): SeriesFold {
  return new SeriesFold({ open: () => engine.open(undefined), counter: false });
}

describe("an emission", () => {
  it("hands over everything it gives in two buffers", () => {
    const emission = new Emission();
    for (const handle of [7, 9]) {
      for (let i = 0; i < 3; i++) emission.point(1000 * handle + i, i / 10, Number.NaN, i);
      emission.endRun(handle, someFold(), 0.25);
    }
    const message = emission.take();
    const received = structuredClone(message, { transfer: buffersOf(message) });
    expect(buffersOf(received)).toHaveLength(2);
    const { handles, ends, times, p, flat, phase, latest } = message;
    for (const column of [handles, ends, times, p, flat, phase, latest]) {
      expect(column.byteLength).toBe(0);
    }
    expect([...received.handles]).toEqual([7, 9]);
    expect([...received.ends]).toEqual([3, 6]);
    expect([...received.times]).toEqual([7000, 7001, 7002, 9000, 9001, 9002]);
    expect([...received.p]).toEqual([0, 0.1, 0.2, 0, 0.1, 0.2]);
    expect([...received.flat]).toEqual(Array.from({ length: 6 }, () => Number.NaN));
    expect([...received.phase]).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it("lets the columns of a batch go with the last of its partitions, not before", () => {
    const emission = new Emission();
    const columns = new ArrayBuffer(64);
    emission.expect(5, 2, columns);
    emission.partDone(5);
    expect(columns.byteLength).toBe(64);
    emission.partDone(5);
    expect(columns.byteLength).toBe(0);
    expect(emission.take().tickets).toEqual([5]);
  });
});

describe("what waits to be sent", () => {
  it("is due when it is much, or after some turns, counted anew each time", () => {
    const emissions = new Emissions(2);
    const turns = Array.from({ length: 9 }, () => emissions.isDue());
    expect(turns).toEqual([false, false, false, true, false, false, false, true, false]);
    for (let k = 0; k < 8000; k++) emissions.all[1]!.point(k, 0.5, Number.NaN, 0);
    expect([emissions.isDue(), emissions.isDue()]).toEqual([true, true]);
    emissions.all[1]!.take();
    expect(emissions.isDue()).toBe(false);
  });
});
