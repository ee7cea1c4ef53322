import { describe, expect, it } from "vitest";
import { SharedColumns } from "./score-inbox.ts";

describe("columns that runs share", () => {
  it("are let go when the last run is taken in, not before", () => {
    const given = {
      times: new Float64Array(4),
      p: new Float64Array(4),
      flat: new Float64Array(4),
      phase: new Uint8Array(4),
    };
    const columns = new SharedColumns(given);
    columns.lend();
    columns.lend();
    columns.taken();
    expect(columns.times.length).toBe(4);
    columns.taken();
    const { times, p, flat, phase } = given;
    expect([times, p, flat, phase].map(({ byteLength }) => byteLength)).toEqual([0, 0, 0, 0]);
  });
});
