import { ANOMALOUS_SCORE, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { PartitionStore } from "../../store/partition/partition-store.ts";
import type { EpisodeEntry } from "../../store/table/episode-table.ts";
import { Emissions } from "../emission.ts";
import { PartitionRuntime } from "../partition-runtime.ts";
import { tellOver } from "./anomaly-reads.ts";
import { ToldAhead } from "./told-ahead.ts";

const START = Date.UTC(2026, 4, 4);
const SPIKE_AT = 1800;
const key = { tenantId: "acme", clusterId: "eu", nodeId: "n1", metricName: "cpu" };

describe("an episode that is over is called something before anybody asks", () => {
  let place: Scratch;
  let runtime: PartitionRuntime;
  beforeEach(() => {
    place = scratch();
    runtime = new PartitionRuntime(PartitionStore.open(place.dir, UNHARMED), new Emissions(1));
    runtime.results.ahead.tell = (episode) => tellOver(runtime, episode);
    runtime.name({ handle: 0, key, metadata: { unit: "%" } });
  });
  afterEach(() => {
    runtime.store.close();
    place.remove();
  });

  let ticket = 0;
  const push = (from: number, to: number) => {
    const times = Float64Array.from(
      { length: to - from },
      (_, i) => START + (from + i) * MINUTE_MS,
    );
    const values = times.map((_, k) => {
      const i = from + k;
      return 40 + Math.sin(i * 12.9898) + Math.sin(i * 78.233) + (i === SPIKE_AT ? 30 : 0);
    });
    const columns = { handles: Int32Array.of(0), ends: Int32Array.of(to - from), times, values };
    runtime.append(++ticket, { partition: 0, fresh: [], ...columns });
    runtime.commit();
    while ([...runtime.ready()].length > 0) runtime.detect("acme", 2000);
  };
  const spike = (): EpisodeEntry => {
    const range = { startMs: START + SPIKE_AT * MINUTE_MS, endMs: START + 1e4 * MINUTE_MS };
    const query = { tenantId: "acme", ...range, minScore: ANOMALOUS_SCORE };
    runtime.writeResults();
    return runtime.store.episodes.query({ ...query, sort: "score", limit: 1 })[0]!;
  };

  it("once later points change nothing in it", () => {
    push(0, SPIKE_AT + 20);
    // Over, but a step is a spike only where it is back within 75 minutes.
    expect(spike()).toMatchObject({ open: false, label: null });
    push(SPIKE_AT + 20, SPIKE_AT + 100);
    expect(spike()).toMatchObject({ open: false, label: "spike", kind: "spike" });
  });

  it("not of a tenant that is left alone meanwhile", () => {
    push(0, SPIKE_AT + 20);
    runtime.results.ahead.drop(["acme"]);
    push(SPIKE_AT + 20, SPIKE_AT + 100);
    expect(spike()).toMatchObject({ open: false, label: null });
  });

  it("and where that throws, detection goes on", () => {
    let tried = 0;
    runtime.results.ahead.tell = () => {
      tried++;
      throw new Error("a template that never fits");
    };
    push(0, SPIKE_AT + 100);
    expect(tried).toBe(1);
    expect(spike()).toMatchObject({ label: null });
  });
});

it("keeps so many of a tenant in mind", () => {
  const ahead = new ToldAhead(() => ({ key, fold: { lastMs: START } }) as never);
  let told = 0;
  ahead.tell = () => {
    told++;
    return 1;
  };
  const row = { open: false, label: null, score: 1, windowStartMs: 1, intervalMs: MINUTE_MS };
  const payload = JSON.stringify({ folded: { firstMs: 1, lastMs: 1 } });
  ahead.note(
    Array.from({ length: 500 }, (_, seriesId) => ({ ...row, seriesId, payload }) as never),
  );
  while (ahead.some("acme") > 0);
  expect(told).toBe(64);
});
