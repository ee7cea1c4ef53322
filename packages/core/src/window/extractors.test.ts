import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../model/refusal.ts";
import { SlidingWindowExtractor } from "./sliding-window-extractor.ts";
import { TimeBasedWindowExtractor } from "./time-based-window-extractor.ts";
import { medianPositiveStepMs, type SeriesColumns } from "./time-window.ts";

const MINUTE = 60_000;

function columns(stamps: readonly number[]): SeriesColumns {
  return {
    timestamps: Float64Array.from(stamps),
    values: Float64Array.from(stamps, (_, i) => i),
  };
}

/** Ascending stamps with gaps, repeats and jitter, before and after 1970. */
const someColumns: fc.Arbitrary<SeriesColumns> = fc
  .tuple(
    fc.integer({ min: -1e9, max: 1e12 }),
    fc.array(fc.constantFrom(0, 1, 7, 1000, 1000, 1000, 60_000, 5_000_000), { maxLength: 120 }),
  )
  .map(([start, steps]) => {
    let atMs = start;
    return columns(steps.map((step) => (atMs += step)));
  });

const size = fc.integer({ min: 1, max: 40 });

describe("SlidingWindowExtractor", () => {
  it("cuts ten points by four with stride three: 0-4, 3-7, 6-10", () => {
    const series = columns(Array.from({ length: 10 }, (_, i) => i * MINUTE));
    const windows = new SlidingWindowExtractor({ windowSizePoints: 4, stridePoints: 3 }).extract(
      series,
    );
    expect(windows.map((w) => [w.startIndex, w.endIndex, w.partial])).toEqual([
      [0, 4, false],
      [3, 7, false],
      [6, 10, false],
    ]);
    expect(windows[1]).toMatchObject({ startMs: 3 * MINUTE, endMs: 7 * MINUTE, pointCount: 4 });
    expect([...windows[1]!.values]).toEqual([3, 4, 5, 6]);
  });

  it("keeps the last, partial window and marks it, or drops it by option", () => {
    const series = columns(Array.from({ length: 10 }, (_, i) => i * MINUTE));
    const kept = new SlidingWindowExtractor({ windowSizePoints: 4 }).extract(series);
    const dropped = new SlidingWindowExtractor({ windowSizePoints: 4, partial: "drop" });
    expect(kept.map((w) => [w.pointCount, w.partial, w.coverage])).toEqual([
      [4, false, 1],
      [4, false, 1],
      [2, true, 0.5],
    ]);
    expect(dropped.extract(series)).toEqual(kept.slice(0, 2));
  });

  it("puts every point in a window, in as many as the stride allows", () => {
    fc.assert(
      fc.property(someColumns, size, size, (series, windowSizePoints, stridePoints) => {
        fc.pre(stridePoints <= windowSizePoints);
        const extractor = new SlidingWindowExtractor({ windowSizePoints, stridePoints });
        const windows = extractor.extract(series);
        const covered = new Set(windows.flatMap((w) => indices(w.startIndex, w.endIndex)));
        expect(covered.size).toBe(series.values.length);
        windows.forEach((window, k) => {
          expect(window.startIndex).toBe(k * stridePoints);
          expect(window.partial).toBe(window.pointCount < windowSizePoints);
          expect(window.partial && k < windows.length - 1).toBe(false);
        });
      }),
    );
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses a size of %d", (bad) => {
    expect(refusal(() => new SlidingWindowExtractor({ windowSizePoints: bad }))).toBe(
      "window/invalid",
    );
    const stride = { windowSizePoints: 3, stridePoints: bad };
    expect(refusal(() => new SlidingWindowExtractor(stride))).toBe("window/invalid");
  });

  contractOfExtractors((series, windowSizePoints, partial) =>
    new SlidingWindowExtractor({ windowSizePoints, partial }).extract(series),
  );
});

