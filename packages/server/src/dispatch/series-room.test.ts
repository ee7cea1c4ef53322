import { describe, expect, it } from "vitest";
import { MemoryLedger } from "../memory/memory-ledger.ts";
import { seriesBytes } from "../memory/series-bytes.ts";
import { batchOf } from "../platform/ingest-batch.ts";
import { type GateLimits, type GatePlace, IngestGate } from "./ingest-gate.ts";
import { SeriesDirectory } from "./series-directory.ts";
import { SeriesRoom } from "./series-room.ts";

const NOW = Date.UTC(2026, 0, 2);
const LIMITS: GateLimits = { activeSeriesMax: 1e9, knownSeriesMax: 1e9, seriesBytesMax: 1e12 };
const ONE = seriesBytes(1, 0);

describe("room for series", () => {
  it("refuses new series beyond it, keeps nothing of them, and lets those that are known go on", () => {
    const { gate, ledger, directory, room } = stage(48);
    const first = gate.take("acme", batch("acme", 0, 100), LIMITS, NOW);
    const { rejected } = first.rejects.report(first.acceptedPoints);
    expect(rejected).toMatchObject([{ reason: "memory-limit" }]);
    const known = directory.tenant("acme").series.length;
    // A guaranteed part of 2, and three quarters of the 32 that are common; names take the rest of one.
    expect(known).toBeGreaterThanOrEqual(24);
    expect(known).toBeLessThanOrEqual(26);
    expect(first.acceptedPoints).toBe(known);
    const parts = first.messages.flatMap((message) => message ?? []);
    expect(parts.reduce((sum, { times }) => sum + times.length, 0)).toBe(known);
    expect(room.count(directory.tenant("acme"))).toBe(ledgerBytes(directory));
    expect(ledger.usedBytes).toBeGreaterThanOrEqual(ledgerBytes(directory));
    const again = gate.take("acme", batch("acme", 0, 100), LIMITS, NOW + 1);
    expect(again.acceptedPoints).toBe(known);
    expect(directory.series.length).toBe(known);
  });

  it("has a part for each tenant, whatever another one took first", () => {
    const { gate, directory } = stage(480);
    gate.take("greedy", batch("greedy", 0, 1000), LIMITS, NOW);
    for (const tenantId of ["a", "b", "c", "d", "e", "f", "g"]) {
      gate.take(tenantId, batch(tenantId, 0, 1000), LIMITS, NOW);
      expect(directory.tenant(tenantId).series.length).toBeGreaterThanOrEqual(19);
    }
  });

  it("counts what a fold holds, so that a tenant of few series and long windows gets no more", () => {
    const { gate, directory, room } = stage(48);
    gate.take("acme", batch("acme", 0, 1), LIMITS, NOW);
    room.setState(directory.tenant("acme"), 40 * ONE);
    expect(gate.take("acme", batch("acme", 1, 1), LIMITS, NOW).acceptedPoints).toBe(0);
    room.setState(directory.tenant("acme"), 0);
    expect(gate.take("acme", batch("acme", 1, 1), LIMITS, NOW).acceptedPoints).toBe(1);
  });
});

/** A pot for so many series without names. */
function stage(seriesCount: number) {
  const ledger = new MemoryLedger(MemoryLedger.memory(1, seriesCount * ONE));
  const directory = new SeriesDirectory(4);
  const room = new SeriesRoom(ledger, 0);
  const place: GatePlace = { directory, announced: new Set(), workerCount: 1, room };
  return { ledger, directory, room, gate: new IngestGate(place) };
}

function ledgerBytes(directory: SeriesDirectory): number {
  const { series, nameBytes } = directory.tenant("acme");
  return seriesBytes(series.length, nameBytes);
}

function batch(clusterId: string, first: number, count: number) {
  return batchOf(
    Array.from({ length: count }, (_, k) => ({
      clusterId,
      nodeId: "n",
      metricName: `m${first + k}`,
      timestampsMs: Float64Array.of(NOW),
      values: Float64Array.of(1),
    })),
  );
}
