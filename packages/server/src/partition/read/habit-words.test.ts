import { DAY_MS, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { atOnce } from "../../platform/pace.ts";
import { PartitionStore } from "../../store/partition/partition-store.ts";
import { Emissions } from "../emission.ts";
import { PartitionRuntime } from "../partition-runtime.ts";
import { answerAnomalies } from "./anomaly-reads.ts";

/** A Monday; the backup of every Sunday is at two in the night. */
const START = Date.UTC(2026, 2, 2);
const STEP_MS = 15 * MINUTE_MS;
const WEEK_MS = 7 * DAY_MS;
const WEEKS = 9;
const FIRST_BACKUP = START + 6 * DAY_MS + 2 * HOUR_MS;
const key = { tenantId: "acme", clusterId: "eu", nodeId: "n1", metricName: "disk_writes" };

/** Size of the backup in its n-th week. */
type SizeOf = (week: number) => number;

describe("what an anomaly of a partition says of a habit", () => {
  let place: Scratch;
  let runtime: PartitionRuntime;
  beforeEach(() => {
    place = scratch();
    runtime = new PartitionRuntime(PartitionStore.open(place.dir, UNHARMED), new Emissions(1));
    runtime.name({ handle: 0, key, metadata: {} });
  });
  afterEach(() => {
    runtime.store.close();
    place.remove();
  });

  /** Texts of the anomalies around the backup of the last week. */
  const toldOfLast = (sizeOf: SizeOf): string[] => {
    const count = (WEEKS * WEEK_MS) / STEP_MS;
    const times = Float64Array.from({ length: count }, (_, i) => START + i * STEP_MS);
    const values = times.map((at, i) => {
      const week = Math.floor((at - FIRST_BACKUP) / WEEK_MS);
      const runs = week >= 0 && (at - FIRST_BACKUP) % WEEK_MS < HOUR_MS;
      const noise = Math.sin(i * 12.9898) + Math.sin(i * 78.233);
      return 40 + noise + (runs ? sizeOf(week) + noise : 0);
    });
    const handles = Int32Array.of(0);
    const ends = Int32Array.of(count);
    runtime.append(1, { partition: 0, fresh: [], handles, ends, times, values });
    runtime.commit();
    runtime.detect("acme", count);
    const lastMs = FIRST_BACKUP + (WEEKS - 1) * WEEK_MS;
    const range = { startMs: lastMs - HOUR_MS, endMs: lastMs + 6 * HOUR_MS };
    const query = { range, minScore: 0.5, sort: "score", limit: 10 } as const;
    const found = atOnce(answerAnomalies(runtime, 0, "acme", query));
    return found.map(({ episode }) => episode.explanation.text);
  };

  it("that came again: when it comes, and how often it has", () => {
    const told = toldOfLast(() => 60);
    expect(told.length).toBe(1);
    expect(told[0]).toContain("comes every Sunday about 02:00, 9 times");
  });

  it("that was missed", () => {
    const told = toldOfLast((week) => (week === WEEKS - 1 ? 0 : 60));
    expect(told.length).toBe(1);
    expect(told[0]).toContain("every Sunday");
  });

  it("that came three times as large", () => {
    const told = toldOfLast((week) => (week === WEEKS - 1 ? 180 : 60));
    expect(told.length).toBe(1);
    expect(told[0]).toContain("every Sunday");
  });
});
