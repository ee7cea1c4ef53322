import { describe, expect, it } from "vitest";
import type { IngestPlace } from "../platform/ingest-batch.ts";
import type { FamilyType } from "../platform/series-nature.ts";
import { FAMILY_BYTES_MAX } from "./family-types.ts";
import { type NaturedSeries, Natures } from "./natures.ts";

const said = (family: string, type: FamilyType) => ({ family, type });

function place(metricName: string, more: Partial<IngestPlace> = {}): IngestPlace {
  return { clusterId: "eu", nodeId: "n1", metricName, ...more };
}

function series(metricName: string, type?: string): NaturedSeries {
  const metadata: Record<string, string> = type === undefined ? {} : { type };
  return { key: { metricName }, metadata, natureChanges: 0 };
}

function declare(
  natures: Natures<NaturedSeries>,
  families: ReturnType<typeof said>[],
  all: NaturedSeries[],
): number {
  return [...natures.declare(families, all)].reduce((sum, cells) => sum + cells, 0);
}

describe("what a new series is", () => {
  it("is what its sender says, else what was said of its family, else what its name says", () => {
    const natures = new Natures();
    declare(natures, [said("told_total", "gauge"), said("hits", "counter")], []);
    const counters: [IngestPlace, boolean][] = [
      [place("requests_total"), true],
      [place('requests_total{code="500"}'), true],
      [place("requests_total", { counter: false }), false],
      [place("told_total", { likelyCounter: true }), false],
      [place("told_total", { counter: true }), true],
      [place('hits{code="500"}'), true],
      [place("hits_total"), true],
      [place("order_count"), false],
      [place("order_count", { likelyCounter: true }), true],
      [place("cpu"), false],
    ];
    for (const [given, isCounter] of counters) {
      expect(natures.isCounter(given), JSON.stringify(given)).toBe(isCounter);
    }
  });

  it("is a counter where it is a part of a histogram or a summary, and none of a gauge histogram", () => {
    const natures = new Natures();
    const families = [
      said("latency", "histogram"),
      said("size", "summary"),
      said("queue", "gaugehistogram"),
      said("latency_sum", "gauge"),
    ];
    declare(natures, families, []);
    const isCounter = (name: string) => natures.isCounter(place(name, { likelyCounter: true }));
    expect(['latency_bucket{le="1"}', "latency_count", "size_sum"].map(isCounter)).toEqual([
      true,
      true,
      true,
    ]);
    expect(["queue_bucket", 'size{quantile="0.5"}', "latency_sum"].map(isCounter)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe("what becomes of known series", () => {
  it("changes those of the families that are news, in both directions, once", () => {
    const natures = new Natures<NaturedSeries>();
    const hits = series("hits");
    const orders = series("order_count", "counter");
    const cpu = series("cpu");
    const all = [hits, orders, cpu];
    const families = [said("hits", "counter"), said("order_count", "gauge"), said("cpu", "gauge")];
    declare(natures, families, all);
    expect(all.map(({ metadata }) => metadata)).toEqual([{ type: "counter" }, {}, {}]);
    expect(natures.takeUntold()).toEqual([hits, orders]);
    // Told every minute: no look at the series, whatever their number.
    const many = Array.from({ length: 5000 }, () => series("hits"));
    expect(declare(natures, families, many)).toBe(families.length);
    expect(natures.takeUntold()).toEqual([]);
    natures.notTold([hits]);
    expect(natures.takeUntold()).toEqual([hits]);
  });

  it("keeps what it is where senders contradict each other for long", () => {
    const natures = new Natures<NaturedSeries>();
    const hits = series("hits");
    for (let i = 0; i < 10; i++) {
      declare(natures, [said("hits", i % 2 === 0 ? "counter" : "gauge")], [hits]);
    }
    expect(hits.natureChanges).toBe(3);
    expect(hits.metadata).toEqual({ type: "counter" });
  });

  it("keeps what is said of families within its bytes", () => {
    const natures = new Natures<NaturedSeries>();
    const name = (i: number) => `${i}`.padEnd(250, "x");
    const families = Array.from({ length: 20_000 }, (_, i) => said(name(i), "counter"));
    declare(natures, families, []);
    const known = families.filter(({ family }) => natures.isCounter(place(family)));
    expect(known.length).toBeGreaterThan(500);
    expect(known.length * 250).toBeLessThan(FAMILY_BYTES_MAX);
  });
});
