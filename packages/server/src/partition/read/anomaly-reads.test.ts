import { MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { atOnce } from "../../platform/pace.ts";
import { PartitionStore } from "../../store/partition/partition-store.ts";
import { Emissions } from "../emission.ts";
import { PartitionRuntime } from "../partition-runtime.ts";
import { answerAnomalies, answerAnomaly } from "./anomaly-reads.ts";

const START = Date.UTC(2026, 4, 4);
const COUNT = 2000;
const key = { tenantId: "acme", clusterId: "eu", nodeId: "n1", metricName: "cpu" };

describe("anomalies of a partition", () => {
  let place: Scratch;
  let runtime: PartitionRuntime;
  beforeEach(() => {
    place = scratch();
    runtime = new PartitionRuntime(PartitionStore.open(place.dir, UNHARMED), new Emissions(1));
    runtime.name({ handle: 0, key, metadata: { unit: "%" } });
    const times = Float64Array.from({ length: COUNT }, (_, i) => START + i * MINUTE_MS);
    const values = times.map(
      (_, i) => 40 + Math.sin(i * 12.9898) + Math.sin(i * 78.233) + (i === 1800 ? 30 : 0),
    );
    const handles = Int32Array.of(0);
    const ends = Int32Array.of(COUNT);
    runtime.append(1, { partition: 0, fresh: [], handles, ends, times, values });
    runtime.commit();
    runtime.detect("acme", COUNT);
  });
  afterEach(() => {
    runtime.store.close();
    place.remove();
  });

  const listed = () => {
    const range = { startMs: START, endMs: START + COUNT * MINUTE_MS };
    const query = { range, minScore: 0.9, sort: "score", limit: 10 } as const;
    return atOnce(answerAnomalies(runtime, 0, "acme", query)).map(({ episode }) => episode);
  };

  it("are told alike when they are asked for again: what a closed one is called is kept", () => {
    const [first] = listed();
    expect(first).toMatchObject({
      explanation: { kind: "spike" },
      open: false,
      windowStartMs: START + 1800 * MINUTE_MS,
    });
    const [episode] = runtime.store.episodes.query({
      tenantId: "acme",
      startMs: START,
      endMs: START + COUNT * MINUTE_MS,
      minScore: 0.9,
      sort: "score",
      limit: 1,
    });
    expect(JSON.parse(episode!.payload).classification.kind).toBe("spike");
    expect(listed()).toEqual([first]);
  });

  it("tell what would have been normal when one is asked for, and not in lists", () => {
    const [row] = listed();
    expect(row!.explanation.counterfactual).toBeUndefined();
    const asked = answerAnomaly(runtime, runtime.byHandle(0)!, row!.windowStartMs)!;
    const told = asked.explanation.counterfactual!;
    expect(told).toMatchObject({ atMs: START + 1800 * MINUTE_MS, bound: "at-most" });
    expect(told.score).toBeLessThan(0.5);
    expect(asked.explanation.text).toContain(`; normal if <= ${told.value} %`);
  });
});
