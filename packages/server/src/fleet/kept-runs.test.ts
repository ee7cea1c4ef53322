import { describe, expect, it } from "vitest";
import { SeriesDirectory } from "../dispatch/series-directory.ts";
import { KeptRuns } from "./kept-runs.ts";

describe("points that wait for a grid", () => {
  it("come back from bytes that begin anywhere, as packed rows give them", () => {
    const directory = new SeriesDirectory(1);
    const names = ["cpu", "a longer name", "io"];
    const infos = names.map((metricName) =>
      directory.add({ tenantId: "acme", clusterId: "eu", nodeId: "n", metricName }, {}),
    );
    const kept = new KeptRuns();
    for (const [k, info] of infos.entries()) kept.add(info, columnsOf(k + 1), 0, k + 1);
    const [piece] = [...kept.pieces("all")];
    for (let shift = 0; shift < 8; shift++) {
      const room = Buffer.alloc(piece!.bytes.length + shift);
      room.set(piece!.bytes, shift);
      const again = new KeptRuns();
      again.restore({ ...piece!, bytes: room.subarray(shift) }, (id) =>
        infos.find((info) => info.id === id),
      );
      // What was read does not change with the bytes that it was read from.
      room.fill(0xff);
      const runs = again.takeAll();
      expect(runs.map(({ times, phase }) => [[...times], [...phase]])).toEqual([
        [[0], [0]],
        [
          [0, 1],
          [0, 1],
        ],
        [
          [0, 1, 2],
          [0, 1, 2],
        ],
      ]);
    }
  });
});

function columnsOf(length: number) {
  const times = Float64Array.from({ length }, (_, at) => at);
  return { times, p: times, flat: times, phase: Uint8Array.from(times) };
}
