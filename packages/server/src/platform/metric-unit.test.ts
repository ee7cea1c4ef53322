import { describe, expect, it } from "vitest";
import { unitOf } from "./metric-unit.ts";

const COUNTER = { type: "counter" };

describe("the unit of a series", () => {
  it.each([
    ["node_memory_free_bytes", {}, "bytes"],
    ["rpc_duration_seconds{quantile=0.9}", {}, "seconds"],
    ["cache_hit_ratio", {}, "ratio"],
    ["cpu_percent", {}, "%"],
    ["queue_depth", {}, ""],
    ["network_receive_bytes_total", COUNTER, "bytes/s"],
    ["requests_total", COUNTER, "/s"],
    ["process_cpu_seconds_total", COUNTER, "seconds/s"],
    ["disk_io", { unit: "MB/s", ...COUNTER }, "MB/s"],
    ["disk_bytes", { unit: "kB" }, "kB"],
    ["dumbs", {}, ""],
  ])("of %s with %j is %j", (name, metadata, unit) => {
    expect(unitOf(name, metadata)).toBe(unit);
  });
});
