import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { SeriesDirectory } from "../dispatch/series-directory.ts";
import { KeptRuns } from "./kept-runs.ts";

describe("runs that wait for the grid", () => {
  it("are read back from the bytes of the store, wherever in memory those begin", () => {
    const directory = new SeriesDirectory(8);
    const kept = new KeptRuns();
    const infos = ["n1", "node-2", "a-third-node"].map((nodeId, k) => {
      const key = { tenantId: "acme", clusterId: "eu", nodeId, metricName: "cpu" };
      const info = directory.add(key, {});
      const column = Float64Array.of(k + 1, k + 2, k + 3);
      const phase = Uint8Array.of(k, 1, 2);
      kept.add(info, { times: column, p: column, flat: column, phase }, 0, 3);
      return info;
    });
    const again = new KeptRuns();
    for (const piece of kept.pieces("all")) {
      // As they come out of the store: a view into memory of others.
      const bytes = gunzipSync(gzipSync(piece.bytes));
      for (const shift of [0, 1, 4]) {
        const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift);
        const restored = new KeptRuns();
        restored.restore({ ...piece, bytes: shifted }, (id) => infos.find((one) => one.id === id));
        expect(restored.count).toBe(3);
      }
      again.restore({ ...piece, bytes }, (id) => infos.find((one) => one.id === id));
    }
    expect(again.takeAll()).toEqual(kept.takeAll());
  });
});