describe("TimeBasedWindowExtractor", () => {
  it("aligns windows to the origin: points at 7 to 16 minutes in windows of five", () => {
    const series = columns([7, 8, 9, 10, 11, 12, 13, 14, 15, 16].map((m) => m * MINUTE));
    const windows = new TimeBasedWindowExtractor({ windowMs: 5 * MINUTE }).extract(series);
    expect(
      windows.map((w) => [w.startMs / MINUTE, w.endMs / MINUTE, w.pointCount, w.partial]),
    ).toEqual([
      [5, 10, 3, true],
      [10, 15, 5, false],
      [15, 20, 2, true],
    ]);
  });

  it("shows a gap as coverage and makes no window without points", () => {
    const series = columns([0, 1, 2, 3, 4, 5, 6, 20, 21].map((m) => m * MINUTE));
    const windows = new TimeBasedWindowExtractor({ windowMs: 5 * MINUTE }).extract(series);
    expect(windows.map((w) => [w.startMs / MINUTE, w.expectedPoints, w.coverage])).toEqual([
      [0, 5, 1],
      [5, 5, 0.4],
      [20, 5, 0.4],
    ]);
  });

  it("holds in each window exactly the points of its span, and every point when strides overlap", () => {
    const origin = fc.integer({ min: -1e6, max: 1e6 });
    const span = fc.constantFrom(1, 500, 1000, 61_000, 3_600_000);
    fc.assert(
      fc.property(someColumns, span, span, origin, (series, windowMs, strideMs, originMs) => {
        fc.pre(windowMs / strideMs <= 200);
        const extractor = new TimeBasedWindowExtractor({ windowMs, strideMs, originMs });
        const windows = extractor.extract(series);
        const covered = new Set<number>();
        for (const window of windows) {
          expect((window.startMs - originMs) % strideMs === 0).toBe(true);
          expect(window.endMs - window.startMs).toBe(windowMs);
          for (const i of indices(window.startIndex, window.endIndex)) covered.add(i);
          const inside = indices(0, series.values.length).filter(
            (i) => series.timestamps[i]! >= window.startMs && series.timestamps[i]! < window.endMs,
          );
          expect(indices(window.startIndex, window.endIndex)).toEqual(inside);
        }
        if (strideMs <= windowMs) expect(covered.size).toBe(series.values.length);
      }),
    );
  });

  it("cuts two series of different sampling at the same instants", () => {
    const extractor = new TimeBasedWindowExtractor({ windowMs: 10 * MINUTE });
    const fine = extractor.extract(columns(indices(3, 93).map((m) => m * MINUTE)));
    const coarse = extractor.extract(columns(indices(0, 19).map((k) => (3 + 5 * k) * MINUTE)));
    expect(coarse.map((w) => w.startMs)).toEqual(fine.map((w) => w.startMs));
  });

  it.each([
    { windowMs: 0 },
    { windowMs: Number.NaN },
    { windowMs: 10, strideMs: -1 },
    { windowMs: 10, originMs: Number.POSITIVE_INFINITY },
    { windowMs: 1e9, strideMs: 1 },
    { windowMs: 10, partial: "maybe" as "keep" },
  ])("refuses %o", (options) => {
    expect(refusal(() => new TimeBasedWindowExtractor(options))).toBe("window/invalid");
  });

  it("refuses points so far from the origin that windows cannot be counted", () => {
    const extractor = new TimeBasedWindowExtractor({ windowMs: 1 });
    expect(refusal(() => extractor.extract(columns([1e300])))).toBe("window/invalid");
  });

  contractOfExtractors((series, points, partial) =>
    new TimeBasedWindowExtractor({ windowMs: points * 1000, partial }).extract(series),
  );
});

function contractOfExtractors(
  extract: (
    series: SeriesColumns,
    points: number,
    partial: "keep" | "drop",
  ) => ReturnType<SlidingWindowExtractor["extract"]>,
): void {
  it("gives the same windows again, as views, and leaves the series as it was", () => {
    fc.assert(
      fc.property(someColumns, size, (series, points) => {
        const before = [...series.timestamps];
        const windows = extract(series, points, "keep");
        expect(extract(series, points, "keep")).toEqual(windows);
        expect([...series.timestamps]).toEqual(before);
        for (const window of windows) {
          expect(window.values.buffer).toBe(series.values.buffer);
          expect(window.values.length).toBe(window.pointCount);
          expect(window.timestamps[0]).toBe(series.timestamps[window.startIndex]);
          expect(window.pointCount).toBe(window.endIndex - window.startIndex);
          expect(window.pointCount).toBeGreaterThan(0);
          expect(window.startMs).toBeLessThan(window.endMs);
          expect(window.coverage > 0 && window.coverage <= 1).toBe(true);
        }
      }),
    );
  });

  it("drops exactly the partial windows when told to", () => {
    fc.assert(
      fc.property(someColumns, size, (series, points) => {
        const whole = extract(series, points, "keep").filter((window) => !window.partial);
        expect(extract(series, points, "drop")).toEqual(whole);
      }),
    );
  });

  it("gives no window for an empty series", () => {
    expect(extract(columns([]), 5, "keep")).toEqual([]);
  });
}

describe("medianPositiveStepMs", () => {
  it("is the lower median of the steps that move: of 0, 5, 5, 60, 0, 60 it is 5", () => {
    expect(medianPositiveStepMs(Float64Array.of(0, 0, 5, 10, 70, 70, 130))).toBe(5);
  });

  it("is one millisecond where nothing moves", () => {
    expect(medianPositiveStepMs(Float64Array.of(3, 3, 3))).toBe(1);
    expect(medianPositiveStepMs(Float64Array.of())).toBe(1);
  });
});

function indices(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof Refusal ? error.code : String(error);
  }
  return "accepted";
}
