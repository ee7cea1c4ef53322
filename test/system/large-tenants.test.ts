import { describe, expect, it } from "vitest";
import { bigTenants } from "../load/big/big-tenants.ts";

/** What a start holds, beside what it holds running; by hand it is 50,000 series. */
const SERIES = 4000;
const BYTES_PER_SERIES_MAX = 25_000;
/** A server without series; with large caches of code that is read from its sources. */
const EMPTY_BYTES = 400 * 2 ** 20;
/** Hangs, not slowness: the machine is shared. */
const BLOCK_MAX_MS = 5000;

describe("a tenant of many series that is saved and started again and again", () => {
  it("is saved by what changed, holds what it may, and comes up again", {
    timeout: 300_000,
  }, async () => {
    const report = await bigTenants({
      tenants: 1,
      seriesEach: SERIES,
      hours: 0.25,
      checkpoints: 4,
    });
    expect(report.checkpoints.length).toBe(7);
    const written = (kind: string) =>
      report.checkpoints.filter((one) => one.kind === kind).map((one) => one.writtenBytes);
    const [first] = written("paused");
    expect(first).toBeGreaterThan(0);
    expect(written("nothing changed")[0]).toBeLessThan(first! / 4);
    expect(written("one node changed")[0]).toBeLessThan(first! / 4);
    expect(report.restarts.map(({ kind }) => kind)).toEqual(["killed", "stopped", "killed"]);
    const bytesMax = EMPTY_BYTES + SERIES * BYTES_PER_SERIES_MAX;
    expect(report.series * report.rssBytesPerSeries).toBeLessThan(bytesMax);
    for (const one of report.restarts) expect(one.startPeakBytes).toBeLessThan(bytesMax);
    expect(report.longestBlockMs).toBeLessThan(BLOCK_MAX_MS);
  });
});
